//go:build unix

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/truth/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

// gathering is what a child did to read the aggregate of all books and authors.
type gathering struct {
	Batches, Waits int64
	Took           time.Duration
}

// catchUp is what the parent says for: follow all that was committed.
const catchUp = -1

// gather reads the aggregate with many readers at once, who want the first author to have the name that the parent says.
func (o orders) gather(ctx context.Context, engine *denorm.Engine, library *models.Library) error {
	return told(func(name int64) error {
		if name == catchUp {
			err := engine.Drain(ctx)
			say("caught up")
			return err
		}
		before, begun := engine.Stats(), time.Now()
		errs := make([]error, o.Readers)
		var readers sync.WaitGroup
		for i := range errs {
			readers.Go(func() {
				text, _, err := library.GetJSON(ctx, "all")
				if want := fmt.Sprintf(`"first_name":"%d"`, name); err == nil && !strings.Contains(string(text), want) {
					err = fmt.Errorf("no %s in %s", want, text)
				}
				errs[i] = err
			})
		}
		readers.Wait()
		after := engine.Stats()
		text, err := json.Marshal(gathering{after.Batches - before.Batches, after.LeaseWaits - before.LeaseWaits, time.Since(begun)})
		if err := errors.Join(append(errs, err)...); err != nil {
			return err
		}
		say(string(text))
		return nil
	})
}

// builders are processes that share an aggregate.
type builders struct {
	*herd
	lease time.Duration
}

// killOne lets another process build, and kills it when it has read the books. meanwhile is called before that.
func (b *builders) killOne(meanwhile func()) {
	b.Helper()
	o := b.orders(builds, false, b.lease)
	o.StopAt = building
	one := spawn(b.T, o)
	one.wait("stopping")
	meanwhile()
	one.signal(syscall.SIGKILL)
}

// call gives the first author a name.
func (b *builders) call(name int) {
	b.Helper()
	b.exec(b.T, "UPDATE authors SET first_name = ? WHERE id = 1", strconv.Itoa(name))
}

// held checks that a lease is held, which ends by itself within a time, and returns what ends it at once.
func (b *builders) held(within time.Duration) (end func()) {
	b.Helper()
	client := redis.NewClient(&redis.Options{Addr: b.redis})
	b.Cleanup(func() { _ = client.Close() })
	var leases []string
	for keys := client.Scan(b.Context(), 0, "*", 0).Iterator(); keys.Next(b.Context()); {
		value, err := client.Get(b.Context(), keys.Val()).Result()
		if err == nil && strings.HasPrefix(value, "L") {
			leases = append(leases, keys.Val())
		}
	}
	if len(leases) != 1 {
		b.Fatalf("there are leases %q, want that of the killed build", leases)
	}
	if left := client.PTTL(b.Context(), leases[0]).Val(); left <= 0 || left > within {
		b.Errorf("the lease of a killed build lasts %v, want %v at most", left, within)
	}
	return func() {
		if err := client.PExpire(b.Context(), leases[0], time.Millisecond).Err(); err != nil {
			b.Fatal(err)
		}
		for client.Exists(b.Context(), leases[0]).Val() != 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

// gather lets all processes read, which have to see a name, and returns the number of builds.
func (b *builders) gather(name int, why string) (each []gathering, builds float64) {
	b.Helper()
	b.begin(catchUp) // all of them first: a kill that follows late is followed by a build, too
	for _, c := range b.children {
		c.wait("caught up")
	}
	b.begin(name)
	for _, c := range b.children {
		var one gathering
		if err := json.Unmarshal([]byte(c.hear()), &one); err != nil {
			b.Fatal(err)
		}
		each = append(each, one)
		builds += float64(one.Batches) / batchesOfBuild
	}
	b.Logf("%s: %+v", why, each)
	return each, builds
}

// caches tells whether a process has a local cache.
func caches(i int) bool { return i%2 == 0 }

// batchesOfBuild are one of books and one of authors.
const batchesOfBuild = 2

// TestBuilderIsKilled kills the process that makes an aggregate, in the midst of its sources. What changed meanwhile ends
// its lease. Else the others wait for no longer than for any load, and then make it for themselves until the lease ends.
// No process is as slow as a lease is long, so that builds can be counted.
func TestBuilderIsKilled(t *testing.T) {
	const lease, longer, processes, readers = 3 * time.Second, 20, 3, 40
	b := &builders{herd: newPack(t, postgres(t), 0), lease: lease}
	b.exec(t, "INSERT INTO authors (id, first_name, last_name) VALUES (1, '0', 'A')")
	b.exec(t, "INSERT INTO books (id, title, price, status, in_print) VALUES (1, 'A', 1.5, 'open', TRUE)")
	for i := range processes {
		o := b.orders(gathers, caches(i), lease)
		o.Readers = readers
		b.children = append(b.children, spawn(t, o))
	}
	name := 0
	next := func() { name++; b.call(name) }
	for range 2 * times(t) {
		next()
		b.killOne(next)
		if _, builds := b.gather(name, "killed, and changed meanwhile"); builds != 1 {
			t.Errorf("behind a killed build during which there was a change: %v builds, want one", builds)
		}

		next()
		b.killOne(func() {})
		end := b.held(longer * lease)
		each, _ := b.gather(name, "killed")
		for i, one := range each {
			// All readers of a process with a local cache share one load. Elsewhere they come back from waiting one by one.
			if one.Batches < batchesOfBuild || caches(i) && one.Batches != batchesOfBuild || one.Waits == 0 || one.Took < lease {
				t.Errorf("beside a killed build, process %d did %+v, want a build of its own behind a wait", i, one)
			}
		}
		end()
		for _, want := range []float64{1, 0} {
			if _, builds := b.gather(name, "once the lease has ended"); builds != want {
				t.Errorf("once the lease of a killed build has ended: %v builds, want %v", builds, want)
			}
		}
	}
}
