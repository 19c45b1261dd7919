package faults

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/rediscache"
)

// broken is a server, a proxy before it, and how both are broken and mended.
type broken struct {
	*testing.T
	server *testservers.RedisServer
	proxy  *testservers.Proxy
	random *rand.Rand
}

// fault is something that goes wrong.
type fault struct {
	name       string
	begin, end func(b *broken)
	harmless   bool // no operation has to fail of it
}

// sometimes judges one request in n.
func (b *broken) sometimes(n int, verdict testservers.Verdict) {
	seed := b.random.Uint64()
	var count atomic.Uint64
	b.proxy.Rule(func([]byte) testservers.Verdict {
		if rand.New(rand.NewPCG(seed, count.Add(1))).IntN(n) > 0 {
			return testservers.Pass
		}
		return verdict
	})
}

// part lets nobody through to the server.
func (b *broken) part() {
	b.sometimes(1, testservers.Refuse)
	b.proxy.Cut()
}

func (b *broken) mend() {
	b.proxy.Rule(nil)
	b.proxy.Delay(0)
	b.proxy.Answers(0)
	b.proxy.Cut()
}

func faultsOfNode() []fault {
	mend := (*broken).mend
	return []fault{
		{name: "killed", begin: func(b *broken) { b.server.Kill() }, end: func(b *broken) { b.server.Start(b.T) }},
		{name: "unreachable", begin: (*broken).part, end: mend},
		{name: "slow", begin: func(b *broken) { b.proxy.Delay(time.Duration(20+b.random.IntN(400)) * time.Millisecond) }, end: mend, harmless: true},
		{name: "resetting", begin: func(b *broken) { b.sometimes(2+b.random.IntN(6), testservers.Reset) }, end: mend},
		{name: "silent", begin: func(b *broken) { b.sometimes(2+b.random.IntN(10), testservers.Hang) }, end: mend},
		// The server did what it was told, and nobody learns that.
		{name: "cut behind a pipeline", begin: func(b *broken) { b.sometimes(2+b.random.IntN(6), testservers.Swallow) }, end: mend},
		{name: "cut in mid-pipeline", begin: func(b *broken) { b.proxy.Answers(1 + b.random.IntN(600)) }, end: mend},
	}
}

// TestRedisFaults breaks a node again and again under random histories: writes never fail, reads are right and never
// too old, and nothing is stale once it works again.
func TestRedisFaults(t *testing.T) {
	tiers(t, breakNode)
}

func breakNode(t *testing.T, options []denorm.Option) {
	begun := time.Now()
	b := &broken{T: t, server: testservers.NewRedis(t)}
	b.proxy = testservers.NewProxy(t, b.server.Address)
	r := newTrial(t, sqlite(t), func() denorm.SharedCache {
		return cacheOf(t, redis.NewClient(&redis.Options{Addr: b.proxy.Address, ReadTimeout: 500 * time.Millisecond}))
	}, options)
	b.random = rand.New(rand.NewPCG(r.seed, 50))
	harm := map[string]int64{}
	for range times(t) {
		for _, f := range faultsOfNode() {
			r.warm()
			before := r.stats().CacheErrors
			r.during(f.name, func() {
				for n := 0; n < 2 || n < 20 && !f.harmless && r.stats().CacheErrors == before; n++ {
					f.begin(b)
					pause(b.random, 250)
					f.end(b)
					pause(b.random, 100)
				}
			})
			r.settle(f.name)
			harm[f.name] += r.stats().CacheErrors - before
		}
	}
	r.warm()
	r.report(begun)
	t.Logf("cache errors by fault: %v", harm)
	for _, f := range faultsOfNode() {
		if harm[f.name] == 0 && !f.harmless {
			t.Errorf("%s: no operation of the shared cache failed, so nothing was shown", f.name)
		}
	}
}

// cacheOf makes a cache of a client, and closes both.
func cacheOf(t testing.TB, client redis.UniversalClient) denorm.SharedCache {
	t.Helper()
	cache, err := rediscache.New(client)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, cache, client)
	return cache
}

// pause sleeps for up to so many milliseconds, and at least a third of that.
func pause(random *rand.Rand, ms int) {
	time.Sleep(time.Duration(ms/3+random.IntN(ms)) * time.Millisecond)
}
