package denorm

import (
	"context"
	"sync/atomic"
)

// localConsumer drops what the caches in this process hold of documents that changed.
type localConsumer struct {
	engine *Engine
	at     atomic.Pointer[Position]
	far    int64 // events behind which the caches are emptied, which is less work than to read them
}

const localFar = 100_000

func (c *localConsumer) farBehind(_ context.Context, events int64) (bool, error) {
	return events > c.far, nil
}

func (c *localConsumer) Name() string { return "local cache" }

func (c *localConsumer) Position(context.Context) (Position, error) {
	if at := c.at.Load(); at != nil {
		return *at, nil
	}
	return "", nil
}

func (c *localConsumer) Apply(ctx context.Context, events []Change, to Position) error {
	for _, event := range events {
		for _, r := range c.engine.registered(event.Collection) {
			c.drop(ctx, r, event)
		}
	}
	c.engine.counters.localKills.Add(int64(len(events)))
	c.at.Store(&to)
	return nil
}

// drop drops one document, or all where the event does not say which.
func (c *localConsumer) drop(ctx context.Context, r registered, event Change) {
	if !event.All {
		err := r.kill(event.Key)
		if err == nil {
			return
		}
		c.engine.logger.WarnContext(ctx, "denorm: a key of the feed cannot be read; all documents of its collection are dropped",
			"collection", event.Collection, "error", err)
	}
	r.killAll()
}

func (c *localConsumer) Reset(_ context.Context, to Position) error {
	c.engine.killAll()
	c.at.Store(&to)
	return nil
}

// registered returns the registrations of a collection.
func (e *Engine) registered(collection string) []registered {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.collections[collection]
}

// killAll empties the caches in this process.
func (e *Engine) killAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, list := range e.collections {
		for _, r := range list {
			r.killAll()
		}
	}
}
