package denorm

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/keytext"
	"github.com/denormgen/denormgen/runtime/internal/local"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// entry is what is cached of one key.
type entry[D any] struct {
	doc     *D // nil: there is no such document
	version Version
	json    atomic.Pointer[[]byte] // made when first asked for
}

// cached is the caching part of a registration, there after Install.
type cached[K comparable, D any] struct {
	r      *registration[K, D]
	live   *live
	tier   *local.Tier[K, *entry[D]]
	own    documentCodec[D] // makes private copies
	codec  documentCodec[D] // of values in the shared cache
	prefix string           // of keys there
	// absences tells that "there is none" may be cached: equal keys are equal bytes in the database.
	absences bool
	bypass   bypass[K]
	// leases are the flights of this process by their leases in the shared cache.
	leases sync.Map
}

// get returns the entry of a key, from the nearest place that is fresh enough.
func (c *cached[K, D]) get(ctx context.Context, key K) (*entry[D], error) {
	now := time.Now()
	if c.live.usable(&c.live.local, now) && !c.bypass.covers(key, c.live) {
		if found, ok := c.tier.Get(key); ok {
			c.live.engine.counters.localHits.Add(1)
			return found, nil
		}
	}
	found, err := c.fetch(ctx, []K{key}, now)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// many returns the entries of keys, one each; a key may be asked for repeatedly.
func (c *cached[K, D]) many(ctx context.Context, keys []K) ([]*entry[D], error) {
	now := time.Now()
	entries := make([]*entry[D], len(keys))
	fresh := c.live.usable(&c.live.local, now)
	var missing []K
	places := map[K][]int{}
	for i, key := range keys {
		if at, repeated := places[key]; repeated {
			places[key] = append(at, i)
			continue
		}
		if fresh && !c.bypass.covers(key, c.live) {
			if found, ok := c.tier.Get(key); ok {
				c.live.engine.counters.localHits.Add(1)
				entries[i] = found
				continue
			}
		}
		places[key] = []int{i}
		missing = append(missing, key)
	}
	for start := 0; start < len(missing); start += maxBatch {
		batch := missing[start:min(start+maxBatch, len(missing))]
		found, err := c.fetch(ctx, batch, now)
		if err != nil {
			return nil, err
		}
		for i, key := range batch {
			for _, at := range places[key] {
				entries[at] = found[i]
			}
		}
	}
	return entries, nil
}

// fetch gets up to maxBatch different keys that the local tier does not have.
func (c *cached[K, D]) fetch(ctx context.Context, keys []K, now time.Time) (found []*entry[D], err error) {
	counters := &c.live.engine.counters
	if !c.fresh(now) {
		counters.bypasses.Add(int64(len(keys)))
		return c.direct(ctx, keys)
	}
	f := fetching[K, D]{cached: c, keys: keys, entries: make([]*entry[D], len(keys))}
	var direct []int
	oldest := now.Add(-c.live.engine.settings.maxStaleness / 2)
	for i, key := range keys {
		if c.bypass.covers(key, c.live) {
			direct = append(direct, i)
			continue
		}
		flight, lead := c.begin(key, now, oldest)
		f.add(i, flight, lead)
	}
	defer func() { f.abandon(ctx, err) }()
	if err := f.lead(ctx); err != nil {
		return nil, err
	}
	if len(direct) > 0 {
		counters.bypasses.Add(int64(len(direct)))
		if err := f.bypassed(ctx, direct); err != nil {
			return nil, err
		}
	}
	if err := f.join(ctx); err != nil {
		return nil, err
	}
	return f.entries, nil
}

// begin returns the flight of a key. Who reads the shared cache directly asks it first, and joins only a load
// whose lease stands: another process may have killed it for its own write, of which this one does not know yet.
func (c *cached[K, D]) begin(key K, now, oldest time.Time) (flight *local.Flight[K, *entry[D]], lead bool) {
	settings := &c.live.engine.settings
	if settings.shared != nil && settings.localBytes == 0 && !mutant.Active(mutant.JoinByLease) {
		return c.tier.Alone(key, now), true
	}
	return c.tier.Begin(key, now, oldest, c.live.usable(&c.live.local, now))
}

// fresh tells whether the tier that would answer can be trusted.
func (c *cached[K, D]) fresh(now time.Time) bool {
	if c.live.engine.settings.shared == nil {
		return c.live.usable(&c.live.local, now)
	}
	return !c.live.sharedDown.Load() && c.live.usable(&c.live.shared, now)
}

// direct reads keys from the database, past all caches.
func (c *cached[K, D]) direct(ctx context.Context, keys []K) ([]*entry[D], error) {
	version := c.live.known.Load().version()
	docs, err := c.r.many(ctx, nil, keys, nil)
	if err != nil {
		return nil, err
	}
	entries := make([]*entry[D], len(keys))
	for i, doc := range docs {
		entries[i] = &entry[D]{doc: doc, version: version}
	}
	return entries, nil
}

// readKey reads a key from its text.
func (r *registration[K, D]) readKey(text string) (key K, err error) {
	parts, err := keytext.Split(text)
	if err != nil {
		return key, err
	}
	if len(parts) != len(r.def.Columns) {
		return key, fmt.Errorf("%w: the key %q has %d parts, and %s has %d key columns",
			ErrValue, text, len(parts), r.def.Name, len(r.def.Columns))
	}
	row := &sqlRow{cells: make([]cell, len(parts))}
	for i, part := range parts {
		row.cells[i].value = part
	}
	key = r.def.Key.Read(row)
	if row.failed != nil {
		return key, fmt.Errorf("read the key %q: %w", text, row.failed)
	}
	return key, nil
}

// name returns the text of a key. An error means that no row can have the key.
func (r *registration[K, D]) name(key K) (string, error) {
	values := r.def.Key.Bind(make([]any, 0, 4), key)
	if err := keyValues(r.engine.dialect, values); err != nil {
		return "", err
	}
	plain := make([]driverValue, len(values))
	for i, value := range values {
		plain[i] = value
	}
	text, err := keytext.Append(make([]byte, 0, 32), plain...)
	return string(text), err
}
