//go:build unix

package faults

import (
	"encoding/json"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// oneRedis makes caches on a server of their own, and tells its address.
func oneRedis(t *testing.T) (address string, cache func() denorm.SharedCache) {
	t.Helper()
	server := testservers.NewRedis(t)
	return server.Address, func() denorm.SharedCache {
		return cacheOf(t, redis.NewClient(&redis.Options{Addr: server.Address}))
	}
}

// TestRelayIsStopped stops the process that relays with SIGSTOP in the middle of a claim: nobody can relay until it
// goes on. Writers and readers do not notice, but for reads that go to the database once caches may be too old, and
// come back from them.
func TestRelayIsStopped(t *testing.T) {
	for _, name := range []string{"local", "redis", "local+redis"} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			o := orders{Local: name != "redis", StopAt: claimed, Work: follows}
			var cache func() denorm.SharedCache
			if name != "local" {
				o.Redis, cache = oneRedis(t)
			}
			options := []denorm.Option{}
			if !o.Local {
				options = append(options, denorm.WithLocalCache(0))
			}
			at := postgres(t)
			r := newTrial(t, at, cache, options)
			r.warm()
			o.Driver, o.DSN = at.driver, at.dsn
			c := spawn(t, o)
			r.during("the relay is stopped", func() {
				c.wait("stopping")
				time.Sleep(2 * staleness)
				hits, bypasses := r.hits(), r.stats().Bypasses
				time.Sleep(staleness)
				if n := r.hits() - hits; n > 0 {
					t.Errorf("%d reads came from a cache, %v after the relay was stopped", n, 2*staleness)
				}
				if r.stats().Bypasses == bypasses {
					t.Error("no read went to the database")
				}
				c.signal(syscall.SIGCONT)
				eventually(t, "reads come from a cache again", func() bool { return r.hits() > hits })
			})
			r.settle("the relay went on")
			r.warm()
			r.report(begun)
		})
	}
}

// TestKillerIsStopped stops a process with SIGSTOP at each step of its kills in the shared cache: the others do them
// in its place, and what it does once it goes on does no harm.
func TestKillerIsStopped(t *testing.T) {
	tiers(t, func(t *testing.T, options []denorm.Option) {
		begun := time.Now()
		address, cache := oneRedis(t)
		at := sqlite(t)
		r := newTrial(t, at, cache, options)
		for steps := []step{beforeKill, killed, afterKill}; len(steps) > 0; {
			at := steps[0]
			r.warm()
			c := spawn(t, orders{Driver: r.driver, DSN: r.dsn, Redis: address, Local: len(options) == 0, StopAt: at, Work: follows})
			locked := false
			r.during(string(at), func() {
				c.wait("stopping")
				// Its relay may have been writing: whoever stops with a lock of SQLite stops all others who write.
				if locked = r.locked(t); locked {
					c.signal(syscall.SIGKILL)
					return
				}
				hits := r.hits()
				time.Sleep(2 * staleness)
				// A machine that is busy may have the cache miss a deadline meanwhile, and be left alone for a time.
				eventually(t, string(at)+": a read comes from a cache while one killer of three is stopped", func() bool { return r.hits() > hits })
			})
			r.settle(string(at))
			if locked {
				continue // once more
			}
			steps = steps[1:]
			r.warm()
			r.during(string(at)+", and it goes on", func() {
				c.signal(syscall.SIGCONT)
				time.Sleep(staleness)
			})
			r.settle(string(at) + ", and it went on")
			c.signal(syscall.SIGKILL)
		}
		r.report(begun)
	})
}

// TestStoppedAtRandom stops a process that relays, kills, reads and fills caches, at any moment and for any time.
func TestStoppedAtRandom(t *testing.T) {
	for name, make := range map[string]func(testing.TB) place{"sqlite": sqlite, "postgres": postgres} {
		t.Run(name, func(t *testing.T) {
			tiers(t, func(t *testing.T, options []denorm.Option) {
				begun := time.Now()
				address, cache := oneRedis(t)
				at := make(t)
				r := newTrial(t, at, cache, options)
				random := rand.New(rand.NewPCG(r.seed, 70))
				c := spawn(t, orders{Driver: at.driver, DSN: at.dsn, Redis: address, Local: len(options) == 0, Work: reads})
				for range times(t) {
					r.warm()
					r.during("stopped at random", func() {
						for range 6 {
							pause(random, 120)
							c.signal(syscall.SIGSTOP)
							pause(random, 500)
							c.signal(syscall.SIGCONT)
						}
					})
					r.settle("stopped at random")
				}
				r.warm()
				r.report(begun)
			})
		})
	}
}

// TestReaderIsStopped stops a process that reads, for longer than documents may be old: what it shows when it goes
// on is not what it knew before.
func TestReaderIsStopped(t *testing.T) {
	for _, local := range []bool{true, false} {
		t.Run(map[bool]string{true: "local+redis", false: "redis"}[local], func(t *testing.T) {
			address, cache := oneRedis(t)
			at := sqlite(t)
			at.exec(t, "INSERT INTO tags VALUES (1, 'counter', 0)")
			start(t, at, "one", denorm.WithSharedCache(cache()))
			c := spawn(t, orders{Driver: at.driver, DSN: at.dsn, Redis: address, Local: local, Work: counts, Staleness: staleness})
			var last glimpse
			see := func() {
				t.Helper()
				if err := json.Unmarshal([]byte(c.hear()), &last); err != nil {
					t.Fatal(err)
				}
			}
			for value := range 4 * times(t) {
				for hits := last.Hits; last.Hits < hits+20 || last.Weight != value; {
					see()
				}
				c.signal(syscall.SIGSTOP)
				for len(c.lines) > 0 {
					see()
				}
				at.exec(t, "UPDATE tags SET weight = ? WHERE id = 1", value+1)
				written := time.Now()
				time.Sleep(2 * staleness)
				c.signal(syscall.SIGCONT)
				after := 0
				for after < 20 {
					see()
					if last.Begun.Sub(written) <= staleness {
						continue // a read that had begun before
					}
					after++
					if last.Weight != value+1 {
						t.Fatalf("%v after the tag was made %d it is %d", last.Begun.Sub(written), value+1, last.Weight)
					}
				}
			}
		})
	}
}
