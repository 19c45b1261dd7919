package freshness_test

import (
	"testing"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/freshness"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

func at(seq int64) relay.Position { return relay.Position{Epoch: 1, Seq: seq, Stamp: seq} }

func TestGauge(t *testing.T) {
	start := time.Now()
	second := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	tests := []struct {
		name string
		do   func(g *freshness.Gauge)
		want time.Duration // age at second 10
	}{
		{"nothing is known at first", func(*freshness.Gauge) {}, freshness.Unknown},
		{"a proof without a position", func(g *freshness.Gauge) { g.Prove(second(5), at(0)) }, freshness.Unknown},
		{"a position without a proof", func(g *freshness.Gauge) { g.Advance(second(9), at(5)) }, freshness.Unknown},
		{"a proof that is ahead", func(g *freshness.Gauge) { g.Advance(second(9), at(4)); g.Prove(second(5), at(5)) }, freshness.Unknown},
		{"a proof that is covered", func(g *freshness.Gauge) { g.Advance(second(9), at(5)); g.Prove(second(5), at(5)) }, 5 * time.Second},
		{"a proof that becomes covered", func(g *freshness.Gauge) { g.Prove(second(5), at(5)); g.Advance(second(9), at(6)) }, 5 * time.Second},
		{"the newest that is covered", func(g *freshness.Gauge) {
			g.Prove(second(1), at(1))
			g.Prove(second(2), at(2))
			g.Prove(second(3), at(3))
			g.Advance(second(9), at(2))
		}, 8 * time.Second},
		{"no look since", func(g *freshness.Gauge) { g.Advance(second(3), at(5)); g.Prove(second(5), at(5)) }, 7 * time.Second},
		{"another look", func(g *freshness.Gauge) {
			g.Advance(second(3), at(5))
			g.Prove(second(5), at(5))
			g.Advance(second(6), at(5))
		}, 5 * time.Second},
		{"going back", func(g *freshness.Gauge) {
			g.Advance(second(9), at(5))
			g.Prove(second(5), at(5))
			g.Advance(second(9), at(3))
		}, freshness.Unknown},
		{"another life", func(g *freshness.Gauge) {
			g.Advance(second(9), at(5))
			g.Prove(second(5), at(5))
			g.Advance(second(9), relay.Position{Epoch: 2, Seq: 9})
		}, freshness.Unknown},
		{"a proof of another life", func(g *freshness.Gauge) {
			g.Advance(second(9), relay.Position{Epoch: 2, Seq: 9})
			g.Prove(second(5), at(5))
		}, freshness.Unknown},
		{"forgotten", func(g *freshness.Gauge) { g.Advance(second(9), at(5)); g.Prove(second(5), at(5)); g.Forget() }, freshness.Unknown},
		{"many proofs ahead", func(g *freshness.Gauge) {
			for i := range 200 {
				g.Prove(start.Add(time.Duration(i)*10*time.Millisecond), at(int64(i)))
			}
			g.Advance(second(9), at(199))
		}, 10*time.Second - 1990*time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var g freshness.Gauge
			test.do(&g)
			if got := g.Age(second(10)); got != test.want {
				t.Errorf("age %v, want %v", got, test.want)
			}
		})
	}
}

func TestProver(t *testing.T) {
	start := time.Now()
	type look struct {
		pending        bool
		oldest, newest int64
		proves         int // the look whose time is proven, -1 for none
	}
	tests := map[string][]look{
		"nothing waits":                        {{proves: 0}, {proves: 1}},
		"what waited has gone":                 {{true, 1, 5, -1}, {proves: 1}},
		"under load":                           {{true, 1, 5, -1}, {true, 6, 9, 0}, {true, 10, 12, 1}},
		"one of the first still waits":         {{true, 1, 5, -1}, {true, 5, 9, -1}, {true, 6, 9, 0}},
		"an expansion is under way":            {{true, 1, 5, -1}, {true, 0, 9, -1}, {true, 0, 0, -1}, {proves: 3}},
		"committed late with an early number":  {{true, 4, 5, -1}, {true, 2, 9, -1}, {true, 7, 9, 0}},
		"after a proof the candidate is fresh": {{true, 1, 1, -1}, {true, 2, 2, 0}, {true, 2, 2, -1}, {true, 3, 3, 1}},
	}
	for name, looks := range tests {
		t.Run(name, func(t *testing.T) {
			var p freshness.Prover
			for i, l := range looks {
				now := start.Add(time.Duration(i) * time.Second)
				got, ok := p.Observe(now, relay.Poll{Pending: l.pending, Oldest: l.oldest, Newest: l.newest})
				if ok != (l.proves >= 0) {
					t.Fatalf("look %d: proves %v", i, ok)
				}
				if want := start.Add(time.Duration(l.proves) * time.Second); ok && !got.Equal(want) {
					t.Errorf("look %d proves %v after the start, want %v", i, got.Sub(start), want.Sub(start))
				}
			}
		})
	}
}

func TestAgeIsTheLongerOfBothClocks(t *testing.T) {
	now := time.Now()
	age := func(since time.Time) time.Duration {
		var g freshness.Gauge
		g.Prove(since, at(1))
		g.Advance(now, at(1))
		return g.Age(now.Add(time.Hour))
	}
	if got := age(now); got != time.Hour {
		t.Errorf("elapsed %v", got)
	}
	// Round strips the monotonic clock: the machine slept, or the wall clock was set forward.
	if got := age(now.Round(0)); got != time.Hour {
		t.Errorf("elapsed by the wall clock %v", got)
	}
}
