package denorm

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/local"
)

// entry is what is cached of one key.
type entry struct {
	doc     any // a pointer to the document; nil: there is none
	version Version
	json    atomic.Pointer[[]byte] // made when first asked for
}

// cached is what a registration has after Install: the caches of one collection.
type cached struct {
	collection, shape string
	live              *live
	tier              *local.Tier
	own               documentCodec // makes private copies
	codec             documentCodec // of values in the shared cache
	prefix            string        // of keys there
	// absences tells that "there is none" may be cached: equal keys are equal bytes in the database.
	absences bool
	bypass   bypass
	// leases are the flights of this process by their leases in the shared cache.
	leases sync.Map
	late   late
	lease  time.Duration // of the shared cache
}

// hit returns the entry of a key that the cache of the process has, if that is fresh enough.
func (c *cached) hit(key local.Key, now time.Time) *entry {
	if !c.live.usable(&c.live.local, now) || c.bypass.covers(key, c.live) {
		return nil
	}
	found, ok := c.tier.Get(key)
	if !ok {
		return c.late.get(key, now)
	}
	stripe := key.Number
	if n := len(key.Text); n > 0 {
		stripe = uint64(key.Text[n-1])
	}
	c.live.engine.counters.localHits.add(stripe)
	return found.(*entry)
}

// many returns the entries of keys, one each; a key may be asked for repeatedly.
func (c *cached) many(ctx context.Context, keys asked) ([]*entry, error) {
	now := time.Now()
	entries := make([]*entry, keys.len())
	first := make(map[local.Key]int, len(entries)) // where a key was asked for
	var missing []int
	var repeated [][2]int
	for i := range entries {
		key, err := keys.local(i)
		if err != nil {
			missing = append(missing, i)
			continue
		}
		if at, again := first[key]; again {
			repeated = append(repeated, [2]int{i, at})
			continue
		}
		first[key] = i
		if entries[i] = c.hit(key, now); entries[i] == nil {
			missing = append(missing, i)
		}
	}
	abreast := c.live.engine.settings.secondConnection
	err := eachBatch(missing, abreast, func(batch []int) error {
		keys := keys
		if abreast {
			keys = keys.clone()
		}
		return c.fetch(ctx, keys, batch, entries, now)
	})
	if err != nil {
		return nil, err
	}
	for _, pair := range repeated {
		entries[pair[0]] = entries[pair[1]]
	}
	return entries, nil
}

// fetch gets the entries of up to maxBatch different keys that the local tier does not have.
func (c *cached) fetch(ctx context.Context, keys asked, indexes []int, entries []*entry, now time.Time) (err error) {
	counters := &c.live.engine.counters
	f := fetching{cached: c, keys: keys, entries: entries, led: make([]flightOf, 0, len(indexes)), begun: now}
	if !c.fresh(now) {
		counters.bypasses.Add(int64(len(indexes)))
		return f.direct(ctx, indexes)
	}
	var direct []int
	oldest := now.Add(-c.live.engine.settings.maxStaleness / 2)
	for _, i := range indexes {
		key, err := keys.local(i)
		if err != nil || c.bypass.covers(key, c.live) {
			direct = append(direct, i)
			continue
		}
		f.begin(i, key, oldest)
	}
	defer func() { f.abandon(ctx, len(indexes) > 1, err) }()
	if err := f.lead(ctx); err != nil {
		return err
	}
	if len(direct) > 0 {
		counters.bypasses.Add(int64(len(direct)))
		if err := f.direct(ctx, direct); err != nil {
			return err
		}
	}
	return f.join(ctx)
}

// fresh tells whether the tier that would answer can be trusted.
func (c *cached) fresh(now time.Time) bool {
	if c.live.engine.settings.shared == nil {
		return c.live.usable(&c.live.local, now)
	}
	return !c.live.sharedDown.Load() && c.live.usable(&c.live.shared, now)
}
