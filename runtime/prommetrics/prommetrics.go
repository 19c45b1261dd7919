// Package prommetrics shows the counters of an engine to Prometheus.
package prommetrics

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	denorm "github.com/denormgen/denormgen/runtime"
)

// New returns a collector of all denorm.Metrics, in the names that Prometheus is used to:
// denorm_local_cache_hits_total, denorm_local_cache_age_seconds. They are read at each scrape, all at once, without
// I/O; what is not known at that time is left out. Where a process has several engines, give each a label of its own
// by prometheus.WrapRegistererWith.
func New(engine *denorm.Engine) prometheus.Collector {
	list := denorm.Metrics()
	c := &collector{engine: engine, shown: make([]shown, len(list))}
	for i, m := range list {
		c.shown[i] = shown{metric: m, desc: prometheus.NewDesc(name(m), m.Help, nil, nil), kind: prometheus.GaugeValue}
		if m.Kind == denorm.Counter {
			c.shown[i].kind = prometheus.CounterValue
		}
	}
	return c
}

type collector struct {
	engine *denorm.Engine
	shown  []shown
}

// shown is how a metric is shown.
type shown struct {
	metric denorm.Metric
	desc   *prometheus.Desc
	kind   prometheus.ValueType
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, s := range c.shown {
		descriptions <- s.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(metrics chan<- prometheus.Metric) {
	stats := c.engine.Stats()
	for _, s := range c.shown {
		if value, known := s.metric.Value(stats); known {
			metrics <- prometheus.MustNewConstMetric(s.desc, s.kind, value)
		}
	}
}

// name is the metric's name by the conventions of Prometheus.
func name(m denorm.Metric) string {
	name := strings.ReplaceAll(m.Name, ".", "_")
	if m.Unit == "s" {
		name += "_seconds"
	}
	if m.Kind == denorm.Counter {
		name += "_total"
	}
	return name
}
