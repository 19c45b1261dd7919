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
type Tier[K comparable, V any] struct {
	cache *otter.Cache[K, weighed[V]] // nil where nothing is kept
	seed  maphash.Seed
	shard [shards]shard[K, V]
}

type shard[K comparable, V any] struct {
	mu      sync.Mutex
	flights map[K]*Flight[K, V]
}

type weighed[V any] struct {
	value  V
	weight uint32
}

// New makes a tier that keeps values up to maxBytes in all, by the weights that they are stored with; zero
// keeps none, and only joins loads.
func New[K comparable, V any](maxBytes uint64) (*Tier[K, V], error) {
	t := &Tier[K, V]{seed: maphash.MakeSeed()}
	for i := range t.shard {
		t.shard[i].flights = map[K]*Flight[K, V]{}
	}
	if maxBytes == 0 {
		return t, nil
	}
	cache, err := otter.New(&otter.Options[K, weighed[V]]{
		MaximumWeight: maxBytes,
		Weigher:       func(_ K, v weighed[V]) uint32 { return v.weight },
	})
	if err != nil {
		return nil, fmt.Errorf("make the local cache: %w", err)
	}
	t.cache = cache
	return t, nil
}

// Get returns the value of a key, if there is one.
func (t *Tier[K, V]) Get(key K) (V, bool) {
	if t.cache == nil {
		var none V
		return none, false
	}
	found, ok := t.cache.GetIfPresent(key)
	return found.value, ok
}

// Kill drops a value and keeps the load that runs from being stored or joined.
func (t *Tier[K, V]) Kill(key K) {
	s := t.of(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strike(key)
	if t.cache != nil {
		t.cache.Invalidate(key)
	}
}

// KillAll does so for all keys.
func (t *Tier[K, V]) KillAll() {
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
func (t *Tier[K, V]) Len() int {
	if t.cache == nil {
		return 0
	}
	return t.cache.EstimatedSize()
}

// Close stops what the tier runs in the background.
func (t *Tier[K, V]) Close() {
	if t.cache != nil {
		t.cache.InvalidateAll()
		t.cache.StopAllGoroutines()
	}
}

func (t *Tier[K, V]) of(key K) *shard[K, V] {
	return &t.shard[maphash.Comparable(t.seed, key)%shards]
}

// strike takes a flight out of sight. The caller holds the lock.
func (s *shard[K, V]) strike(key K) {
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
func (t *Tier[K, V]) store(key K, value V, weight int) {
	if t.cache != nil {
		t.cache.Set(key, weighed[V]{value, uint32(min(max(weight, 1), math.MaxInt32))})
	}
}

// killsAreIgnored is so in a test build only.
func killsAreIgnored() bool { return mutant.Active(mutant.KillStopsFill) }
