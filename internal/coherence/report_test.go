package coherence

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// leastHits is how many of a hundred reads have to be answered by a cache: a test of caches that are never warm
// proves nothing.
const leastHits = 50

// counts are what the processes of a trial did so far.
func (r *trial) counts() denorm.Stats {
	var all denorm.Stats
	for _, p := range slices.Concat(r.processes, r.ended) {
		s := p.engine.Stats()
		all.LocalHits += s.LocalHits
		all.SharedHits += s.SharedHits
		all.Misses += s.Misses
		all.Bypasses += s.Bypasses
		all.LeaseWaits += s.LeaseWaits
		all.Refused += s.Refused
		all.Corrupt += s.Corrupt
		all.LocalKills += s.LocalKills
		all.SharedKills += s.SharedKills
		all.CacheErrors += s.CacheErrors
		all.RelayErrors += s.RelayErrors
		all.CaptureBroken += s.CaptureBroken
		all.SinkPuts += s.SinkPuts
		all.SinkDeletes += s.SinkDeletes
		all.SinkFailures += s.SinkFailures
	}
	return all
}

// reads are those that a cache answered, and all.
type reads struct{ hits, all int64 }

func readsOf(s denorm.Stats) reads {
	hits := s.LocalHits + s.SharedHits
	return reads{hits, hits + s.Misses + s.Bypasses + s.LeaseWaits}
}

func (r *reads) add(before, after reads) {
	r.hits += after.hits - before.hits
	r.all += after.all - before.all
}

func (r reads) percent() float64 { return 100 * float64(r.hits) / float64(max(r.all, 1)) }

// wantHits fails a run whose caches were hardly used while there were writes.
func (r reads) wantHits(t *testing.T) {
	t.Helper()
	if r.percent() < leastHits {
		t.Errorf("the caches answered %.0f %% of the reads while there were writes, want %d %%: too little was shown", r.percent(), leastHits)
	}
}

// report prints the figures, and fails a run that shows too little.
func (r *trial) report(t *testing.T, seed uint64, settles int, during reads, took time.Duration) {
	t.Helper()
	s := r.counts()
	t.Logf("seed %d: %d writes in %d transactions, %d more rolled back, %d in another's way; %d settles, %d documents compared, "+
		"%d more right after Tx; %d reads while there were writes, %.0f %% hits; %d local kills, %d shared kills, %d fills refused, "+
		"%d bypasses, %d waits for a lease, %d relay errors, %d cache errors, %v of which %v to settle",
		seed, r.changes.Load(), r.commits.Load(), r.rollbacks.Load(), r.retries.Load(), settles, r.documents.Load(), r.own.Load(), during.all,
		during.percent(), s.LocalKills, s.SharedKills, s.Refused, s.Bypasses, s.LeaseWaits, s.RelayErrors, s.CacheErrors, took.Round(time.Millisecond), r.settling.Round(time.Millisecond))
	during.wantHits(t)
	if s.Corrupt > 0 || s.CaptureBroken > 0 {
		t.Errorf("%d corrupt values, capture broken %d times; want none of these", s.Corrupt, s.CaptureBroken)
	}
	// A machine that is busy enough lets even a healthy cache miss its deadline now and then.
	if s.CacheErrors*100 > during.all {
		t.Errorf("%d cache errors in %d reads", s.CacheErrors, during.all)
	}
	if r.retries.Load() > r.commits.Load() {
		t.Errorf("%d transactions failed and %d succeeded", r.retries.Load(), r.commits.Load())
	}
}

// repeat tells how to run a history again.
func repeat(t *testing.T, seed uint64, writes, settles int) string {
	t.Helper()
	return fmt.Sprintf("repeat with COHERENCE_SEED=%d COHERENCE_WRITES=%d COHERENCE_SETTLES=%d go test ./internal/coherence -run '^%s$'",
		seed, writes, settles, strings.ReplaceAll(strings.ReplaceAll(t.Name(), "+", `\+`), "/", "$/^"))
}
