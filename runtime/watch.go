package denorm

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Event tells that a document is not what it was: it was changed, has come, or is gone.
type Event[K comparable] struct {
	Key K
	// All tells that any document of the collection may have changed; Key is the zero key then.
	All bool
	// Position is where to go on after the event. A batch of events may share one, so that after a pause some
	// of them come again.
	Position Position
	// Version is the event's own: a document loaded at it or later shows the change.
	Version Version
	// At is when the relay noticed, by the clock of the database server; on SQLite, of its machine.
	At time.Time
}

// Watch follows the events of a collection from a position, Now or one that was stored, until the context ends;
// then the sequence ends without an error. Where the feed does not lead on from the position, the first event has
// All set: anything may have happened. It needs a Run, in this process or another one. An error is yielded once,
// and ends the sequence.
func (c *Collection[K, D]) Watch(ctx context.Context, from Position) iter.Seq2[Event[K], error] {
	return func(yield func(Event[K], error) bool) {
		if err := c.r.watch(ctx, from, yield); err != nil && ctx.Err() == nil {
			yield(Event[K]{}, err)
		}
	}
}

func (r *registration[K, D]) watch(ctx context.Context, from Position, yield func(Event[K], error) bool) error {
	if err := r.ready(); err != nil {
		return err
	}
	l, err := r.engine.installed()
	if err != nil {
		return r.loadError("(watch)", "", err)
	}
	at, err := l.position(ctx, from)
	if err != nil {
		return r.loadError("(watch)", "", err)
	}
	for ctx.Err() == nil {
		moved := l.moved.wait()
		page, err := l.feed.Read(ctx, at, followBatch)
		if err != nil {
			return r.loadError("(watch)", "", fmt.Errorf("read the feed: %w", err))
		}
		if len(page.Events) > 0 || page.Reset {
			l.settled(ctx, page.To)
		}
		next := Position(page.To.String())
		if page.Reset && !yield(Event[K]{All: true, Position: next, Version: versionOf(page.To)}, nil) {
			return nil
		}
		for _, event := range page.Events {
			if event.Collection != r.def.Name {
				continue
			}
			typed, err := r.event(event, page.To.Epoch)
			if err != nil {
				return r.loadError("(watch)", event.Key, err)
			}
			typed.Position = next
			if event.Seq < page.To.Seq {
				typed.Position = Position(at.String())
			}
			if !yield(typed, nil) {
				return nil
			}
		}
		at = page.To
		if !page.More {
			sleep(ctx, r.engine.settings.pollInterval, moved)
		}
	}
	return nil
}

// settled waits until the caches of this process have applied the feed up to a position, so that who gets an event
// and then the document sees the change. It waits no longer than until cached documents count as too old.
func (l *live) settled(ctx context.Context, at relay.Position) {
	ctx, cancel := context.WithTimeout(ctx, l.engine.settings.maxStaleness)
	defer cancel()
	for _, f := range l.followers {
		for f.gauge != nil && ctx.Err() == nil {
			moved := l.moved.wait()
			if p := f.position(); p.Epoch > at.Epoch || p.Epoch == at.Epoch && p.Seq >= at.Seq {
				break
			}
			sleep(ctx, busyPoll, moved)
		}
	}
}

// Position returns the end of the feed. Documents that are loaded after the call show everything up to it, so that
// Watch from there misses nothing.
func (e *Engine) Position(ctx context.Context) (Position, error) {
	l, err := e.installed()
	if err != nil {
		return "", fmt.Errorf("find the end of the feed: %w", err)
	}
	poll, err := l.feed.Poll(ctx)
	if err != nil {
		return "", fmt.Errorf("find the end of the feed: %w", err)
	}
	return Position(poll.Head.String()), nil
}

func (r *registration[K, D]) event(e relay.Event, epoch int64) (Event[K], error) {
	typed := Event[K]{All: e.All, At: e.At, Version: Version{Epoch: uint64(epoch), Seq: uint64(e.Seq)}}
	if e.All {
		return typed, nil
	}
	key, err := r.readKey(e.Key)
	typed.Key = key
	return typed, err
}

// position returns where to begin.
func (l *live) position(ctx context.Context, from Position) (relay.Position, error) {
	if from != Now {
		return relay.ParsePosition(string(from))
	}
	poll, err := l.feed.Poll(ctx)
	if err != nil {
		return relay.Position{}, fmt.Errorf("find the end of the feed: %w", err)
	}
	return poll.Head, nil
}

// Invalidate tells every consumer, in all processes, that documents are not what they were, although the database
// knows of no change: a transform reads other sources, for example. In this process and in the shared cache they
// are dropped before it returns.
func (c *Collection[K, D]) Invalidate(ctx context.Context, keys ...K) error {
	if err := c.r.ready(); err != nil {
		return err
	}
	l, err := c.r.engine.installed()
	if err != nil {
		return c.r.loadError("(invalidate)", "", err)
	}
	events := make([]relay.Event, 0, len(keys))
	for _, key := range keys {
		name, err := c.r.name(key)
		if err != nil {
			continue // no row can have the key
		}
		events = append(events, relay.Event{Collection: c.r.def.Name, Key: name})
	}
	if len(events) == 0 {
		return nil
	}
	if events, _, err = l.declare(ctx, events); err != nil {
		return c.r.loadError("(invalidate)", "", err)
	}
	l.killOwn(ctx, events, time.Now())
	return nil
}

// Refresh does what Invalidate does, and loads the documents into the caches again.
func (c *Collection[K, D]) Refresh(ctx context.Context, keys ...K) error {
	if err := c.Invalidate(ctx, keys...); err != nil {
		return err
	}
	_, err := c.GetMany(ctx, keys)
	return err
}
