package denorm

import (
	"context"
	"slices"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// killOwn drops documents that this process changed from the caches: first the shared one, then the local one.
// What the shared cache could not be told of is read from the database in this process, until it knows.
func (l *live) killOwn(ctx context.Context, events []relay.Event, committed time.Time) {
	l.killOwnShared(ctx, events, committed)
	for _, event := range events {
		for _, r := range l.engine.registered(event.Collection) {
			if event.All || r.kill(event.Key) != nil {
				r.killAll()
			}
			r.dropLate()
		}
	}
}

// killOwnShared kills in the shared cache, or makes this process go round it.
func (l *live) killOwnShared(ctx context.Context, events []relay.Event, committed time.Time) {
	cache := l.engine.settings.shared
	if cache == nil {
		return
	}
	var keys []string
	var unreachable []relay.Event
	plans, err := l.stored(ctx)
	names := l.names(plans)
	for _, event := range events {
		if event.All || err != nil {
			unreachable = append(unreachable, event)
			continue
		}
		var unnamed error
		if keys, unnamed = names.append(keys, event.Collection, event.Key); unnamed != nil {
			unreachable = append(unreachable, relay.Event{Collection: event.Collection, All: true})
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	l.bypassEvents(unreachable, committed)
	if l.sharedDown.Load() {
		l.bypassEvents(events, committed)
		return
	}
	timed, cancel := context.WithTimeout(ctx, l.engine.settings.cacheTimeout)
	defer cancel()
	if err := cache.Kill(timed, keys); err != nil {
		l.bypassEvents(events, committed)
		l.sharedFailed(ctx, err)
		return
	}
	l.engine.counters.sharedKills.Add(int64(len(keys)))
}

// bypassEvents makes readers of this process go to the database for what events name.
func (l *live) bypassEvents(events []relay.Event, until time.Time) {
	for _, event := range events {
		for _, r := range l.engine.registered(event.Collection) {
			if event.All || r.bypass(event.Key, until) != nil {
				r.bypassAll(until)
			}
		}
	}
}

// bypassCollections does so for whole collections, and empties what this process holds of them.
func (l *live) bypassCollections(events []relay.Event, until time.Time) {
	for _, event := range events {
		for _, r := range l.engine.registered(event.Collection) {
			r.bypassAll(until)
			r.killAll()
		}
	}
}

// bypassEverything does so for all collections.
func (e *Engine) bypassEverything(until time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, list := range e.collections {
		for _, r := range list {
			r.bypassAll(until)
			r.killAll()
		}
	}
}
