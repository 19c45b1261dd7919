package denorm

import (
	"fmt"
	"time"
)

// SinkOption says how a sink is served.
type SinkOption func(*sinkSettings) error

// sinkSettings are a sink and how it is served.
type sinkSettings struct {
	name        string
	sink        Sink
	collections []string // none: all
	timeout     time.Duration
	hold        time.Duration
	pauses      []time.Duration
	backlog     int64 // events behind which it is asked whether a full sync is less work
}

// WithSink keeps all collections of the engine in a sink, or those that SinkCollections names. Its name stands in Status
// and in logs, and with the collection's it is that of the sink's position in the database: a sink that is renamed
// starts anew. Any number of processes may have the sink; one of those that Run serves it at a time.
func WithSink(name string, sink Sink, opts ...SinkOption) Option {
	return func(o *options) error {
		if name == "" || sink == nil {
			return fmt.Errorf("%w: a sink needs a name, and cannot be nil", ErrValue)
		}
		for _, other := range o.sinks {
			if other.name == name {
				return fmt.Errorf("%w: there are two sinks of the name %q", ErrValue, name)
			}
		}
		settings := &sinkSettings{
			name: name, sink: sink, timeout: 10 * time.Second, hold: 10 * time.Second, backlog: 100_000,
			pauses: []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour},
		}
		for _, opt := range opts {
			if err := opt(settings); err != nil {
				return fmt.Errorf("sink %q: %w", name, err)
			}
		}
		settings.hold = max(settings.hold, 3*settings.timeout)
		o.sinks = append(o.sinks, settings)
		return nil
	}
}

// SinkCollections names the collections that the sink holds; by default it holds all of them.
func SinkCollections(names ...string) SinkOption {
	return func(s *sinkSettings) error {
		s.collections = append(s.collections, names...)
		return nil
	}
}

// SinkTimeout sets how long one call of the sink may take (default 10 s, at most ten minutes: the time for which a sink
// remembers what it deleted has to be far longer).
func SinkTimeout(d time.Duration) SinkOption {
	return func(s *sinkSettings) error {
		if d <= 0 || d > 10*time.Minute {
			return fmt.Errorf("%w: the timeout is %v, and has to be above zero and at most ten minutes", ErrValue, d)
		}
		s.timeout = d
		return nil
	}
}

// SinkPauses sets how long a document that the sink could not take waits for the second attempt, the third, and so on
// (default 1 s, 5 s, 30 s, 2 min, 10 min, 1 h). After the last one it stays aside until it changes, or Engine.Requeue.
func SinkPauses(pauses ...time.Duration) SinkOption {
	return func(s *sinkSettings) error {
		for _, pause := range pauses {
			if pause <= 0 {
				return fmt.Errorf("%w: a pause is %v, and has to be above zero", ErrValue, pause)
			}
		}
		s.pauses = pauses
		return nil
	}
}
