package denormtest

import (
	"context"
	"iter"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Position returns the end of the fake's feed: Watch from there sees all that is put or deleted from now on,
// however late its loop begins.
func (f *FakeCollection[K, D]) Position() denorm.Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	return positionAt(len(f.events))
}

// Watch follows what is put, deleted, invalidated and refreshed, from denorm.Now or from the position of an event or
// of the fake. From a position of another feed it begins with an event for all documents.
func (f *FakeCollection[K, D]) Watch(ctx context.Context, from denorm.Position) iter.Seq2[denorm.Event[K], error] {
	return func(yield func(denorm.Event[K], error) bool) {
		at, err := f.start(from)
		if err != nil {
			yield(denorm.Event[K]{}, err)
			return
		}
		if at < 0 {
			end := f.Position()
			version, _ := end.Version()
			if at = int(version.Seq); !yield(denorm.Event[K]{All: true, Position: end, Version: version}, nil) {
				return
			}
		}
		for ctx.Err() == nil {
			events, moved, err := f.after(at)
			if err != nil {
				yield(denorm.Event[K]{}, err)
				return
			}
			for _, event := range events {
				if ctx.Err() != nil || !yield(event, nil) {
					return
				}
				at++
			}
			if len(events) == 0 {
				select {
				case <-ctx.Done():
				case <-moved:
				}
			}
		}
	}
}

// Invalidate tells who watches; the documents stay.
func (f *FakeCollection[K, D]) Invalidate(ctx context.Context, keys ...K) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failure(ctx); err != nil {
		return err
	}
	for _, key := range keys {
		f.tell(denorm.Event[K]{Key: key})
	}
	return nil
}

// Refresh does what Invalidate does.
func (f *FakeCollection[K, D]) Refresh(ctx context.Context, keys ...K) error {
	return f.Invalidate(ctx, keys...)
}

// start is the number of events before a position, below zero if the feed does not lead on from it.
func (f *FakeCollection[K, D]) start(from denorm.Position) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	end := len(f.events)
	if from == denorm.Now {
		return end, nil
	}
	at, err := relay.ParsePosition(string(from))
	if err != nil {
		return 0, f.loadError("", err)
	}
	if at.Seq < 0 || at.Seq > int64(end) || positionAt(int(at.Seq)) != from {
		return -1, nil
	}
	return int(at.Seq), nil
}

// after returns the events behind the first ones, and what is closed when there are more.
func (f *FakeCollection[K, D]) after(at int) ([]denorm.Event[K], <-chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, nil, f.loadError("", f.err)
	}
	return f.events[at:], f.moved, nil
}

// tell appends an event. The caller holds the lock.
func (f *FakeCollection[K, D]) tell(event denorm.Event[K]) {
	n := len(f.events) + 1
	event.Position, event.Version, event.At = positionAt(n), versionAt(n), time.Now()
	f.events = append(f.events, event)
	f.wake()
}

// wake wakes who watches. The caller holds the lock.
func (f *FakeCollection[K, D]) wake() {
	close(f.moved)
	f.moved = make(chan struct{})
}

// positionAt is the place behind the first n events.
func positionAt(n int) denorm.Position {
	return denorm.Position(relay.Position{Epoch: 1, Seq: int64(n)}.String())
}

func versionAt(n int) denorm.Version { return denorm.Version{Epoch: 1, Seq: uint64(n)} }
