package prommetrics_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/prommetrics"
)

func TestCollector(t *testing.T) {
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
	collector := prommetrics.New(engine)

	// Nothing is known of ages before Install, nor of documents that differ.
	if n := testutil.CollectAndCount(collector); n != len(denorm.Metrics())-3 {
		t.Errorf("%d metrics before Install", n)
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
	problems, err := testutil.CollectAndLint(collector)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	want := `
# HELP denorm_local_cache_hits_total Documents that came out of the cache in this process.
# TYPE denorm_local_cache_hits_total counter
denorm_local_cache_hits_total 2
# HELP denorm_relay_backlog 1 while changes wait to be relayed, else 0.
# TYPE denorm_relay_backlog gauge
denorm_relay_backlog 0
`
	if err := testutil.CollectAndCompare(collector, strings.NewReader(want), "denorm_local_cache_hits_total", "denorm_relay_backlog"); err != nil {
		t.Error(err)
	}
	if n := testutil.CollectAndCount(collector, "denorm_local_cache_age_seconds"); n != 1 {
		t.Errorf("%d ages", n)
	}

	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(collector); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if len(families) != len(denorm.Metrics())-2 { // there is no shared cache, and nothing differs
		t.Errorf("%d families", len(families))
	}
	for _, family := range families {
		if text := family.String(); strings.Contains(text, "secret") || strings.Contains(text, "bookstore.db") {
			t.Errorf("the metrics show the data source name: %s", text)
		}
	}
}
