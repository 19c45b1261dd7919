package denorm_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// TestMissingMark puts a value back that a kill removed, into a cache that has lost its mark: nothing that it holds
// is known to be right.
func TestMissingMark(t *testing.T) {
	for _, mode := range []string{"shared", "both"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t)
			tap := w.tapped()
			p := w.process(denorm.WithSharedCache(tap), denorm.WithLocalCache(0))
			q := w.process(w.mode(mode)...)
			p.title(1)
			key := tap.keys()[0]
			old := w.value(key)
			w.rename(1, "new")
			p.drain()
			q.drain()
			w.shared.Flush()
			w.shared.Put(key, old)
			q.drain()
			q.wantTitle(1, "new")
			p.drain()
			p.wantTitle(1, "new")
		})
	}
}

// TestFlush restarts the shared cache between changes.
func TestFlush(t *testing.T) {
	for _, mode := range []string{"shared", "both"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t)
			p, q := w.process(w.mode(mode)...), w.process(w.mode(mode)...)
			for _, title := range []string{"first", "second", "third"} {
				p.title(1)
				w.rename(1, title)
				w.shared.Flush()
				q.title(1)
				p.drain()
				q.drain()
				p.wantTitle(1, title)
				q.wantTitle(1, title)
			}
		})
	}
}

// TestFailover goes back to a state of the shared cache from before kills, several times over.
func TestFailover(t *testing.T) {
	for _, mode := range []string{"shared", "both"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t)
			p, q := w.process(w.mode(mode)...), w.process(w.mode(mode)...)
			titles := []string{"first", "second", "third", "fourth"}
			for i, title := range titles {
				p.title(1)
				q.title(2)
				restore := w.shared.Snapshot()
				w.rename(1, title)
				w.rename(2, title)
				p.drain()
				q.drain()
				p.title(2)
				restore()
				if i%2 == 0 { // the old state is read, and kept here, until the failover is noticed
					p.title(1)
					q.title(2)
				}
				q.drain()
				p.drain()
				for _, one := range []*process{p, q} {
					one.wantTitle(1, title)
					one.wantTitle(2, title)
				}
			}
		})
	}
}

// TestFailoverThatAnotherProcessMended reads from a shared cache that went back, while another process has already
// led it on again: neither its mark nor its values tell.
func TestFailoverThatAnotherProcessMended(t *testing.T) {
	w := newWorld(t)
	p, q := w.process(w.mode("both")...), w.process(w.mode("both")...)
	q.title(1)
	restore := w.shared.Snapshot()
	w.rename(1, "new")
	q.drain()
	p.drain()
	restore()
	p.title(1) // the old title, which may be shown for a while
	q.drain()
	p.drain()
	p.wantTitle(1, "new")
}

// TestFailoverWhileItIsLookedFor goes back between the two questions by which that is noticed, and another process leads
// the cache on again before they are asked once more.
func TestFailoverWhileItIsLookedFor(t *testing.T) {
	w := newWorld(t)
	tap := w.tapped()
	p, q := w.process(denorm.WithSharedCache(tap)), w.process(w.mode("both")...)
	q.title(1)
	restore := w.shared.Snapshot()
	w.rename(1, "new")
	q.drain()
	p.drain()
	asked := 0
	tap.on(func(call string) error {
		if call == "Mark" || call == "Lineage" {
			if asked++; asked == 2 {
				restore()
			}
		}
		return nil
	})
	if err := denorm.Notice(t.Context(), p.engine); err != nil {
		t.Fatal(err)
	}
	tap.on(nil)
	if got := p.title(1); asked != 2 || got == "new" {
		t.Fatalf("the cache was asked %d times, and the title is %q: nothing old was read, so this shows nothing", asked, got)
	}
	q.drain()
	p.drain()
	p.wantTitle(1, "new")
}

// TestNothingIsFresherThanTheLastLook goes back while the process waits for an answer about it: after MaxStaleness the
// shared cache is not trusted, although polls go on to prove that nothing has changed.
func TestNothingIsFresherThanTheLastLook(t *testing.T) {
	for name, local := range map[string]int64{"shared": 0, "both": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			const staleness = 400 * time.Millisecond
			w := newWorld(t)
			tap := w.tapped()
			p := w.process(denorm.WithSharedCache(tap), denorm.WithLocalCache(local), denorm.WithMaxStaleness(staleness))
			p.title(1)
			restore := w.shared.Snapshot()
			w.rename(1, "new")
			p.drain()
			asked, answer := make(chan struct{}), make(chan struct{})
			var once sync.Once
			tap.on(func(call string) error {
				if call == "Lineage" {
					once.Do(func() { close(asked) })
					<-answer
				}
				return nil
			})
			p.run()
			<-asked
			restore()
			time.Sleep(2 * staleness)
			p.wantTitle(1, "new")
			close(answer)
		})
	}
}

// TestAnswerThatComesLate goes back while a reader waits for the answer of a cache that it trusted: when that comes, it
// is known no more to be fresh.
func TestAnswerThatComesLate(t *testing.T) {
	const staleness = 400 * time.Millisecond
	w := newWorld(t)
	tap := w.tapped()
	p := w.process(denorm.WithSharedCache(tap), denorm.WithLocalCache(0), denorm.WithMaxStaleness(staleness),
		denorm.WithCacheTimeout(time.Minute))
	p.title(1)
	restore := w.shared.Snapshot()
	w.rename(1, "new")
	asked := false
	w.eventually("the cache is asked", func() bool {
		p.drain()
		tap.on(func(call string) error {
			if call == "Get" && !asked {
				asked = true
				restore()
				time.Sleep(2 * staleness)
			}
			return nil
		})
		p.wantTitle(1, "new")
		tap.on(nil)
		return asked
	})
}

