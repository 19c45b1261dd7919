// Package memorycache is a denorm.SharedCache in the memory of one process, for tests: it can be down, slow,
// forgetful, and go back to an older state, like a real one.
package memorycache

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Cache is a denorm.SharedCache. It keeps what was filled until it is killed or has expired. All methods may be
// called concurrently.
type Cache struct {
	mu      sync.Mutex
	entries map[string]entry
	marks   map[string]denorm.Position
	closed  bool
	lineage int

	down      error
	delay     time.Duration
	dropKills bool
	calls     int
}

var _ denorm.SharedCache = (*Cache)(nil)

// entry is a lease, if it has a token, or a value.
type entry struct {
	lease   string
	value   []byte
	expires time.Time
}

// New makes an empty cache.
func New() *Cache {
	return &Cache{entries: map[string]entry{}, marks: map[string]denorm.Position{}}
}

// SetDown makes every call return an error that wraps err, until it is nil.
func (c *Cache) SetDown(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = err
}

// SetDelay makes every call take that much longer, or until its context ends.
func (c *Cache) SetDelay(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delay = d
}

// SetDropKills makes Kill and Advance report success without removing anything, which no cache may do: tests use it
// to see that they would notice.
func (c *Cache) SetDropKills(drop bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropKills = drop
}

// Flush forgets everything, as a restart does.
func (c *Cache) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
	clear(c.marks)
	c.lineage++
}

// Snapshot returns a function that goes back to the state of now, as a failover to a replica that lagged behind
// does.
func (c *Cache) Snapshot() (restore func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries, marks := maps.Clone(c.entries), maps.Clone(c.marks)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.entries, c.marks = maps.Clone(entries), maps.Clone(marks)
		c.lineage++
	}
}

// Put stores a value without a lease, as no client does.
func (c *Cache) Put(key string, value []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[key] = entry{value: copied(value), expires: time.Now().Add(time.Hour)}
}

// Len returns how many keys hold a value.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for key := range c.entries {
		if e, ok := c.live(key); ok && e.lease == "" {
			n++
		}
	}
	return n
}

// Calls returns how many calls of denorm.SharedCache there were.
func (c *Cache) Calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// begin waits as long as a call takes and returns with the lock held, or with an error.
func (c *Cache) begin(ctx context.Context) error {
	c.mu.Lock()
	c.calls++
	delay := c.delay
	c.mu.Unlock()
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memorycache: %w", err)
	}
	c.mu.Lock()
	err := c.down
	if c.closed {
		err = errors.New("the cache is closed")
	}
	if err != nil {
		c.mu.Unlock()
		return fmt.Errorf("memorycache: %w", err)
	}
	return nil
}

// live returns an entry that has not expired. The lock is held.
func (c *Cache) live(key string) (entry, bool) {
	e, ok := c.entries[key]
	if ok && !time.Now().Before(e.expires) {
		delete(c.entries, key)
		return entry{}, false
	}
	return e, ok
}

// Get implements denorm.SharedCache.
func (c *Cache) Get(ctx context.Context, keys []string, lease time.Duration) ([]denorm.Cached, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	found := make([]denorm.Cached, len(keys))
	for i, key := range keys {
		switch e, ok := c.live(key); {
		case !ok:
			found[i].Lease = rand.Text()
			c.entries[key] = entry{lease: found[i].Lease, expires: time.Now().Add(lease)}
		case e.lease != "":
			found[i].Held = e.lease
		default:
			found[i].Value = copied(e.value)
		}
	}
	return found, nil
}

// Fill implements denorm.SharedCache.
func (c *Cache) Fill(ctx context.Context, fills []denorm.Fill) ([]bool, error) {
	if err := c.begin(ctx); err != nil {
		return make([]bool, len(fills)), err
	}
	defer c.mu.Unlock()
	accepted := make([]bool, len(fills))
	for i, f := range fills {
		e, ok := c.live(f.Key)
		if !ok || e.lease == "" || e.lease != f.Lease {
			continue
		}
		accepted[i] = true
		if f.Value == nil {
			delete(c.entries, f.Key)
			continue
		}
		c.entries[f.Key] = entry{value: copied(f.Value), expires: time.Now().Add(max(f.TTL, time.Millisecond))}
	}
	return accepted, nil
}

// Kill implements denorm.SharedCache.
func (c *Cache) Kill(ctx context.Context, keys []string) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	defer c.mu.Unlock()
	c.kill(keys)
	return nil
}

func (c *Cache) kill(keys []string) {
	if c.dropKills {
		return
	}
	for _, key := range keys {
		delete(c.entries, key)
	}
}

// Advance implements denorm.SharedCache.
func (c *Cache) Advance(ctx context.Context, mark string, keys []string, from, to denorm.Position) error {
	start, okStart := from.Version()
	end, okEnd := to.Version()
	if !okEnd || !okStart && from != "" {
		return fmt.Errorf("memorycache: advance from %q to %q: not a position", from, to)
	}
	if err := c.begin(ctx); err != nil {
		return err
	}
	defer c.mu.Unlock()
	c.kill(keys)
	if from != "" {
		old := c.marks[mark]
		at, ok := old.Version()
		same := ok && at.Epoch == end.Epoch
		between := same && start.Epoch == end.Epoch && start.Seq < at.Seq && at.Seq < end.Seq
		switch {
		case old == to, same && at.Seq > end.Seq:
			return nil
		case old != from && !between:
			return fmt.Errorf("memorycache: advance: %w", denorm.ErrMark)
		}
	}
	c.marks[mark] = to
	return nil
}

// Mark implements denorm.SharedCache.
func (c *Cache) Mark(ctx context.Context, mark string) (denorm.Position, error) {
	if err := c.begin(ctx); err != nil {
		return "", err
	}
	defer c.mu.Unlock()
	return c.marks[mark], nil
}

// Lineage implements denorm.SharedCache. It differs after Flush and after the restoring of a Snapshot.
func (c *Cache) Lineage(ctx context.Context) (string, error) {
	if err := c.begin(ctx); err != nil {
		return "", err
	}
	defer c.mu.Unlock()
	return strconv.Itoa(c.lineage), nil
}

// Close implements denorm.SharedCache.
func (c *Cache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

// copied is a copy that is never nil.
func copied(value []byte) []byte { return append([]byte{}, value...) }
