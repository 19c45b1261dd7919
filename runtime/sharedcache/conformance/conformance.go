// Package conformance is the suite that every denorm.SharedCache passes.
package conformance

import (
	"crypto/rand"
	"errors"
	"strconv"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Subject is a cache under test.
type Subject struct {
	Cache denorm.SharedCache
	// Wait lets time pass for the cache; nil sleeps.
	Wait func(d time.Duration)
	// Foreign puts things under a key that the cache would never write, one after the other; it may be empty.
	Foreign []func(t *testing.T, key string)
}

// Run runs the suite. Open makes a cache for one test, which may hold anything already, and closes it after the
// test.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	tests := []struct {
		name string
		test func(*suite)
	}{
		{"lease, then fill", (*suite).leaseThenFill},
		{"a fill after a kill is refused", (*suite).fillAfterKill},
		{"a kill removes values", (*suite).killValue},
		{"a lease expires", (*suite).leaseExpires},
		{"only one's own lease is given back", (*suite).giveBack},
		{"a value expires", (*suite).valueExpires},
		{"a fill without a lease is refused", (*suite).fillWithoutLease},
		{"any bytes", (*suite).anyBytes},
		{"big values", (*suite).bigValues},
		{"values are the caller's", (*suite).privateValues},
		{"a thousand keys", (*suite).thousand},
		{"keys that stand there twice", (*suite).duplicates},
		{"strange keys", (*suite).strangeKeys},
		{"nothing to do", (*suite).nothing},
		{"a mark moves on", (*suite).markMoves},
		{"a mark that is elsewhere", (*suite).markElsewhere},
		{"a mark that is set whatever it was", (*suite).markSet},
		{"marks have names", (*suite).markNames},
		{"positions with large numbers", (*suite).markLarge},
		{"advance kills", (*suite).advanceKills},
		{"not a position", (*suite).notPositions},
		{"foreign things", (*suite).foreign},
		{"one lease for many readers", (*suite).oneLease},
		{"no stale value stays", (*suite).noStaleValue},
		{"marks of two at once", (*suite).twoAdvance},
		{"the context has ended", (*suite).cancelled},
		{"after close", (*suite).afterClose},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			subject := open(t)
			if subject.Wait == nil {
				subject.Wait = time.Sleep
			}
			test.test(&suite{T: t, Subject: subject, prefix: "conformance:" + rand.Text() + ":"})
		})
	}
}

// suite is one test. Its keys are its own.
type suite struct {
	*testing.T
	Subject
	prefix string
}

const (
	leaseTime = time.Minute
	ttl       = time.Hour
)

func (s *suite) key(name string) string { return s.prefix + name }

func (s *suite) keys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = s.key("k" + strconv.Itoa(i))
	}
	return keys
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) get(keys ...string) []denorm.Cached {
	s.Helper()
	found, err := s.Cache.Get(s.Context(), keys, leaseTime)
	s.must(err)
	if len(found) != len(keys) {
		s.Fatalf("%d results for %d keys", len(found), len(keys))
	}
	for i, f := range found {
		s.must(f.Err)
		n := 0
		for _, has := range []bool{f.Value != nil, f.Lease != "", f.Held != ""} {
			if has {
				n++
			}
		}
		if n > 1 {
			s.Fatalf("%q has more than one of value, lease and another's lease: %+v", keys[i], f)
		}
	}
	return found
}

// lease misses a key and returns the token.
func (s *suite) lease(key string) string {
	s.Helper()
	found := s.get(key)[0]
	if found.Lease == "" {
		s.Fatalf("no lease was granted for %q: %+v", key, found)
	}
	return found.Lease
}

// held requires that a lease stands.
func (s *suite) held(key, lease string) {
	s.Helper()
	if found := s.get(key)[0]; found.Held != lease {
		s.Fatalf("%q: the lease %q should stand: %+v", key, lease, found)
	}
}

// holds requires a value.
func (s *suite) holds(key, value string) {
	s.Helper()
	if found := s.get(key)[0]; found.Value == nil || string(found.Value) != value {
		s.Fatalf("%q should hold %q: %+v", key, value, found)
	}
}

// fill fills one key and requires the verdict.
func (s *suite) fill(key, lease, value string, want bool) {
	s.Helper()
	accepted, err := s.Cache.Fill(s.Context(), []denorm.Fill{{Key: key, Lease: lease, Value: []byte(value), TTL: ttl}})
	s.must(err)
	if len(accepted) != 1 || accepted[0] != want {
		s.Fatalf("the fill of %q with lease %q is reported as %t, want %t", key, lease, accepted, want)
	}
}

// store leases and fills.
func (s *suite) store(key, value string) {
	s.Helper()
	s.fill(key, s.lease(key), value, true)
}

func (s *suite) kill(keys ...string) {
	s.Helper()
	s.must(s.Cache.Kill(s.Context(), keys))
}

func (s *suite) advance(from, to denorm.Position, keys ...string) {
	s.Helper()
	s.must(s.Cache.Advance(s.Context(), s.prefix+"mark", keys, from, to))
}

// refused requires that a mark cannot be moved so, and stays.
func (s *suite) refused(from, to denorm.Position) {
	s.Helper()
	before, err := s.Cache.Mark(s.Context(), s.prefix+"mark")
	s.must(err)
	if err := s.Cache.Advance(s.Context(), s.prefix+"mark", nil, from, to); !errors.Is(err, denorm.ErrMark) {
		s.Fatalf("from %q to %q: the error is %v, want ErrMark", from, to, err)
	}
	s.mark(before)
}

// mark requires a mark.
func (s *suite) mark(want denorm.Position) {
	s.Helper()
	got, err := s.Cache.Mark(s.Context(), s.prefix+"mark")
	s.must(err)
	if got != want {
		s.Fatalf("the mark is %q, want %q", got, want)
	}
}
