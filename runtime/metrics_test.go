package denorm_test

import (
	"reflect"
	"regexp"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// TestMetricsShowAllStats holds that a field of Stats is in the table, and once.
func TestMetricsShowAllStats(t *testing.T) {
	read := func(m denorm.Metric, s denorm.Stats) [2]any {
		value, known := m.Value(s)
		return [2]any{value, known}
	}
	metrics := denorm.Metrics()
	kind := reflect.TypeFor[denorm.Stats]()
	for i := range kind.NumField() {
		var stats denorm.Stats
		switch field := reflect.ValueOf(&stats).Elem().Field(i); field.Kind() {
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Int64:
			field.SetInt(int64(3 * time.Second))
		default:
			t.Fatalf("%s is of a kind that this test does not know", kind.Field(i).Name)
		}
		shown := 0
		for _, m := range metrics {
			if read(m, stats) != read(m, denorm.Stats{}) {
				shown++
			}
		}
		if shown != 1 {
			t.Errorf("Stats.%s is shown by %d metrics: put it into the table of Metrics once", kind.Field(i).Name, shown)
		}
	}
	if len(metrics) != kind.NumField() {
		t.Errorf("%d metrics of %d fields", len(metrics), kind.NumField())
	}
}

func TestMetricsAreWellFormed(t *testing.T) {
	name := regexp.MustCompile(`^denorm(\.[a-z]+(_[a-z]+)*){2}$`)
	seen := map[string]bool{}
	for _, m := range denorm.Metrics() {
		if !name.MatchString(m.Name) || seen[m.Name] || m.Unit == "" || m.Help == "" || m.Help[len(m.Help)-1] != '.' {
			t.Errorf("%+v", m)
		}
		seen[m.Name] = true
		if m.Kind != denorm.Counter && m.Kind != denorm.Gauge {
			t.Errorf("%s is a %s", m.Name, m.Kind)
		}
	}
	for _, m := range denorm.Metrics() {
		if value, known := m.Value(denorm.Stats{LocalAge: -1, SharedAge: -1, DifferingFor: -1}); known == (m.Unit == "s") || value > 0 {
			t.Errorf("%s of nothing is %v, %v", m.Name, value, known)
		}
	}
}
