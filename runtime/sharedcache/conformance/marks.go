package conformance

import (
	"errors"
	"fmt"
	"sync"

	denorm "github.com/denormgen/denormgen/runtime"
)

func (s *suite) markMoves() {
	s.mark("")
	s.refused("1.1.7", "1.2.8") // there is none
	s.advance("", "1.5.77")
	s.mark("1.5.77")
	s.advance("1.5.77", "1.9.88")
	s.mark("1.9.88")
	s.advance("1.9.88", "1.10.-9") // as numbers, not as text
	s.mark("1.10.-9")
	s.advance("1.10.-9", "1.10.-9")
	s.advance("1.9.88", "1.10.-9") // once more, as after a lost answer
	s.mark("1.10.-9")
	// Others were faster, and never is it moved back.
	s.advance("1.5.77", "1.9.88")
	s.advance("1.10.-9", "1.9.88")
	s.mark("1.10.-9")
	// Others went a part of the way.
	s.advance("1.9.88", "1.20.5")
	s.mark("1.20.5")
	s.advance("1.20.5", "2.1.6")
	s.mark("2.1.6")
}

func (s *suite) markElsewhere() {
	s.advance("", "2.50.7")
	s.refused("2.60.8", "2.70.9") // it went back
	s.refused("2.50.8", "2.70.9") // another history
	s.refused("2.40.1", "2.50.8")
	s.refused("1.40.1", "1.60.2") // another epoch
	s.refused("3.40.1", "3.60.2")
	s.refused("1.50.7", "3.1.2")
	s.refused("1.40.1", "2.60.2")
	s.mark("2.50.7")
}

func (s *suite) markSet() {
	for _, to := range []denorm.Position{"1.5.77", "1.3.7", "4.1.1", "2.9.9", "0.0.0"} {
		s.advance("", to)
		s.mark(to)
	}
}

func (s *suite) markNames() {
	other := s.prefix + "other"
	s.advance("", "1.5.77")
	got, err := s.Cache.Mark(s.Context(), other)
	s.must(err)
	if got != "" {
		s.Fatalf("a mark that was never set is %q", got)
	}
	if err := s.Cache.Advance(s.Context(), other, nil, "1.5.77", "1.6.78"); !errors.Is(err, denorm.ErrMark) {
		s.Fatalf("the other mark: the error is %v, want ErrMark", err)
	}
	s.must(s.Cache.Advance(s.Context(), other, nil, "", "3.3.3"))
	s.mark("1.5.77")
}

func (s *suite) markLarge() {
	const a, b, c = "1.9223372036854775805.1", "1.9223372036854775806.2", "1.9223372036854775807.3"
	s.advance("", a)
	s.refused(b, c)
	s.advance(a, c)
	s.advance(a, b)
	s.mark(c)
}

func (s *suite) advanceKills() {
	leased, filled, other := s.key("leased"), s.key("filled"), s.key("other")
	lease := s.lease(leased)
	s.store(filled, "old")
	s.store(other, "stays")
	s.advance("", "1.1.1", leased, filled, s.key("missing"))
	s.fill(leased, lease, "stale", false)
	s.lease(filled)
	s.holds(other, "stays")

	keys := s.keys(1000)
	for _, f := range s.get(keys...) {
		if f.Lease == "" {
			s.Fatal("no lease")
		}
	}
	s.advance("1.1.1", "1.2.2", keys...)
	for _, f := range s.get(keys...) {
		if f.Lease == "" {
			s.Fatal("a lease was left")
		}
	}
}

func (s *suite) notPositions() {
	for _, p := range [][2]denorm.Position{{"", ""}, {"1.1.1", ""}, {"x", "1.1.1"}, {"", "now"}, {"", "1.2"}, {"1.1.1", "a.b.c"}} {
		if err := s.Cache.Advance(s.Context(), s.prefix+"mark", nil, p[0], p[1]); err == nil {
			s.Errorf("from %q to %q: no error", p[0], p[1])
		}
	}
	s.mark("")
}

// twoAdvance moves one mark from two goroutines that read the same feed in pages of different sizes.
func (s *suite) twoAdvance() {
	const end = 60
	at := func(n int) denorm.Position { return denorm.Position(fmt.Sprintf("1.%d.%d", n, n)) }
	s.advance("", at(0))
	var running sync.WaitGroup
	for _, step := range []int{2, 3} {
		running.Go(func() {
			for n := 0; n < end; n += step {
				if err := s.Cache.Advance(s.Context(), s.prefix+"mark", nil, at(n), at(n+step)); err != nil {
					s.Errorf("from %d in steps of %d: %v", n, step, err)
				}
			}
		})
	}
	running.Wait()
	s.mark(at(end))
}
