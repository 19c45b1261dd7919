package relay

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

// TestCrashes cuts a relay at every statement, before and after it is done, and lets another go on.
func TestCrashes(t *testing.T) {
	eachFaulty(t, func(t *testing.T, x *fixture, cut *sql.DB, fuse *fuse) {
		x.books(7, 1, 15)
		at := x.poll(x.feed).Head
		want := []string{"books 100", "books 101"}
		for id := 1; id <= 15; id++ {
			want = append(want, fmt.Sprint("books ", id))
		}
		for _, after := range []bool{false, true} {
			for n := int64(1); ; n++ {
				if n > 200 {
					t.Fatal("the relay does not come to an end")
				}
				x.log(x.db, "books", "I", 100)
				x.log(x.db, "authors", "U", 7)
				x.log(x.db, "books", "U", 101)
				done := x.crash(cut, fuse, n, after)
				for next := x.open(Config{Batch: 2, Chunk: 10}); x.poll(next).Pending; {
					x.drain(next) // the server may hold the lock of the connection for a moment
				}
				// A lost answer of the commit, or a chunk that was done before, may repeat events, and nothing else.
				var got []string
				got, at = x.read(x.feed, at)
				slices.Sort(got)
				slices.Sort(want)
				if got = slices.Compact(got); !slices.Equal(got, want) {
					t.Fatalf("cut at %d, after %v: the events are %q", n, after, got)
				}
				if done {
					break
				}
			}
		}
		if rows, last := x.number(`SELECT COUNT(*) FROM "denorm_changes"`), x.status(x.feed); x.dialect != sqlite && rows != 0 || last.Work != 0 {
			t.Fatalf("%d changes are left, %+v", rows, last)
		}
	})
}

// crash drains with a handle that is cut at statement n, and tells whether there was no such.
func (x *fixture) crash(cut *sql.DB, fuse *fuse, n int64, after bool) bool {
	x.t.Helper()
	fuse.at.Store(0)
	plain := x.db.DB
	x.db.DB = cut
	f := x.openQuietly(Config{Batch: 2, Chunk: 10})
	x.db.DB = plain
	defer f.Close()
	fuse.count.Store(0)
	fuse.after.Store(after)
	fuse.at.Store(n)
	for {
		worked, err := f.Relay(x.ctx())
		if errors.Is(err, errCut) {
			return false
		}
		x.check(err)
		if !worked {
			return fuse.count.Load() < n
		}
	}
}

// TestPausedLeader stops a relay at every statement of a step, lets another try, and goes on.
func TestPausedLeader(t *testing.T) {
	eachFaulty(t, func(t *testing.T, x *fixture, cut *sql.DB, fuse *fuse) {
		plain := x.db.DB
		x.db.DB = cut
		leader := x.openQuietly(Config{})
		x.db.DB = plain
		defer leader.Close()
		start := x.poll(leader).Head
		var want []string
		for n := int64(1); n < 40; n++ {
			want = append(want, fmt.Sprint("books ", n))
			x.log(x.db, "books", "I", n)
			reached, resume := make(chan struct{}), make(chan struct{})
			var once sync.Once
			pause := func(at int64) {
				if at == n {
					once.Do(func() { close(reached) })
					<-resume
				}
			}
			fuse.count.Store(0)
			fuse.pause.Store(&pause)
			done := make(chan error, 1)
			go func() {
				_, err := leader.Relay(x.ctx())
				done <- err
			}()
			var last bool
			select {
			case <-reached:
			case err := <-done:
				done <- err
				last = true
			}
			if _, err := x.feed.Relay(x.ctx()); err != nil {
				t.Fatal(err)
			}
			close(resume)
			x.check(<-done)
			x.drain(x.feed)
			if last {
				break
			}
		}
		fuse.pause.Store(nil)
		x.want(x.feed, start, want...)
	})
}
