package conformance

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

func (s *suite) leaseThenFill() {
	key := s.key("a")
	lease := s.lease(key)
	s.held(key, lease)
	s.held(key, lease)
	s.fill(key, lease, "one", true)
	s.holds(key, "one")
	s.fill(key, lease, "two", false)
	s.holds(key, "one")
}

func (s *suite) fillAfterKill() {
	key := s.key("a")
	first := s.lease(key)
	s.kill(key)
	s.fill(key, first, "stale", false)
	second := s.lease(key)
	if second == first {
		s.Fatal("a token was granted twice")
	}
	s.fill(key, first, "stale", false)
	s.held(key, second)
	s.fill(key, second, "fresh", true)
	s.fill(key, first, "stale", false)
	s.holds(key, "fresh")
}

func (s *suite) killValue() {
	s.store(s.key("a"), "one")
	s.store(s.key("b"), "two")
	s.kill(s.key("a"), s.key("missing"))
	s.lease(s.key("a"))
	s.holds(s.key("b"), "two")
}

func (s *suite) leaseExpires() {
	const short = 50 * time.Millisecond
	key := s.key("a")
	found, err := s.Cache.Get(s.Context(), []string{key}, short)
	s.must(err)
	s.Wait(2 * short)
	s.fill(key, found[0].Lease, "late", false)
	if next := s.lease(key); next == found[0].Lease {
		s.Fatal("a token was granted twice")
	}
	// A value lives by its own time, not by that of the lease.
	key = s.key("b")
	found, err = s.Cache.Get(s.Context(), []string{key}, 500*time.Millisecond)
	s.must(err)
	s.fill(key, found[0].Lease, "one", true)
	s.Wait(600 * time.Millisecond)
	s.holds(key, "one")
}

func (s *suite) giveBack() {
	key := s.key("a")
	give := func(lease string) bool {
		accepted, err := s.Cache.Fill(s.Context(), []denorm.Fill{{Key: key, Lease: lease, TTL: ttl}})
		s.must(err)
		return accepted[0]
	}
	first := s.lease(key)
	if !give(first) {
		s.Fatal("a lease that stood could not be given back")
	}
	if give(first) {
		s.Fatal("a lease could be given back twice")
	}
	s.fill(key, first, "stale", false)
	second := s.lease(key)
	if give(first) {
		s.Fatal("another's lease could be given back")
	}
	s.held(key, second)
	s.fill(key, second, "one", true)
	if give(second) {
		s.Fatal("a lease could be given back after it was filled")
	}
	s.holds(key, "one")
}

func (s *suite) valueExpires() {
	for name, ttl := range map[string]time.Duration{"short": 50 * time.Millisecond, "shortest": time.Microsecond, "none": 0} {
		key := s.key(name)
		accepted, err := s.Cache.Fill(s.Context(), []denorm.Fill{{Key: key, Lease: s.lease(key), Value: []byte("x"), TTL: ttl}})
		s.must(err)
		if !accepted[0] {
			s.Fatalf("a fill for %s was refused", ttl)
		}
		s.Wait(100 * time.Millisecond)
		s.lease(key)
	}
}

func (s *suite) fillWithoutLease() {
	key := s.key("a")
	s.fill(key, "", "x", false)
	s.fill(key, "made up", "x", false)
	lease := s.lease(key)
	s.fill(key, "", "x", false)
	s.fill(key, strings.ToLower(lease), "x", false)
	s.fill(key, lease[:len(lease)-1], "x", false)
	s.held(key, lease)
	s.fill(key, lease, "one", true)
	s.fill(key, "", "x", false)
	s.holds(key, "one")
}

func (s *suite) anyBytes() {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	values := []string{"", "\x00", "L", "Lxyz", "V", "Vx", "lease:", "\r\n$-1\r\n", "$-1", "nil", string(all)}
	for i := range 256 {
		values = append(values, string([]byte{byte(i)}))
	}
	keys := s.keys(len(values))
	fills := make([]denorm.Fill, len(keys))
	for i, f := range s.get(keys...) {
		fills[i] = denorm.Fill{Key: keys[i], Lease: f.Lease, Value: []byte(values[i]), TTL: ttl}
	}
	s.fillAll(fills)
	for i, f := range s.get(keys...) {
		if f.Value == nil || string(f.Value) != values[i] {
			s.Errorf("%q came back as %+v", values[i], f)
		}
	}
	s.holds(keys[0], "")
}

// fillAll fills and requires that all is accepted.
func (s *suite) fillAll(fills []denorm.Fill) {
	s.Helper()
	accepted, err := s.Cache.Fill(s.Context(), fills)
	s.must(err)
	for i, ok := range accepted {
		if !ok {
			s.Fatalf("the fill of %q was refused", fills[i].Key)
		}
	}
}

func (s *suite) bigValues() {
	big := strings.Repeat("0123456789abcdef", 4<<20/16)
	s.store(s.key("a"), big)
	s.store(s.key("b"), "small")
	found := s.get(s.key("a"), s.key("b"))
	if string(found[0].Value) != big || string(found[1].Value) != "small" {
		s.Fatalf("values of %d and %d bytes came back", len(found[0].Value), len(found[1].Value))
	}
	s.kill(s.key("a"))
	s.lease(s.key("a"))
}

