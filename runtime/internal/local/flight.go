package local

import (
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// Flight is one load of one key, for everybody who waits for it.
type Flight struct {
	Key   Key
	Begun time.Time
	Done  chan struct{} // closed when it landed

	tier   *Tier
	struck bool // by a kill; guarded by the shard's lock
	value  any
	err    error
}

// Begin returns the flight of a key: a new one, which the caller leads and has to Land, or the one that is
// under way. A flight that began before oldest is not joined but replaced. Where look is set and a flight has
// landed since the caller looked for the value, that one is returned.
func (t *Tier) Begin(key Key, now, oldest time.Time, look bool) (flight *Flight, lead bool) {
	s := t.of(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, ok := t.Get(key); ok && look {
		landed := t.Alone(key, now)
		landed.value = value
		close(landed.Done)
		return landed, false
	}
	if flight, ok := s.flights[key]; ok && (!flight.Begun.Before(oldest) || mutant.Active(mutant.FlightAge)) {
		return flight, false
	}
	flight = &Flight{Key: key, Begun: now, Done: make(chan struct{}), tier: t}
	s.flights[key] = flight
	return flight, true
}

// Alone returns a flight that nobody joins and that keeps nothing.
func (t *Tier) Alone(key Key, now time.Time) *Flight {
	return &Flight{Key: key, Begun: now, Done: make(chan struct{}), tier: t}
}

// Land ends a flight. The value is kept if keep is set and no kill has met the flight, which is reported; those
// who wait get it in any case.
func (f *Flight) Land(value any, err error, keep bool, weight int) (kept bool) {
	f.value, f.err = value, err
	s := f.tier.of(f.Key)
	s.mu.Lock()
	current := s.flights[f.Key] == f
	if current {
		delete(s.flights, f.Key)
	}
	// One that another replaced has lost its right to store, too: no kill would reach it.
	kept = keep && err == nil && !f.struck && (current || killsAreIgnored())
	if kept {
		f.tier.values.set(f.Key, value, weight)
	}
	s.mu.Unlock()
	close(f.Done)
	return kept
}

// Result returns what the flight brought, once it is Done.
func (f *Flight) Result() (any, error) { return f.value, f.err }
