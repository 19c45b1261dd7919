package denorm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
)

// authorsLoader is part of a loader that runs after the roots'.
const authorsLoader = `"book_authors" AS`

func TestReadsAreCached(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		p.title(1)
		before := p.engine.Stats()
		for range 10 {
			p.title(1)
		}
		after := p.engine.Stats()
		if hits := after.LocalHits + after.SharedHits - before.LocalHits - before.SharedHits; hits != 10 {
			t.Errorf("%d hits of 10", hits)
		}
		if after.Batches != before.Batches {
			t.Errorf("%d loads", after.Batches-before.Batches)
		}
	})
}

func TestOtherProgramsAreSeen(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p, q := w.process(opts...), w.process(opts...)
		for _, title := range []string{"first", "second", "third"} {
			p.title(1)
			q.title(1)
			w.rename(1, title)
			p.drain()
			q.drain()
			p.wantTitle(1, title)
			q.wantTitle(1, title)
		}
	})
}

// TestKillStopsStaleFill changes a row between the snapshot of a load and its fill.
func TestKillStopsStaleFill(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		b := p.hook.barrier(authorsLoader)
		var reader sync.WaitGroup
		reader.Go(func() { p.title(1) })
		<-b.reached
		w.rename(1, "new")
		p.drain()
		close(b.release)
		reader.Wait()
		p.wantTitle(1, "new")
		p.title(1)
		p.wantTitle(1, "new")
	})
}

// TestNobodyJoinsALoadFromBeforeAWrite reads while a load from before the write is under way.
func TestNobodyJoinsALoadFromBeforeAWrite(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		b := p.hook.barrier(authorsLoader)
		var reader sync.WaitGroup
		reader.Go(func() { p.title(1) })
		<-b.reached
		p.tx(func(tx *sqlx.Tx) error {
			_, err := tx.Exec("UPDATE books SET title = 'new' WHERE id = 1")
			return err
		})
		p.wantTitleAtOnce(1, "new")
		close(b.release)
		reader.Wait()
		p.wantTitle(1, "new")
	})
}

// TestSharedReaderJoinsByLease is the same across processes: the writer is another one, of whose write the
// reader's process knows nothing yet.
func TestSharedReaderJoinsByLease(t *testing.T) {
	w := newWorld(t)
	p, q := w.process(w.mode("shared")...), w.process(w.mode("shared")...)
	b := p.hook.barrier(authorsLoader)
	var reader sync.WaitGroup
	reader.Go(func() { p.title(1) })
	<-b.reached
	q.tx(func(tx *sqlx.Tx) error {
		_, err := tx.Exec("UPDATE books SET title = 'new' WHERE id = 1")
		return err
	})
	p.wantTitleAtOnce(1, "new")
	close(b.release)
	reader.Wait()
	p.wantTitle(1, "new")
	q.wantTitle(1, "new")
}

func TestRootDeletedWhileItIsLoaded(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		want, err := p.books.Get(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.books.Invalidate(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		p.drain()
		b := p.hook.barrier(authorsLoader)
		var reader sync.WaitGroup
		reader.Go(func() {
			got, err := p.books.Get(t.Context(), 2)
			if err != nil && !errors.Is(err, denorm.ErrNotFound) {
				t.Error(err)
			}
			if err == nil && (len(got.Authors) != len(want.Authors) || got.Title != want.Title) {
				t.Errorf("a torn document: %+v", got)
			}
		})
		<-b.reached
		for _, table := range []string{"book_authors", "book_tags", "reviews", "chapters", "book_infos"} {
			w.exec("DELETE FROM " + table + " WHERE book_id = 2")
		}
		w.exec("DELETE FROM books WHERE id = 2")
		p.drain()
		close(b.release)
		reader.Wait()
		p.wantTitle(2, "(none)")
		p.wantTitle(2, "(none)")
	})
}

func TestAbsenceIsCachedAndEnds(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		p.wantTitle(99, "(none)")
		before := p.engine.Stats().Batches
		p.wantTitle(99, "(none)")
		if loads := p.engine.Stats().Batches - before; loads != 0 {
			t.Errorf("%d loads of a known absence", loads)
		}
		w.exec("INSERT INTO books (id, title, isbn, price_cents, category_id, published_at) VALUES (99, 'come', 'x', 1, 1, '2026-01-01')")
		p.drain()
		p.wantTitle(99, "come")
	})
}

