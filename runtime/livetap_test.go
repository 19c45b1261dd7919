package denorm_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// tapped is a shared cache whose calls a test can stop or fail, and whose keys it learns.
type tapped struct {
	denorm.SharedCache
	mu     sync.Mutex
	before func(call string) error
	seen   []string // keys that were asked for, each once
}

func (w *world) tapped() *tapped { return &tapped{SharedCache: w.shared} }

// on calls a function before each call, by its name; an error of it is the call's.
func (c *tapped) on(before func(call string) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = before
}

// fail makes calls of a name fail.
func (c *tapped) fail(name string) {
	c.on(func(call string) error {
		if call == name {
			return errors.New("the connection was lost")
		}
		return nil
	})
}

func (c *tapped) call(name string, keys ...string) error {
	c.mu.Lock()
	for _, key := range keys {
		if !slices.Contains(c.seen, key) {
			c.seen = append(c.seen, key)
		}
	}
	before := c.before
	c.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(name)
}

// keys are those that were asked for, in order.
func (c *tapped) keys() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.seen)
}

func (c *tapped) Get(ctx context.Context, keys []string, lease time.Duration) ([]denorm.Cached, error) {
	if err := c.call("Get", keys...); err != nil {
		return nil, err
	}
	return c.SharedCache.Get(ctx, keys, lease)
}

func (c *tapped) Fill(ctx context.Context, fills []denorm.Fill) ([]bool, error) {
	if err := c.call("Fill"); err != nil {
		return make([]bool, len(fills)), err
	}
	return c.SharedCache.Fill(ctx, fills)
}

func (c *tapped) Kill(ctx context.Context, keys []string) error {
	if err := c.call("Kill"); err != nil {
		return err
	}
	return c.SharedCache.Kill(ctx, keys)
}

func (c *tapped) Advance(ctx context.Context, mark string, keys []string, from, to denorm.Position) error {
	if err := c.call("Advance"); err != nil {
		return err
	}
	return c.SharedCache.Advance(ctx, mark, keys, from, to)
}

func (c *tapped) Mark(ctx context.Context, mark string) (denorm.Position, error) {
	if err := c.call("Mark"); err != nil {
		return "", err
	}
	return c.SharedCache.Mark(ctx, mark)
}

func (c *tapped) Lineage(ctx context.Context) (string, error) {
	if err := c.call("Lineage"); err != nil {
		return "", err
	}
	return c.SharedCache.Lineage(ctx)
}

// value is what the cache holds of a key, which it has to hold.
func (w *world) value(key string) []byte {
	w.Helper()
	found, err := w.shared.Get(w.Context(), []string{key}, time.Millisecond)
	if err != nil || found[0].Value == nil {
		w.Fatalf("the shared cache holds no value of %s: %v", key, err)
	}
	return found[0].Value
}
