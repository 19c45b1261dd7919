// Package freshness knows how old what a cache holds may be. Time is this process's own: no clock of another
// machine is compared with it.
package freshness

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Unknown is the age of what was never shown to be fresh.
const Unknown = time.Duration(math.MaxInt64)

// Gauge tells how old a tier may be. It is fed with proofs, "everything committed before this time is in the
// feed up to there", and with looks at the position that the tier has applied. No proof is worth more than the last
// look: since then, the tier may have become another one. The zero Gauge is of unknown age. It is safe for
// concurrent use.
type Gauge struct {
	fresh atomic.Pointer[instant] // everything committed before is applied

	mu      sync.Mutex
	applied relay.Position
	looked  time.Time // when that was last seen to be so
	proven  time.Time // the newest proof that is covered; zero for none
	proofs  []proof   // not covered yet, in order of time
}

// instant is a time with its reading of the wall clock, which every cached read needs.
type instant struct {
	time.Time
	wall int64
}

func instantOf(t time.Time) *instant { return &instant{t, t.UnixNano()} }

// elapsed is the time from one reading of this machine's clock to another. The monotonic clock stands still while
// the machine sleeps, the wall clock can be set: the longer of the two is right where being too old is the risk.
func (i *instant) elapsed(to time.Time) time.Duration {
	return max(to.Sub(i.Time), time.Duration(to.UnixNano()-i.wall))
}

type proof struct {
	at time.Time
	to relay.Position
}

// maxProofs bounds what a tier that does not advance keeps; the oldest go, and the newest stay useful.
const maxProofs = 64

// Age returns how long before now a commit may be that the tier does not know of.
func (g *Gauge) Age(now time.Time) time.Duration {
	fresh := g.fresh.Load()
	if fresh == nil {
		return Unknown
	}
	return fresh.elapsed(now)
}

// Covers tells whether everything committed before a time is applied.
func (g *Gauge) Covers(at time.Time) bool {
	fresh := g.fresh.Load()
	return fresh != nil && !fresh.Before(at)
}

// Prove records that everything committed before at is in the feed up to a position.
func (g *Gauge) Prove(at time.Time, to relay.Position) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.proofs) == maxProofs {
		g.proofs = append(g.proofs[:0], g.proofs[1:]...)
	}
	g.proofs = append(g.proofs, proof{at, to})
	g.settle()
}

// Advance records that a look, begun at a time, has shown that the tier has applied the feed up to a position. That may
// be behind the last one: then the tier's age is unknown until a new proof is covered.
func (g *Gauge) Advance(looked time.Time, to relay.Position) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !reached(to, g.applied) {
		g.forget()
	}
	g.applied, g.looked = to, looked
	g.settle()
}

// Forget makes the age unknown.
func (g *Gauge) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget()
	g.applied = relay.Position{}
}

func (g *Gauge) forget() {
	g.fresh.Store(nil)
	g.proofs, g.proven = nil, time.Time{}
}

// Applied returns the position that the tier has applied.
func (g *Gauge) Applied() relay.Position {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.applied
}

// settle takes the newest proof that the tier covers, as far as the last look bears it out.
func (g *Gauge) settle() {
	covered := 0
	for i, p := range g.proofs {
		if p.to.Epoch == g.applied.Epoch && p.to.Seq <= g.applied.Seq {
			covered = i + 1
		}
	}
	if covered > 0 {
		if newest := g.proofs[covered-1].at; newest.After(g.proven) {
			g.proven = newest
		}
		g.proofs = append(g.proofs[:0], g.proofs[covered:]...)
	}
	at := g.proven
	if g.looked.Before(at) && !mutant.Active(mutant.LooksBound) {
		at = g.looked
	}
	if fresh := g.fresh.Load(); !at.IsZero() && (fresh == nil || fresh.Before(at)) {
		g.fresh.Store(instantOf(at))
	}
}

// reached tells whether a position is at or behind another in the same life of the feed.
func reached(p, other relay.Position) bool {
	return other == relay.Position{} || p.Epoch == other.Epoch && p.Seq >= other.Seq
}
