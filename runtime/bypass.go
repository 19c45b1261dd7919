package denorm

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/local"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// bypass holds the keys whose entries this process knows to be old and could not kill: they are read from the
// database until the tier has caught up with the time of the write.
type bypass struct {
	active atomic.Bool // whether there may be any

	mu     sync.Mutex
	all    time.Time // for every key, the zero time for none
	keys   map[local.Key]time.Time
	latest time.Time // of all of them
}

// add bypasses a key until everything committed before a time has arrived.
func (b *bypass) add(key local.Key, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.keys == nil {
		b.keys = map[local.Key]time.Time{}
	}
	b.keys[key], b.latest = until, until
	b.active.Store(true)
}

// addAll does so for all keys.
func (b *bypass) addAll(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all, b.latest = until, until
	b.active.Store(true)
}

// covers tells whether a key is to be read from the database.
func (b *bypass) covers(key local.Key, l *live) bool {
	if !b.active.Load() || mutant.Active(mutant.OwnWriteBypass) {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if l.caughtUp(b.latest) {
		b.keys, b.all = nil, time.Time{}
		b.active.Store(false)
		return false
	}
	if !b.all.IsZero() && !l.caughtUp(b.all) {
		return true
	}
	until, ok := b.keys[key]
	return ok && !l.caughtUp(until)
}

// caughtUp tells whether every tier has applied what was committed before a time.
func (l *live) caughtUp(at time.Time) bool {
	return (l.engine.settings.localBytes == 0 || l.local.Covers(at)) &&
		(l.engine.settings.shared == nil || l.shared.Covers(at))
}
