package otelmetrics_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/otelmetrics"
)

func TestRegister(t *testing.T) {
	ctx := t.Context()
	db, err := store.Create(ctx, filepath.Join(t.TempDir(), "secret-bookstore.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	engine, err := denorm.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	books := models.NewBooks(engine)

	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	unregister, err := otelmetrics.Register(provider.Meter("denorm"), engine)
	if err != nil {
		t.Fatal(err)
	}
	collect := func() map[string]metricdata.Metrics {
		t.Helper()
		var all metricdata.ResourceMetrics
		if err := reader.Collect(ctx, &all); err != nil {
			t.Fatal(err)
		}
		byName := map[string]metricdata.Metrics{}
		for _, scope := range all.ScopeMetrics {
			for _, m := range scope.Metrics {
				byName[m.Name] = m
			}
		}
		return byName
	}

	// Nothing is known of ages before Install, nor of documents that differ.
	if got := collect(); len(got) != len(denorm.Metrics())-3 {
		t.Errorf("%d metrics before Install", len(got))
	}
	if err := engine.Install(ctx); err != nil {
		t.Fatal(err)
	}
	if err := engine.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := books.Get(ctx, 1); err != nil {
			t.Fatal(err)
		}
	}
	got := collect()
	for _, m := range denorm.Metrics() {
		shown, ok := got[m.Name]
		if !ok {
			if m.Name != "denorm.shared_cache.age" && m.Name != "denorm.verify.differing_for" {
				t.Errorf("%s is missing", m.Name)
			}
			continue
		}
		if shown.Unit != m.Unit || shown.Description != m.Help {
			t.Errorf("%s has unit %q and description %q", m.Name, shown.Unit, shown.Description)
		}
		switch data := shown.Data.(type) {
		case metricdata.Sum[int64]:
			want, _ := m.Value(engine.Stats())
			if m.Kind != denorm.Counter || !data.IsMonotonic || len(data.DataPoints) != 1 || float64(data.DataPoints[0].Value) != want {
				t.Errorf("%s is %+v, want a sum of %v", m.Name, data, want)
			}
		case metricdata.Gauge[float64]:
			if m.Kind != denorm.Gauge || len(data.DataPoints) != 1 || data.DataPoints[0].Value < 0 {
				t.Errorf("%s is %+v", m.Name, data)
			}
		default:
			t.Errorf("%s is a %T", m.Name, data)
		}
	}
	if hits := got["denorm.local_cache.hits"].Data.(metricdata.Sum[int64]).DataPoints[0].Value; hits != 2 {
		t.Errorf("%d hits", hits)
	}
	if text := fmt.Sprintf("%+v", got); strings.Contains(text, "secret") || strings.Contains(text, "bookstore.db") {
		t.Error("the metrics show the data source name")
	}
	if err := unregister(); err != nil {
		t.Fatal(err)
	}
	if left := collect(); len(left) != 0 {
		t.Errorf("%d metrics after the end", len(left))
	}
}

func TestRegisterNothing(t *testing.T) {
	if _, err := otelmetrics.Register(nil, nil); err == nil {
		t.Error("nil was registered")
	}
}