// TestReadsDuringReplay reads from a shared cache that went back, after that was noticed and before the kills that it
// lacks were done again: nothing of it is shown any more, nor kept in this process.
func TestReadsDuringReplay(t *testing.T) {
	for name, local := range map[string]int64{"shared": 0, "both": 1 << 20, "nameless": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tap := w.tapped()
			var cache denorm.SharedCache = tap
			if name == "nameless" {
				cache = nameless{tap}
			}
			p := w.process(denorm.WithSharedCache(cache), denorm.WithLocalCache(local))
			p.title(1)
			restore := w.shared.Snapshot()
			w.rename(1, "new")
			p.drain()
			restore()
			replays := 0
			tap.on(func(call string) error {
				if call == "Advance" {
					replays++
					p.wantTitle(1, "new")
				}
				return nil
			})
			p.drain()
			tap.on(nil)
			if replays == 0 {
				t.Fatal("nothing was done again")
			}
			p.wantTitle(1, "new")
		})
	}
}

// nameless is a shared cache that does not tell who it is: only its mark shows that it went back.
type nameless struct{ *tapped }

func (nameless) Lineage(context.Context) (string, error) { return "", nil }

// TestReadFromBeforeReplay reads from a shared cache that went back, after that was noticed, by a reader who had
// looked at its age before: what it keeps in this process goes with the kills that are done again.
func TestReadFromBeforeReplay(t *testing.T) {
	w := newWorld(t)
	p := w.process(w.mode("both")...)
	old := p.title(1)
	restore := w.shared.Snapshot()
	w.rename(1, "new")
	p.drain()
	restore()
	if err := denorm.Notice(t.Context(), p.engine); err != nil {
		t.Fatal(err)
	}
	if got := p.title(1); got != old {
		t.Fatalf("the title is %q: nothing old was read, so this shows nothing", got)
	}
	p.drain()
	p.wantTitle(1, "new")
}

// TestForeignValues puts into the shared cache what nobody wrote there: it counts as a miss, and never ends the
// program.
func TestForeignValues(t *testing.T) {
	for name, cache := range map[string]int64{"shared": 0, "both": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tap := w.tapped()
			opts := []denorm.Option{denorm.WithSharedCache(tap), denorm.WithLocalCache(cache), denorm.WithMaxStaleness(time.Minute)}
			first := w.process(opts...)
			title := first.title(1)
			key := tap.keys()[0]
			good := w.value(key)
			for i, value := range foreign(good) {
				w.shared.Put(key, value)
				p := first
				if cache > 0 {
					if i%50 != 0 {
						continue
					}
					p = w.process(opts...) // one that has nothing here
				}
				before := p.engine.Stats().Corrupt
				p.wantTitle(1, title)
				if p.engine.Stats().Corrupt == before {
					t.Errorf("value %d, %d bytes, counts as whole", i, len(value))
				}
				if !bytes.Equal(w.value(key), good) && !bytes.Equal(w.value(key)[36:], good[36:]) {
					t.Errorf("value %d was not replaced", i)
				}
			}
		})
	}
}

// foreign are values that are not what was stored: cut, longer, with a byte that differs, or something else.
func foreign(good []byte) [][]byte {
	list := [][]byte{{}, []byte("null"), []byte("{}"), []byte("lease:0"), make([]byte, 36), make([]byte, 5000)}
	for n := range good {
		list = append(list, good[:n])
		flipped := bytes.Clone(good)
		flipped[n] ^= 1 << (n % 8)
		list = append(list, flipped)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 100 {
		noise := append(bytes.Clone(good[:n%len(good)]), make([]byte, n)...)
		for i := n % len(good); i < len(noise); i++ {
			noise[i] = byte(random.Uint32())
		}
		list = append(list, noise)
	}
	return append(list, append(bytes.Clone(good), 0), append(bytes.Clone(good), good...))
}

// TestValueOfAnotherKey moves a whole value to where it does not belong.
func TestValueOfAnotherKey(t *testing.T) {
	w := newWorld(t)
	tap := w.tapped()
	p := w.process(denorm.WithSharedCache(tap), denorm.WithLocalCache(0))
	p.title(1)
	second := p.title(2)
	keys := tap.keys()
	w.shared.Put(keys[1], w.value(keys[0]))
	p.wantTitle(2, second)
	if p.engine.Stats().Corrupt == 0 {
		t.Error("a value of another key counts as whole")
	}
}

// TestOversizeDocument serves what is too large to be cached.
func TestOversizeDocument(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(append(opts, denorm.WithMaxDocumentBytes(100))...)
		for _, title := range []string{"first", "second"} {
			w.rename(1, title)
			p.drain()
			p.wantTitle(1, title)
			p.wantTitle(1, title)
		}
		stats := p.engine.Stats()
		if stats.Oversize != 4 || stats.LocalHits+stats.SharedHits != 0 || w.shared.Len() != 0 {
			t.Errorf("%d documents were too large, %d of them were cached, %d are", stats.Oversize, stats.LocalHits+stats.SharedHits, w.shared.Len())
		}
	})
}
