package coherence

import (
	"context"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/setting"
)

const slowNumber = "a change whose transaction had a greater number than all that had ended stayed below the log's floor"

// TestCoherence is promises P3, P5 and P6: after each burst of random writes, every document in every cache is
// the one that a naive builder makes, and what Engine.Tx wrote is seen at once.
func TestCoherence(t *testing.T) {
	eachTiers(t, func(t *testing.T, d database, m tiers) {
		size := sizesOf(t, d)
		cohere(t, d, m, seed(t), setting.Number(t, "COHERENCE_WRITES", ofTiers(size.writes), 0), setting.Number(t, "COHERENCE_SETTLES", ofTiers(size.settles), 0))
	})
}

// eachTiers runs a subtest for every database and way to cache.
func eachTiers(t *testing.T, test func(t *testing.T, d database, m tiers)) {
	t.Helper()
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for _, m := range allTiers() {
				t.Run(m.name, func(t *testing.T) { test(t, d, m) })
			}
		})
	}
}

// TestSeedsThatFailed repeats histories that found something once, as far as scheduling repeats.
func TestSeedsThatFailed(t *testing.T) {
	for _, once := range []struct {
		database, tiers string
		seed            uint64
		writes, settles int
		found           string
	}{
		{"postgres", "local", 172251, 200, 4, slowNumber},
		{"postgres", "local", 85067, 32, 1, slowNumber},
		{"postgres", "local", 226416, 150, 3, slowNumber},
	} {
		t.Run(once.database+"/"+once.tiers, func(t *testing.T) {
			t.Log(once.found)
			for _, d := range databases() {
				for _, m := range allTiers() {
					if d.name == once.database && m.name == once.tiers {
						cohere(t, d, m, once.seed, once.writes, once.settles)
					}
				}
			}
		})
	}
}

// cohere makes a history and checks it.
func cohere(t *testing.T, d database, m tiers, seed uint64, writes, settles int) {
	t.Helper()
	begun := time.Now()
	r := newTrial(t, newPlace(t, d), m, seed)
	if err := r.settle(t.Context()); err != nil {
		t.Fatalf("before any write: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	readers := r.read(ctx, t, seed)
	defer readers.Wait()
	defer stop()
	var during reads
	for settle := range settles {
		before := readsOf(r.counts())
		if err := r.burst(ctx, (settle+1)*writes/settles-int(r.changes.Load())); err != nil {
			t.Fatalf("burst %d: %v\n\n%s", settle+1, err, repeat(t, seed, writes, settles))
		}
		during.add(before, readsOf(r.counts()))
		settling := time.Now()
		if err := r.settle(ctx); err != nil {
			t.Fatalf("burst %d: %v\n\n%s", settle+1, err, repeat(t, seed, writes, settles))
		}
		r.settling += time.Since(settling)
	}
	r.report(t, seed, settles, during, time.Since(begun))
}
