package denorm_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
)

func retitle(id int64, title string) func(tx *sqlx.Tx) error {
	return func(tx *sqlx.Tx) error {
		_, err := tx.Exec("UPDATE books SET title = ? WHERE id = ?", title, id)
		return err
	}
}

// TestOwnWrites holds that what Tx wrote shows at once, without any relay, also in another process that reads the
// shared cache directly.
func TestOwnWrites(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p, q := w.process(opts...), w.process(w.mode("shared")...)
		for _, title := range []string{"first", "second"} {
			p.title(1)
			q.title(1)
			p.tx(retitle(1, title))
			p.wantTitle(1, title)
			if len(opts) > 0 {
				q.wantTitle(1, title)
			}
		}
		p.drain()
		p.wantTitle(1, "second")
	})
}

// TestRollbacks undoes a transaction and a part of one.
func TestRollbacks(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		first, second := p.title(1), p.title(2)
		refused := errors.New("refused")
		err := p.engine.Tx(t.Context(), func(tx *sqlx.Tx) error {
			return errors.Join(retitle(1, "undone")(tx), refused)
		})
		if !errors.Is(err, refused) {
			t.Fatalf("Tx returns %v", err)
		}
		p.wantTitle(1, first)
		p.tx(func(tx *sqlx.Tx) error {
			if _, err := tx.Exec("SAVEPOINT part"); err != nil {
				return err
			}
			if err := retitle(2, "undone")(tx); err != nil {
				return err
			}
			if _, err := tx.Exec("ROLLBACK TO part"); err != nil {
				return err
			}
			return retitle(1, "done")(tx)
		})
		for range 2 {
			p.wantTitle(1, "done")
			p.wantTitle(2, second)
			p.drain()
		}
		events := p.engine.Stats()
		w.exec("BEGIN; UPDATE books SET title = 'undone' WHERE id = 2; ROLLBACK")
		p.drain()
		if now := p.engine.Stats(); now.LocalKills+now.SharedKills != events.LocalKills+events.SharedKills {
			t.Error("a rollback made events")
		}
	})
}

// TestUnknownCommit commits, and loses the answer.
func TestUnknownCommit(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		p.title(1)
		lost := errors.New("the connection was lost")
		p.hook.onCommit(func(commit func() error) error {
			p.hook.onCommit(nil)
			return errors.Join(commit(), lost)
		})
		if err := p.engine.Tx(t.Context(), retitle(1, "new")); !errors.Is(err, lost) {
			t.Fatalf("Tx returns %v", err)
		}
		p.wantTitle(1, "new")
		p.drain()
		p.wantTitle(1, "new")
	})
}

// TestOwnWritesThatCannotBeKilled loses the shared cache for the kill alone, and lets nothing be relayed
// afterwards: the cache answers again, and still has the old document.
func TestOwnWritesThatCannotBeKilled(t *testing.T) {
	for name, cache := range map[string]int64{"shared": 0, "both": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tap := w.tapped()
			p := w.process(denorm.WithSharedCache(tap), denorm.WithLocalCache(cache),
				denorm.WithMaxStaleness(20*time.Second), denorm.WithPollInterval(time.Millisecond))
			p.title(1)
			w.process(denorm.WithSharedCache(w.shared)).title(2) // so that it is there, and not in p
			unlock := w.lockFeed()
			tap.fail("Kill")
			p.tx(retitle(1, "new"))
			tap.on(nil)
			p.wantTitle(1, "new")
			p.run()
			w.eventually("the shared cache is read again", func() bool {
				before := p.engine.Stats()
				p.title(2)
				after := p.engine.Stats()
				p.wantTitle(1, "new")
				return after.SharedHits > before.SharedHits
			})
			p.wantTitle(1, "new")
			unlock()
			w.eventually("all keys are cached again", func() bool {
				before := p.engine.Stats()
				p.wantTitle(1, "new")
				after := p.engine.Stats()
				return after.LocalHits+after.SharedHits > before.LocalHits+before.SharedHits
			})
		})
	}
}

// TestOwnWritesWithoutSharedCache writes while the shared cache is down, or slower than it may be.
func TestOwnWritesWithoutSharedCache(t *testing.T) {
	faults := map[string]func(w *world){
		"down": func(w *world) { w.shared.SetDown(errors.New("down")) },
		"slow": func(w *world) { w.shared.SetDelay(time.Hour) },
	}
	for name, fault := range faults {
		for _, mode := range []string{"shared", "both"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				w := newWorld(t)
				p := w.process(append(w.mode(mode), denorm.WithCacheTimeout(20*time.Millisecond))...)
				q := w.process(append(w.mode(mode), denorm.WithCacheTimeout(20*time.Millisecond))...)
				p.title(1)
				q.title(1)
				fault(w)
				begun := time.Now()
				p.tx(retitle(1, "new"))
				p.wantTitle(1, "new")
				if took := time.Since(begun); took > time.Minute {
					t.Errorf("a write and a read took %v", took)
				}
				w.shared.SetDown(nil)
				w.shared.SetDelay(0)
				p.wantTitle(1, "new")
				p.drain()
				q.drain()
				p.wantTitle(1, "new")
				q.wantTitle(1, "new")
			})
		}
	}
}

// TestManyOwnWrites changes more documents than Tx invalidates by itself.
func TestManyOwnWrites(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(append(opts, denorm.WithOwnWritesLimit(2))...)
		for id := range int64(4) {
			p.title(id + 1)
		}
		p.tx(func(tx *sqlx.Tx) error {
			_, err := tx.Exec("UPDATE books SET title = 'new' || id")
			return err
		})
		check := func() {
			for id, title := range []string{"new1", "new2", "new3", "new4"} {
				p.wantTitle(int64(id+1), title)
			}
		}
		check()
		p.drain()
		check()
		before := p.engine.Stats().Batches
		check()
		if p.engine.Stats().Batches != before {
			t.Error("documents are still read from the database")
		}
	})
}

// TestJoin hands over a transaction that knows of no engine.
func TestJoin(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		p.title(1)
		for _, end := range []string{"commit", "roll back"} {
			tx, err := w.db.DB.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec("UPDATE books SET title = ? WHERE id = 1", end); err != nil {
				t.Fatal(err)
			}
			pending, err := p.engine.Join(t.Context(), tx)
			if err != nil {
				t.Fatal(err)
			}
			if end == "commit" {
				err = errors.Join(tx.Commit(), pending.Committed(t.Context()))
			} else {
				err = errors.Join(tx.Rollback(), pending.Committed(t.Context())) // not needed, and harmless
			}
			if err != nil {
				t.Fatal(err)
			}
			p.wantTitle(1, "commit")
		}
		p.drain()
		p.wantTitle(1, "commit")
	})
}
