// Package local is the cache in the process: values by key, at most one load of a key at a time, and the guard
// that keeps what was loaded before a kill from being stored behind it.
package local

import (
	"hash/maphash"
	"sync"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// shards spread the locks of flights.
const shards = 64

// Tier holds the values of one collection. It is safe for concurrent use.
type Tier struct {
	values values
	seed   maphash.Seed
	shard  [shards]shard
}

type shard struct {
	mu      sync.Mutex
	flights map[Key]*Flight
}

// New makes a tier that keeps values up to maxBytes in all, by the weights that they are stored with; zero
// keeps none, and only joins loads. Its keys are all numbers, or all texts.
func New(maxBytes uint64, numbers bool) (*Tier, error) {
	values, err := newValues(maxBytes, numbers)
	if err != nil {
		return nil, err
	}
	t := &Tier{values: values, seed: maphash.MakeSeed()}
	for i := range t.shard {
		t.shard[i].flights = map[Key]*Flight{}
	}
	return t, nil
}

// Get returns the value of a key, if there is one.
func (t *Tier) Get(key Key) (any, bool) { return t.values.get(key) }

// Kill drops a value and keeps the load that runs from being stored or joined.
func (t *Tier) Kill(key Key) {
	s := t.of(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strike(key)
	t.values.drop(key)
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
	t.values.dropAll()
}

// Len returns about how many values there are.
func (t *Tier) Len() int { return t.values.len() }

// Close stops what the tier runs in the background.
func (t *Tier) Close() {
	t.values.dropAll()
	t.values.close()
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

// killsAreIgnored is so in a test build only.
func killsAreIgnored() bool { return mutant.Active(mutant.KillStopsFill) }
