package relay

import (
	"sync"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// floor is an id of the log at or below which there is no change, and none can appear: scans begin there.
// Without it each would step over the index entries of all claimed changes, for as long as any transaction
// of the server holds them back from being removed.
//
// Ids are handed out in order. When a poll saw a change, all ids below it had been handed out, each to a
// transaction that already had a number of its own: the trigger that took the id fires after the writer's
// row was written. A transaction of the relay that gets its number later has a greater one. So once all below
// that have ended, a snapshot shows all changes up to the one seen that will ever be. A snapshot's own xmax
// would not do: it follows the newest transaction that has ended, and greater numbers may be running.
//
// On MySQL the numbers are those of InnoDB's list of transactions, see running. One that has none yet has changed
// no row, and the triggers of capture fire where a row was changed, or is locked to be.
type floor struct {
	mu      sync.Mutex
	at      int64
	was     int64     // the floor before scans began at 0 again
	raised  time.Time // when scans last began at 0
	mark    int64     // candidate: a change that a poll saw; 0 for none
	horizon int64     // the number of a transaction that got it after that poll; 0 for none yet
	end     logEnd    // as last seen
}

// logEnd is how far log and feed are: neither ever goes back, but where the database is restored.
type logEnd struct {
	head    Position // of the feed
	claimed int64    // the greatest number of a change that was taken
}

// leads tells whether a later end may come after this one.
func (e logEnd) leads(later logEnd) bool {
	return later.claimed >= e.claimed && (later.head == e.head || later.head.Epoch == e.head.Epoch && later.head.Seq > e.head.Seq)
}

// floorLife is how long a floor is believed. A log whose numbers were set back may begin below it; where it was
// restored, follow tells that at once.
const floorLife = 10 * time.Second

func (f *floor) get() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at > 0 && time.Since(f.raised) > floorLife {
		f.was, f.at, f.raised = f.at, 0, time.Now()
	}
	return f.at
}

// candidate returns the mark that needs a horizon, or 0. The transaction that becomes it has to begin later.
func (f *floor) candidate() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.horizon > 0 {
		return 0
	}
	return f.mark
}

// bound takes the number of a transaction that began after candidate returned the mark.
func (f *floor) bound(mark, number int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mark == mark && f.horizon == 0 {
		f.horizon = number
	}
}

// look learns from a poll that saw changes above `above` from oldest to newest, 0 for none, in a snapshot in
// which all transactions below xmin had ended. Zero xmin: not known.
func (f *floor) look(above, oldest, newest, xmin int64) {
	if xmin == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if above == 0 && f.was > 0 { // nothing appeared there, as was to be expected
		f.raise(f.was, oldest)
		f.was = 0
	}
	if f.horizon > 0 && (xmin >= f.horizon || mutant.Active(mutant.FloorHorizon)) && above <= f.mark {
		f.raise(f.mark, oldest)
		f.mark, f.horizon = 0, 0
	}
	if f.mark == 0 {
		f.mark = newest
	}
}

// seen is the end as last seen.
func (f *floor) seen() logEnd {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.end
}

// follow takes the end as it was read after seen returned another one. Where that does not lead to it, the database
// was restored: what was learnt of another log is forgotten, and follow reports false.
func (f *floor) follow(was, end logEnd) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.end = end
	if was == (logEnd{}) || was.leads(end) || mutant.Active(mutant.FloorFollows) {
		return true
	}
	f.clear()
	return false
}

// reset forgets what was learnt of another server.
func (f *floor) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clear()
}

func (f *floor) clear() { f.at, f.was, f.mark, f.horizon = 0, 0, 0, 0 }

// raise moves the floor up to below the oldest change, 0 for none.
func (f *floor) raise(to, oldest int64) {
	if oldest > 0 {
		to = min(to, oldest-1)
	}
	if f.at == 0 {
		f.raised = time.Now()
	}
	f.at = max(f.at, to)
}
