package denorm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// SyncProgress is how far a full sync has come.
type SyncProgress struct {
	Sink, Collection string
	// Written are the documents put into the sink so far, by whoever began the sync, Removed those that were found there
	// and are gone.
	Written, Removed int64
	// Total is how many there were when it began.
	Total int
	// Resumed tells that an earlier sync was interrupted, and is gone on with.
	Resumed bool
	Begun   time.Time
	Done    bool // it has ended
}

// SyncingError means that a full sync of the same documents is under way already, in this process or another one.
type SyncingError struct {
	Sink, Collection string
	Holder           string    // host and process
	Until            time.Time // when its claim ends unless it is renewed
}

func (e *SyncingError) Error() string {
	return fmt.Sprintf("sink %s is being filled with %s by %s already", e.Sink, e.Collection, e.Holder)
}

// SyncOption says what Engine.Sync does.
type SyncOption func(*syncOptions)

type syncOptions struct {
	collections []string
	progress    func(SyncProgress)
	rate        int
}

// SyncCollections names the collections that are written; by default all are that the sink holds.
func SyncCollections(names ...string) SyncOption {
	return func(o *syncOptions) { o.collections = append(o.collections, names...) }
}

// SyncReports calls a function after every batch, from the goroutine of Engine.Sync.
func SyncReports(report func(SyncProgress)) SyncOption {
	return func(o *syncOptions) { o.progress = report }
}

// SyncRate bounds how many documents are written in a second; by default nothing does.
func SyncRate(documents int) SyncOption {
	return func(o *syncOptions) { o.rate = documents }
}

// Sync writes all documents of the sink's collections, in the order of their keys and while writes go on, and removes
// those from it that are gone. What others put into documents stays. A sync that was interrupted, by whatever, is gone on
// with where it stopped. While another one is at the same collection in the same sink it is a *SyncingError.
//
// A Run that serves the sink does so by itself when the sink is new, or was away for longer than the feed remembers.
func (e *Engine) Sync(ctx context.Context, sink string, opts ...SyncOption) error {
	var o syncOptions
	for _, opt := range opts {
		opt(&o)
	}
	targets, err := e.sinkTargets(sink, o.collections)
	for _, target := range targets {
		if err == nil {
			err = target.sync(ctx, o)
		}
	}
	if err != nil {
		return fmt.Errorf("sync %s: %w", sink, err)
	}
	return nil
}

// Requeue has the documents that a sink could not take tried once more, and returns how many they are. Whoever serves
// the sink tries them soon.
func (e *Engine) Requeue(ctx context.Context, sink string, collections ...string) (int, error) {
	targets, err := e.sinkTargets(sink, collections)
	n := 0
	for _, target := range targets {
		var some int
		if err == nil {
			some, err = target.requeue(ctx)
		}
		n += some
	}
	if err != nil {
		return n, fmt.Errorf("requeue documents of %s: %w", sink, err)
	}
	return n, nil
}

func (s *sinkTarget) requeue(ctx context.Context) (int, error) {
	list, err := s.live.feed.Failures(ctx, s.name, false, mostAside)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	// One that was too large left its version in the sink.
	if _, err := s.newVersion(ctx); err != nil {
		return 0, err
	}
	for i := range list {
		list[i].Attempts, list[i].Pause = 0, time.Millisecond
	}
	return len(list), s.live.feed.SaveFailures(ctx, s.name, list)
}

// sinkTargets finds collections in a sink, all of them where none is named.
func (e *Engine) sinkTargets(sink string, collections []string) ([]*sinkTarget, error) {
	l, err := e.installed()
	if err != nil {
		return nil, err
	}
	var names, held []string
	var targets []*sinkTarget
	for _, c := range l.sinks {
		names = append(names, c.settings.name)
		if c.settings.name != sink {
			continue
		}
		held = append(held, c.target.Collection)
		if len(collections) == 0 || slices.Contains(collections, c.target.Collection) {
			targets = append(targets, c.sinkTarget)
		}
	}
	if len(held) == 0 {
		return nil, unknownName("sink", sink, names)
	}
	for _, name := range collections {
		if !slices.Contains(held, name) {
			return nil, unknownName("collection of "+sink, name, held)
		}
	}
	return targets, nil
}

// unknownName tells which names there are.
func unknownName(kind, name string, known []string) error {
	slices.Sort(known)
	if known = slices.Compact(known); len(known) == 0 {
		return fmt.Errorf("%w: there is no %s %q, for there is none at all; denorm.WithSink adds one", ErrValue, kind, name)
	}
	return fmt.Errorf("%w: there is no %s %q; there is %s", ErrValue, kind, name, strings.Join(known, ", "))
}
