package denorm

import (
	"sync"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/local"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// late holds entries that were right at a time, and may be used for a while although they are known not to be any more.
type late struct {
	age     time.Duration // zero keeps none
	mu      sync.Mutex
	since   time.Time // what is from before is not kept
	entries map[local.Key]lateEntry
}

type lateEntry struct {
	*entry
	at time.Time
}

// put keeps an entry of what was there at a time.
func (l *late) put(key local.Key, found *entry, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.Before(l.since) || at.Before(l.entries[key].at) {
		return
	}
	if l.entries == nil {
		l.entries = map[local.Key]lateEntry{}
	}
	l.entries[key] = lateEntry{found, at}
}

// get returns an entry that is young enough, nil if there is none.
func (l *late) get(key local.Key, now time.Time) *entry {
	if l.age == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.entries[key]; one.entry != nil && now.Sub(one.at) < l.age {
		return one.entry
	}
	return nil
}

// drop forgets all entries, and those that are under way.
func (l *late) drop() {
	if mutant.Active(mutant.LateOwnWrites) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.since, l.entries = time.Now(), nil
}
