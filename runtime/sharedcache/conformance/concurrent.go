package conformance

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

func (s *suite) oneLease() {
	const readers, rounds = 16, 20
	for round := range rounds {
		keys := []string{s.key(strconv.Itoa(round)), s.key("and" + strconv.Itoa(round))}
		if round%2 == 0 {
			keys = keys[:1]
		}
		var granted atomic.Int64
		var running sync.WaitGroup
		for range readers {
			running.Go(func() {
				found, err := s.Cache.Get(s.Context(), keys, leaseTime)
				if err != nil {
					s.Error(err)
					return
				}
				for _, f := range found {
					if f.Lease != "" {
						granted.Add(1)
					}
					if f.Value != nil || f.Err != nil {
						s.Errorf("a value of nowhere: %+v", f)
					}
				}
			})
		}
		running.Wait()
		if got := int(granted.Load()); got != len(keys) {
			s.Fatalf("%d leases for %d keys", got, len(keys))
		}
	}
}

// noStaleValue lets readers fill from a number that a writer increases and then kills, and looks after each
// short burst at what stayed.
func (s *suite) noStaleValue() {
	const readers, bursts, writes = 4, 30, 5
	key, other := s.key("a"), s.key("b")
	var number atomic.Int64
	for burst := range bursts {
		var running sync.WaitGroup
		done := make(chan struct{})
		for range readers {
			running.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						s.readThrough(key, other, &number)
					}
				}
			})
		}
		for range writes {
			number.Add(1)
			if burst%2 == 0 {
				s.must(s.Cache.Kill(s.Context(), []string{key}))
			} else {
				s.advance("", denorm.Position("1."+strconv.FormatInt(number.Load(), 10)+".1"), key)
			}
		}
		close(done)
		running.Wait()
		if found := s.get(key)[0]; found.Value != nil && string(found.Value) != strconv.FormatInt(number.Load(), 10) {
			s.Fatalf("%q stayed, but %d is the newest", found.Value, number.Load())
		}
	}
}

// readThrough reads, and fills as the protocol wants it.
func (s *suite) readThrough(key, other string, number *atomic.Int64) {
	found, err := s.Cache.Get(s.Context(), []string{key, other}, leaseTime)
	if err != nil {
		s.Error(err)
		return
	}
	if found[0].Lease == "" {
		return
	}
	value := []byte(strconv.FormatInt(number.Load(), 10))
	if _, err := s.Cache.Fill(s.Context(), []denorm.Fill{{Key: key, Lease: found[0].Lease, Value: value, TTL: ttl}}); err != nil {
		s.Error(err)
	}
}

func (s *suite) cancelled() {
	key := s.key("a")
	s.store(key, "one")
	s.advance("", "1.1.1")
	cancelled, cancel := context.WithCancel(s.Context())
	cancel()
	late, cancel := context.WithDeadline(s.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for _, ctx := range []context.Context{cancelled, late} {
		_, errGet := s.Cache.Get(ctx, []string{key}, leaseTime)
		accepted, errFill := s.Cache.Fill(ctx, []denorm.Fill{{Key: key, Lease: "x", TTL: ttl}})
		_, errMark := s.Cache.Mark(ctx, s.prefix+"mark")
		for name, err := range map[string]error{
			"get": errGet, "fill": errFill, "mark": errMark,
			"kill":    s.Cache.Kill(ctx, []string{key}),
			"advance": s.Cache.Advance(ctx, s.prefix+"mark", []string{key}, "", "1.2.2"),
		} {
			if !errors.Is(err, ctx.Err()) {
				s.Errorf("%s returned %v, want %v", name, err, ctx.Err())
			}
		}
		if len(accepted) != 1 || accepted[0] {
			s.Errorf("the fill reported %t", accepted)
		}
	}
	s.holds(key, "one")
	s.mark("1.1.1")
}

func (s *suite) afterClose() {
	key := s.key("a")
	s.store(key, "one")
	s.must(s.Cache.Close())
	s.must(s.Cache.Close())
	_, errGet := s.Cache.Get(s.Context(), []string{key}, leaseTime)
	_, errFill := s.Cache.Fill(s.Context(), []denorm.Fill{{Key: key, Lease: "x", TTL: ttl}})
	_, errMark := s.Cache.Mark(s.Context(), s.prefix+"mark")
	for name, err := range map[string]error{
		"get": errGet, "fill": errFill, "mark": errMark,
		"kill":    s.Cache.Kill(s.Context(), []string{key}),
		"advance": s.Cache.Advance(s.Context(), s.prefix+"mark", nil, "", "1.2.2"),
	} {
		if err == nil {
			s.Errorf("%s returned no error", name)
		}
	}
}
