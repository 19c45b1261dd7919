package denorm

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Tidy does what Run does from time to time.
func Tidy(ctx context.Context, e *Engine) { e.live.Load().tidy(ctx) }

// DeclareAll makes all documents count as changed, and tells the shared cache.
func DeclareAll(ctx context.Context, e *Engine) error {
	return e.live.Load().followers[0].consumer.Reset(ctx, "")
}

// Follow leads the consumers as far as they go without another poll.
func Follow(ctx context.Context, e *Engine) error {
	for _, f := range e.live.Load().followers {
		for more := true; more; {
			var err error
			if more, err = f.advance(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// CountReads counts how often the consumers of an engine read the feed from the database.
func CountReads(e *Engine) *atomic.Int64 {
	l := e.live.Load()
	counting := countingFeed{l.feed, new(atomic.Int64)}
	l.feed = counting
	return counting.reads
}

type countingFeed struct {
	relay.Feed
	reads *atomic.Int64
}

func (f countingFeed) Read(ctx context.Context, after relay.Position, limit int) (relay.Page, error) {
	f.reads.Add(1)
	return f.Feed.Read(ctx, after, limit)
}

// HoldGenerations lets those who ask for generations wait until a channel is closed. The other one gets a value from
// each.
func HoldGenerations(e *Engine, release <-chan struct{}) (entered <-chan struct{}) {
	l := e.live.Load()
	held := heldFeed{l.feed, make(chan struct{}), release}
	l.feed = held
	return held.entered
}

type heldFeed struct {
	relay.Feed
	entered chan struct{}
	release <-chan struct{}
}

func (f heldFeed) Generations(ctx context.Context) (map[string]int64, error) {
	f.entered <- struct{}{}
	<-f.release
	return f.Feed.Generations(ctx)
}

// Notice makes the consumer that is the shared cache look at that, and readers trust the cache then, as those do who
// had seen that it is fresh before.
func Notice(ctx context.Context, e *Engine) error {
	l := e.live.Load()
	f := l.followers[0]
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.position()
	_, err := f.consumer.Position(ctx)
	l.shared.Advance(time.Now(), at)
	l.shared.Prove(time.Now(), at)
	return err
}

// CollectionOf is a collection that was registered, as generated code has it.
func CollectionOf[K comparable, D any](e *Engine, name string) *Collection[K, D] {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.collections[name] {
		if found, ok := r.(*registration[K, D]); ok {
			return &Collection[K, D]{found}
		}
	}
	return nil
}

// SinkBacklog sets how many events a sink may be behind before its documents are counted.
func SinkBacklog(events int64) SinkOption {
	return func(s *sinkSettings) error {
		s.backlog = events
		return nil
	}
}

// SetFar sets how many events behind the cache of the process is emptied.
func SetFar(e *Engine, events int64) {
	followers := e.live.Load().followers
	followers[len(followers)-1].consumer.(*localConsumer).far = events
}

// FailBatch makes a batch fail as its loaders do.
func FailBatch(b *Batch, err error) { b.fail(0, "", "", err) }
