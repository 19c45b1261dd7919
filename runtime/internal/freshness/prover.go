package freshness

import (
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Prover turns polls into proofs. A poll that sees no change proves at once; one that sees some proves once a
// later poll sees none of them: what was committed before the first has been sent then. It belongs to one
// goroutine.
type Prover struct {
	waiting   bool
	candidate time.Time
	newest    int64
}

// Observe takes a poll that was begun at a time. It returns the time before which every commit is in the feed
// up to the poll's head, or false.
func (p *Prover) Observe(at time.Time, poll relay.Poll) (time.Time, bool) {
	if !poll.Pending || mutant.Active(mutant.WatermarkCandidate) {
		p.waiting = false
		return at, true
	}
	if !p.waiting {
		p.waiting, p.candidate, p.newest = true, at, poll.Newest
		return time.Time{}, false
	}
	if poll.Oldest > p.newest {
		proven := p.candidate
		p.candidate, p.newest = at, poll.Newest
		return proven, true
	}
	return time.Time{}, false
}

// Reset forgets the polls so far: capture was found not to be in place.
func (p *Prover) Reset() { *p = Prover{} }