func TestStampede(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		var processes []*process
		for range 4 {
			// Nothing runs, and what is slow, as the race detector makes it, has to count as fresh.
			processes = append(processes, w.process(append(opts, denorm.WithMaxStaleness(time.Minute))...))
		}
		before := loads(processes)
		start := make(chan struct{})
		var readers sync.WaitGroup
		for i := range 1000 {
			p := processes[i%len(processes)]
			readers.Go(func() {
				<-start
				if _, err := p.books.Get(t.Context(), 1); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		readers.Wait()
		want := int64(1)
		if len(opts) == 0 {
			want = int64(len(processes)) // nothing is shared
		}
		if got := loads(processes) - before; got != want {
			t.Errorf("%d loads for 1,000 readers of one cold key, want %d", got, want)
		}
	})
}

func loads(processes []*process) (n int64) {
	for _, p := range processes {
		n += p.engine.Stats().Batches
	}
	return n
}

// TestNothingFollows stops everything: documents are read from the database once they may be too old.
func TestNothingFollows(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		const staleness = 50 * time.Millisecond
		p := w.process(append(opts, denorm.WithMaxStaleness(staleness))...)
		p.title(1)
		w.rename(1, "new")
		time.Sleep(staleness)
		p.wantTitle(1, "new")
		if p.engine.Stats().Bypasses == 0 {
			t.Error("no read went round the caches")
		}
		p.run()
		w.eventually("reads come from a cache again", func() bool {
			before := p.engine.Stats()
			p.wantTitle(1, "new")
			after := p.engine.Stats()
			return after.LocalHits+after.SharedHits > before.LocalHits+before.SharedHits
		})
	})
}

func TestInstallFirst(t *testing.T) {
	w := newWorld(t)
	engine, err := denorm.Open(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for name, err := range map[string]error{"Run": engine.Run(t.Context()), "Drain": engine.Drain(t.Context())} {
		if err == nil || !strings.Contains(err.Error(), "Install") {
			t.Errorf("%s before Install: %v", name, err)
		}
	}
	if err := engine.Tx(t.Context(), func(tx *sqlx.Tx) error { return nil }); err != nil {
		t.Errorf("Tx before Install: %v", err)
	}
}

func TestRunOnce(t *testing.T) {
	p := newWorld(t).process()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	results := make(chan error, 2)
	for range 2 {
		go func() { results <- p.engine.Run(ctx) }()
	}
	if err := <-results; err == nil || !strings.Contains(err.Error(), "runs already") {
		t.Errorf("a second Run: %v", err)
	}
	cancel()
	if err := <-results; err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := p.engine.Run(ctx); err != nil {
		t.Errorf("Run after Run has ended: %v", err)
	}
}

func TestLateCollection(t *testing.T) {
	w := newWorld(t)
	p := w.process()
	late := denorm.Register(p.engine, booksDefinition())
	if _, err := late.Get(t.Context(), 1); !errors.Is(err, denorm.ErrLate) && !errors.Is(err, denorm.ErrClash) {
		t.Errorf("a late collection: %v", err)
	}
	if err := p.engine.Install(t.Context()); err == nil {
		t.Error("Install does not tell of the late collection")
	}
}

// TestFarBehind empties the cache of a process that has missed many events, without reading them.
func TestFarBehind(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p, other := w.process(opts...), w.process()
		denorm.SetFar(p.engine, 10)
		before := p.engine.Stats().LocalKills
		for _, events := range []int{5, 20} {
			p.title(1)
			for n := range events {
				w.rename(1, fmt.Sprint(events, " ", n))
				other.drain()
			}
			p.drain()
			p.wantTitle(1, fmt.Sprint(events, " ", events-1))
		}
		if kills := p.engine.Stats().LocalKills - before; kills != 5 {
			t.Errorf("%d events reached the cache one by one, want 5", kills)
		}
	})
}

// TestOwnEventsAreNotReadBack has one process relay changes, whose consumers know them then; those of another one read them.
func TestOwnEventsAreNotReadBack(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p, other := w.process(opts...), w.process(opts...)
		own, others := denorm.CountReads(p.engine), denorm.CountReads(other.engine)
		for n := range 3 {
			title := fmt.Sprint("Title ", n)
			p.title(1)
			other.title(1)
			w.rename(1, title)
			p.drain()
			p.wantTitle(1, title)
			other.drain()
			other.wantTitle(1, title)
		}
		if own.Load() != 0 || others.Load() == 0 {
			t.Errorf("the relay's process read %d times, the other %d", own.Load(), others.Load())
		}
	})
}
