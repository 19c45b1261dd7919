// Package local is the cache in the process: values by key, at most one load of a key at a time, and the guard
// that keeps what was loaded before a kill from being stored behind it.
package local

import (
	"fmt"
	"hash/maphash"
	"math"
	"sync"

	"github.com/maypok86/otter/v2"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// shards spread the locks of flights.
const shards = 64

// Tier holds the values of one collection. It is safe for concurrent use.
type Tier struct {
	cache *otter.Cache[Key, kept] // nil where nothing is kept
	seed  maphash.Seed
	shard [shards]shard
}

type shard struct {
	mu      sync.Mutex
	flights map[Key]*Flight
}

// kept is a value with its weight.
type kept struct {
	value  any
	weight uint32
}

// New makes a tier that keeps values up to maxBytes in all, by the weights that they are stored with; zero
// keeps none, and only joins loads.
func New(maxBytes uint64) (*Tier, error) {
	t := &Tier{seed: maphash.MakeSeed()}
	for i := range t.shard {
		t.shard[i].flights = map[Key]*Flight{}
	}
	if maxBytes == 0 {
		return t, nil
	}
	cache, err := otter.New(&otter.Options[Key, kept]{
		MaximumWeight: maxBytes,
		Weigher:       func(_ Key, v kept) uint32 { return v.weight },
	})
	if err != nil {
		return nil, fmt.Errorf("make the local cache: %w", err)
	}
	t.cache = cache
	return t, nil
}

// Get returns the value of a key, if there is one.
func (t *Tier) Get(key Key) (any, bool) {
	if t.cache == nil {
		return nil, false
	}
	found, ok := t.cache.GetIfPresent(key)
	return found.value, ok
}

// Kill drops a value and keeps the load that runs from being stored or joined.
func (t *Tier) Kill(key Key) {
	s := t.of(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strike(key)
	if t.cache != nil {
		t.cache.Invalidate(key)
	}
}

// KillAll does so for all keys.
func (t *Tier) KillAll() {
	for i := range t.shard {
		s := &t.shard[i]
		s.mu.Lock()
		for key := range s.flights {
			s.strike(key)
		}
		s.mu.Unlock()
	}
	// What lands from now on was loaded after this call began, or is of a flight that was struck.
	if t.cache != nil {
		t.cache.InvalidateAll()
	}
}

// Len returns about how many values there are.
func (t *Tier) Len() int {
	if t.cache == nil {
		return 0
	}
	return t.cache.EstimatedSize()
}

// Close stops what the tier runs in the background.
func (t *Tier) Close() {
	if t.cache != nil {
		t.cache.InvalidateAll()
		t.cache.StopAllGoroutines()
	}
}

func (t *Tier) of(key Key) *shard {
	return &t.shard[maphash.Comparable(t.seed, key)%shards]
}

// strike takes a flight out of sight. The caller holds the lock.
func (s *shard) strike(key Key) {
	flight, ok := s.flights[key]
	if !ok {
		return
	}
	if !mutant.Active(mutant.KillStopsFill) {
		flight.struck = true
	}
	if !mutant.Active(mutant.NoJoinAfterKill) {
		delete(s.flights, key)
	}
}

// store keeps a value. The caller holds the lock of the key's shard.
func (t *Tier) store(key Key, value any, weight int) {
	if t.cache != nil {
		t.cache.Set(key, kept{value, uint32(min(max(weight, 1), math.MaxInt32))})
	}
}

// killsAreIgnored is so in a test build only.
func killsAreIgnored() bool { return mutant.Active(mutant.KillStopsFill) }
