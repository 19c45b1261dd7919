package denorm_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
)

// slow begins a read of book 1 that stops behind its roots, in the snapshot of then. It goes on and ends by the
// function that is returned.
func (p *process) slow() (finish func()) {
	p.Helper()
	b := p.hook.barrier(authorsLoader)
	var reader sync.WaitGroup
	reader.Go(func() { p.title(1) })
	<-b.reached
	return func() {
		close(b.release)
		reader.Wait()
	}
}

// wantTitleAtOnce reads while a load from before a write stands still, which must not be waited for.
func (p *process) wantTitleAtOnce(id int64, want string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), 2*time.Second)
	defer cancel()
	book, err := p.books.Get(ctx, id)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		p.Error("the reader waits for a load from before the write")
	case err != nil:
		p.Error(err)
	case book.Title != want:
		p.Errorf("the title of book %d is %q, want %q", id, book.Title, want)
	}
}

// TestFillAfterFlush is a miss, a kill, a flush of the shared cache and then the fill: a token that counted
// would be valid again.
func TestFillAfterFlush(t *testing.T) {
	for _, mode := range []string{"shared", "both"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t)
			p, q := w.process(w.mode(mode)...), w.process(w.mode(mode)...)
			finish := p.slow()
			w.rename(1, "new")
			q.drain()
			w.shared.Flush()
			finish()
			for range 2 {
				p.drain()
				q.drain()
				p.wantTitle(1, "new")
				q.wantTitle(1, "new")
			}
		})
	}
}

// TestLateFill ends a load long after its lease, and after what it read is too old to be shown.
func TestLateFill(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		const staleness = 200 * time.Millisecond
		p := w.process(append(opts, denorm.WithMaxStaleness(staleness), denorm.WithLeaseTime(staleness/4))...)
		finish := p.slow()
		w.rename(1, "new")
		p.drain()
		time.Sleep(staleness)
		p.drain()
		p.wantTitle(1, "new")
		finish()
		p.wantTitle(1, "new")
		p.drain()
		p.wantTitle(1, "new")
	})
}

// TestTwoLeaseHolders lets a lease run out while its holder loads: of both loads the later one counts.
func TestTwoLeaseHolders(t *testing.T) {
	w := newWorld(t)
	opts := append(w.mode("shared"), denorm.WithLeaseTime(20*time.Millisecond))
	p, q := w.process(opts...), w.process(opts...)
	finish := p.slow()
	time.Sleep(30 * time.Millisecond)
	w.rename(1, "new")
	p.drain()
	q.wantTitle(1, "new")
	finish()
	p.wantTitle(1, "new")
	q.wantTitle(1, "new")
}

// TestLocalHoldsWhatSharedAccepted refuses a fill in the shared cache, for a write of which the reader's process
// knows nothing yet.
func TestLocalHoldsWhatSharedAccepted(t *testing.T) {
	w := newWorld(t)
	p, q := w.process(w.mode("both")...), w.process(w.mode("both")...)
	finish := p.slow()
	q.tx(func(tx *sqlx.Tx) error {
		_, err := tx.Exec("UPDATE books SET title = 'new' WHERE id = 1")
		return err
	})
	finish()
	p.wantTitle(1, "new")
}

// TestLocalComesBehindShared reads while the shared cache has not been told of a change: what comes from there
// must not stay in the local cache.
func TestLocalComesBehindShared(t *testing.T) {
	w := newWorld(t)
	tap := w.tapped()
	p := w.process(denorm.WithSharedCache(tap), denorm.WithMaxStaleness(20*time.Second), denorm.WithPollInterval(time.Millisecond))
	q := w.process(w.mode("shared")...)
	q.title(1) // so that the shared cache has it, and p's own one not
	reached, release := make(chan struct{}), make(chan struct{})
	once := sync.OnceFunc(func() { close(reached) })
	tap.on(func(call string) error {
		if call == "Advance" {
			once()
			<-release
		}
		return nil
	})
	w.rename(1, "new")
	stop := p.run()
	<-reached
	time.Sleep(50 * time.Millisecond) // for a local cache that does not wait
	p.title(1)                        // the old title, which may be shown
	close(release)
	stop()
	p.drain()
	p.wantTitle(1, "new")
}

// TestNothingIsProvenBeforeItIsKnown reads while a process has seen the end of the feed, and does not know yet that an
// event there means all documents: none of those in the shared cache may count as fresh for that look.
func TestNothingIsProvenBeforeItIsKnown(t *testing.T) {
	const staleness = 500 * time.Millisecond
	w := newWorld(t)
	options := []denorm.Option{denorm.WithSharedCache(w.shared), denorm.WithLocalCache(0), denorm.WithMaxStaleness(staleness)}
	p, q := w.process(options...), w.process(options...)
	title := p.title(1)
	q.drain()
	w.eventually("the shared cache is used", func() bool {
		p.drain()
		p.wantTitle(1, title)
		return p.engine.Stats().SharedHits > 0
	})
	if err := denorm.DeclareAll(t.Context(), q.engine); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * staleness) // what was proven before is too old now
	if err := denorm.Follow(t.Context(), p.engine); err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	entered := denorm.HoldGenerations(p.engine, release)
	drained := make(chan error, 1)
	go func() { drained <- p.engine.Drain(t.Context()) }()
	<-entered
	before := p.engine.Stats().SharedHits
	p.wantTitle(1, title)
	if hits := p.engine.Stats().SharedHits; hits != before {
		t.Error("a document from before the event counts as fresh")
	}
	close(release)
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

// TestNothingIsProvenByWaitingChanges keeps the relay from working while polls go on: they see the change, and so
// must not show that the caches are fresh.
func TestNothingIsProvenByWaitingChanges(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		const staleness = 300 * time.Millisecond
		p := w.process(append(opts, denorm.WithMaxStaleness(staleness))...)
		p.title(1)
		unlock := w.lockFeed()
		w.rename(1, "new")
		p.run()
		time.Sleep(staleness + 50*time.Millisecond)
		p.wantTitle(1, "new")
		if age := p.engine.Stats().LocalAge; age >= 0 && age < staleness {
			t.Errorf("the age is %v while a change waits for longer", age)
		}
		unlock()
		w.eventually("the caches are fresh again", func() bool {
			before := p.engine.Stats()
			p.wantTitle(1, "new")
			after := p.engine.Stats()
			return after.LocalHits+after.SharedHits > before.LocalHits+before.SharedHits
		})
	})
}

// lockFeed keeps every relay from writing until the function that it returns is called.
func (w *world) lockFeed() (unlock func()) {
	w.Helper()
	side, err := sql.Open(sqliteName, sqliteDSN(w.path+"-denorm"))
	if err != nil {
		w.Fatal(err)
	}
	conn, err := side.Conn(w.Context())
	if err == nil {
		_, err = conn.ExecContext(w.Context(), "BEGIN IMMEDIATE")
	}
	if err != nil {
		w.Fatal(err)
	}
	unlock = sync.OnceFunc(func() {
		_ = conn.Close() // the transaction ends with the connection
		_ = side.Close()
	})
	w.Cleanup(unlock)
	return unlock
}
