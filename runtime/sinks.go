package denorm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// sinksOf makes the consumers of all sinks.
func (e *Engine) sinksOf(l *live) ([]*sinkConsumer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []*sinkConsumer
	for _, settings := range e.settings.sinks {
		names := settings.collections
		if len(names) == 0 {
			names = slices.Sorted(maps.Keys(e.collections))
		}
		for _, name := range names {
			registrations := e.collections[name]
			if len(registrations) == 0 {
				return nil, fmt.Errorf("sink %s: %w", settings.name, unknownName("collection", name, slices.Collect(maps.Keys(e.collections))))
			}
			source := registrations[0]
			target := &SinkTarget{Collection: name, Shape: source.shape(), Fields: source.fields()}
			s := &sinkTarget{live: l, settings: settings, target: target, source: source}
			s.name, s.holder = s.consumerName(target.Shape), s.newHolder()
			list = append(list, &sinkConsumer{sinkTarget: s})
		}
	}
	return list, nil
}

// jsonNames are the names that encoding/json gives the fields of a struct, in alphabetical order.
func jsonNames(document reflect.Type) []string {
	var names []string
	for _, field := range reflect.VisibleFields(document) {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case !field.IsExported(), tag == "-", field.Anonymous && tag == "":
		case tag != "":
			names = append(names, tag)
		default:
			names = append(names, field.Name)
		}
	}
	slices.Sort(names)
	return names
}

// syncWhenDue fills the sink where that was asked for, until the context ends. Only who serves the sink looks.
func (c *sinkConsumer) syncWhenDue(ctx context.Context) {
	pause := sinkPoll
	for ctx.Err() == nil {
		asked := c.asks.wait()
		if !c.serving.Load() {
			sleep(ctx, sinkPoll, asked)
			continue
		}
		err := c.syncIfDue(ctx)
		switch {
		case err == nil, ctx.Err() != nil:
			pause = sinkPoll
		case waits(err):
			pause, asked = sinkPoll, nil
		default:
			c.live.engine.logger.Warn("denorm: filling a sink failed; it is gone on with", "sink", c.settings.name,
				"collection", c.target.Collection, "error", err)
			pause, asked = min(2*pause, time.Minute), nil
		}
		sleep(ctx, pause, asked)
	}
}

// waits tells whether a full sync is somebody else's business.
func waits(err error) bool {
	busy := new(SyncingError)
	return errors.As(err, &busy) || errors.Is(err, errAnotherShape)
}

// releaseTimeout is how long a process takes at most to give its sinks back.
const releaseTimeout = time.Second

// release gives all sinks back that this process serves, so that others take over at once and not when its time ends.
func (l *live) release() {
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	for _, sink := range l.sinks {
		if err := l.feed.Release(ctx, sink.name, sink.holder); err != nil {
			l.engine.logger.Warn("denorm: a sink was not given back; another process takes over when its time ends", "sink", sink.settings.name, "error", err)
			return
		}
	}
}

// sinkPoll is how often it is looked whether a sink has to be filled, or another shape served.
const sinkPoll = 5 * time.Second

// syncIfDue fills the sink where that was asked for; when it is complete it is served.
func (c *sinkConsumer) syncIfDue(ctx context.Context) error {
	state, err := c.look(ctx)
	if err != nil {
		return err
	}
	if !c.due(&state) {
		return c.swap(ctx)
	}
	return c.sync(ctx, syncOptions{})
}

// settle returns when no full sync is due, and does it itself where nobody else is at it.
func (c *sinkConsumer) settle(ctx context.Context) error {
	for {
		err := c.syncIfDue(ctx)
		if err == nil || !waits(err) {
			return err
		}
		sleep(ctx, busyPoll, nil)
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}