func (s *suite) privateValues() {
	key := s.key("a")
	value := []byte("one")
	s.fillAll([]denorm.Fill{{Key: key, Lease: s.lease(key), Value: value, TTL: ttl}})
	value[0] = 'X'
	s.holds(key, "one")
	for _, keys := range [][]string{{key}, {key, key}} {
		for _, f := range s.get(keys...) {
			copy(f.Value, "two")
			_ = append(f.Value, "three"...)
		}
		s.holds(key, "one")
	}
}

func (s *suite) thousand() {
	keys := s.keys(1000)
	value := func(i int) []byte { return bytes.Repeat([]byte(strconv.Itoa(i)+" "), i%50) }
	var fills []denorm.Fill
	for i, f := range s.get(keys...) {
		if f.Lease == "" {
			s.Fatalf("no lease for %q", keys[i])
		}
		if i%3 != 0 {
			fills = append(fills, denorm.Fill{Key: keys[i], Lease: f.Lease, Value: value(i), TTL: ttl})
			if value(i) == nil {
				fills[len(fills)-1].Value = []byte{}
			}
		}
	}
	s.fillAll(fills)
	for i, f := range s.get(keys...) {
		if i%3 == 0 {
			if f.Held == "" {
				s.Fatalf("key %d should be leased: %+v", i, f)
			}
		} else if f.Value == nil || !bytes.Equal(f.Value, value(i)) {
			s.Fatalf("key %d holds %q, want %q", i, f.Value, value(i))
		}
	}
	s.kill(keys...)
	for i, f := range s.get(keys...) {
		if f.Lease == "" {
			s.Fatalf("key %d was not killed: %+v", i, f)
		}
	}
}

func (s *suite) duplicates() {
	a, b := s.key("a"), s.key("b")
	found := s.get(a, b, a, a)
	leases := 0
	lease := ""
	for _, i := range []int{0, 2, 3} {
		if found[i].Value != nil {
			s.Fatalf("a value of nowhere: %+v", found[i])
		}
		if found[i].Lease != "" {
			leases++
			lease = found[i].Lease
		}
	}
	if leases != 1 || found[1].Lease == "" {
		s.Fatalf("%d leases for a key that stands there thrice: %+v", leases, found)
	}
	accepted, err := s.Cache.Fill(s.Context(), []denorm.Fill{
		{Key: a, Lease: lease, Value: []byte("one"), TTL: ttl},
		{Key: a, Lease: lease, Value: []byte("two"), TTL: ttl},
	})
	s.must(err)
	if !accepted[0] || accepted[1] {
		s.Fatalf("of two fills with one lease %t were accepted", accepted)
	}
	found = s.get(a, b, a)
	if string(found[0].Value) != "one" || string(found[2].Value) != "one" {
		s.Fatalf("got %+v", found)
	}
	s.kill(a, a, b, a)
	s.lease(a)
}

func (s *suite) strangeKeys() {
	names := []string{"", " ", "{}", "{", "}", "{a}b", "a{b}{c}", "\x00\xff", "ключ", "a\r\nDEL b", strings.Repeat("long", 5000)}
	for _, name := range names {
		s.store(s.key(name), "of "+name)
	}
	for _, name := range names {
		s.holds(s.key(name), "of "+name)
	}
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = s.key(name)
	}
	for i, f := range s.get(keys...) {
		if string(f.Value) != "of "+names[i] {
			s.Errorf("%q holds %q", names[i], f.Value)
		}
	}
	s.advance("", "1.1.1", keys...)
	for _, key := range keys {
		s.lease(key)
	}
}

func (s *suite) nothing() {
	found, err := s.Cache.Get(s.Context(), nil, leaseTime)
	s.must(err)
	accepted, err := s.Cache.Fill(s.Context(), nil)
	s.must(err)
	if len(found)+len(accepted) != 0 {
		s.Fatalf("results of nothing: %v, %v", found, accepted)
	}
	s.must(s.Cache.Kill(s.Context(), nil))
}

func (s *suite) foreign() {
	if len(s.Foreign) == 0 {
		s.Skip("nothing foreign can be put into this cache")
	}
	for i, put := range s.Foreign {
		// One by itself and one among others; read first and killed first.
		single, batch, killed := s.key("s"+strconv.Itoa(i)), s.key("b"+strconv.Itoa(i)), s.key("k"+strconv.Itoa(i))
		for _, key := range []string{single, batch, killed} {
			put(s.T, key)
		}
		if found, err := s.Cache.Get(s.Context(), []string{single}, leaseTime); err == nil && found[0].Value != nil {
			s.Errorf("thing %d was read as %+v", i, found[0])
		}
		if found, err := s.Cache.Get(s.Context(), []string{batch, s.key("other")}, leaseTime); err == nil && found[0].Value != nil {
			s.Errorf("thing %d was read as %+v", i, found[0])
		}
		s.fill(killed, "made up", "x", false)
		s.kill(single, batch, killed)
		s.store(single, "x")
		s.store(batch, "x")
		s.store(killed, "x")
		// A mark may be foreign too.
		put(s.T, s.prefix+"mark")
		s.advance("", "1.1.1")
		s.mark("1.1.1")
		s.must(s.Cache.Kill(s.Context(), []string{s.prefix + "mark"}))
	}
}
