package denorm

import "time"

// MetricKind tells counters, which only grow, from gauges.
type MetricKind string

// The kinds.
const (
	Counter MetricKind = "counter"
	Gauge   MetricKind = "gauge"
)

// Metric says how a field of Stats is shown to a monitoring system. The packages otelmetrics and prommetrics show
// all of them.
type Metric struct {
	Name string // words joined by dots: "denorm.local_cache.hits"
	Help string // one sentence
	Unit string // as in UCUM: "s", "1", "{document}"
	Kind MetricKind
	// Value reads the metric. It reports false where nothing is known: then there is nothing to show.
	Value func(Stats) (float64, bool)
}

// Metrics lists the metrics of an engine, one for each field of Stats. They hold no document, no key and nothing of
// the data source name. Reading them costs no I/O.
func Metrics() []Metric {
	counter := func(name, unit, help string, field func(Stats) int64) Metric {
		return Metric{
			Name: "denorm." + name, Help: help, Unit: unit, Kind: Counter,
			Value: func(s Stats) (float64, bool) { return float64(field(s)), true },
		}
	}
	age := func(name, help string, field func(Stats) time.Duration) Metric {
		return Metric{
			Name: "denorm." + name, Help: help, Unit: "s", Kind: Gauge,
			Value: func(s Stats) (float64, bool) { return field(s).Seconds(), field(s) >= 0 },
		}
	}
	return []Metric{
		counter("load.batches", "{batch}", "Loads of up to 1,000 roots each.", func(s Stats) int64 { return s.Batches }),
		counter("load.queries", "{query}", "Statements of loaders and counts that were sent.", func(s Stats) int64 { return s.Queries }),
		counter("load.documents", "{document}", "Documents built, before a transform may drop some.", func(s Stats) int64 { return s.Documents }),

		counter("local_cache.hits", "{document}", "Documents that came out of the cache in this process.", func(s Stats) int64 { return s.LocalHits }),
		counter("shared_cache.hits", "{document}", "Documents that came out of the shared cache.", func(s Stats) int64 { return s.SharedHits }),
		counter("cache.misses", "{document}", "Documents that were loaded in order to be cached.", func(s Stats) int64 { return s.Misses }),
		counter("cache.bypasses", "{document}", "Documents read from the database because no cache could be trusted.", func(s Stats) int64 { return s.Bypasses }),
		counter("cache.lease_waits", "{document}", "Documents that somebody else was loading.", func(s Stats) int64 { return s.LeaseWaits }),
		counter("cache.refused", "{document}", "Loaded documents that a change kept out of a cache.", func(s Stats) int64 { return s.Refused }),
		counter("cache.oversize", "{document}", "Documents too large to be cached.", func(s Stats) int64 { return s.Oversize }),
		counter("shared_cache.corrupt", "{value}", "Values of the shared cache that could not be read.", func(s Stats) int64 { return s.Corrupt }),
		counter("local_cache.kills", "{event}", "Events applied to the cache in this process.", func(s Stats) int64 { return s.LocalKills }),
		counter("shared_cache.kills", "{key}", "Keys killed in the shared cache by this process.", func(s Stats) int64 { return s.SharedKills }),
		counter("shared_cache.errors", "{operation}", "Failed operations of the shared cache.", func(s Stats) int64 { return s.CacheErrors }),

		counter("relay.errors", "{step}", "Failed steps of the relay in this process.", func(s Stats) int64 { return s.RelayErrors }),
		counter("capture.broken", "{repair}", "Times that tables or triggers were found altered.", func(s Stats) int64 { return s.CaptureBroken }),

		counter("sink.puts", "{document}", "Documents written to sinks by this process.", func(s Stats) int64 { return s.SinkPuts }),
		counter("sink.deletes", "{document}", "Documents deleted from sinks by this process, as far as they were there.", func(s Stats) int64 { return s.SinkDeletes }),
		counter("sink.failures", "{document}", "Documents that a sink could not take, each attempt.", func(s Stats) int64 { return s.SinkFailures }),

		counter("verify.compared", "{document}", "Documents in caches and sinks that were compared with new ones.", func(s Stats) int64 { return s.Compared }),
		{
			Name: "denorm.verify.differing", Help: "Documents that the last verifications found to differ.", Unit: "{document}", Kind: Gauge,
			Value: func(s Stats) (float64, bool) { return float64(s.Differing), true },
		},
		age("verify.differing_for", "For how long verifications have found documents that differ; absent where none did.", func(s Stats) time.Duration { return s.DifferingFor }),

		age("local_cache.age", "How old a document of the cache in this process may be; absent where nothing is known.", func(s Stats) time.Duration { return s.LocalAge }),
		age("shared_cache.age", "How old a document of the shared cache may be; absent where nothing is known.", func(s Stats) time.Duration { return s.SharedAge }),
		{
			Name: "denorm.relay.backlog", Help: "1 while changes wait to be relayed, else 0.", Unit: "1", Kind: Gauge,
			Value: func(s Stats) (float64, bool) {
				if s.Backlog {
					return 1, true
				}
				return 0, true
			},
		},
	}
}
