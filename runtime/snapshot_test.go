package denorm_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// interrupted is the definition of books with a call between the roots and the rest.
func interrupted(between func()) *denorm.Definition[int64, BookDoc] {
	def := booksDefinition()
	def.Load = func(batch *denorm.Batch) *denorm.Level[int64, BookDoc] {
		roots := denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) }, scanBookDoc)
		between()
		authors := denorm.LoadMany(batch, 1, roots,
			func(row denorm.Row) (int64, int64) { return row.Int64(2), row.Int64(0) },
			scanBookDocAuthors,
			func(doc *BookDoc, list []BookDocAuthors) { doc.Authors = list })
		denorm.LoadMany(batch, 2, authors,
			func(row denorm.Row) (denorm.Path[int64, int64], int64) {
				return denorm.Path[int64, int64]{Parent: row.Int64(2), Key: row.Int64(3)}, row.Int64(0)
			},
			scanBookDocAuthorsAwards,
			func(doc *BookDocAuthors, list []BookDocAuthorsAwards) { doc.Awards = list })
		return roots
	}
	return def
}

// A writer commits between the queries of a batch; the document must not show it.
func TestBatchIsOneSnapshot(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		write := func() {
			execute(t, db, `UPDATE books SET title = 'Uno'`, `DELETE FROM book_authors`, `DELETE FROM awards`)
		}
		wrote := false
		books := denorm.Register(open(t, db), interrupted(func() {
			if !wrote {
				wrote = true
				write()
			}
		}))
		doc, err := books.Get(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := asJSON(t, doc); !wrote || got != book1 {
			t.Errorf("wrote %v, got %s", wrote, got)
		}
		doc, err = books.Get(t.Context(), 1)
		if err != nil || doc.Title != "Uno" || len(doc.Authors) != 0 {
			t.Errorf("after the commit: %v, %v", doc, err)
		}
	})
}

func TestPageIsOneSnapshot(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := denorm.Register(open(t, db), interrupted(func() {
			execute(t, db, `DELETE FROM book_authors`, `DELETE FROM books WHERE id < 3`)
		}))
		page, err := books.Page(t.Context(), 2, denorm.After(int64(3)))
		if err != nil {
			t.Fatal(err)
		}
		if asJSON(t, page.Docs[0]) != book5 || page.Prev == nil {
			t.Errorf("got %s, previous %v", asJSON(t, page.Docs), page.Prev)
		}
	})
}

// Readers must not take SQLite's write lock, whatever the DSN says of transactions.
func TestReadsTakeNoWriteLock(t *testing.T) {
	for driver, dsn := range map[string]string{
		testservers.Pure: "_txlock=immediate&_pragma=journal_mode(WAL)",
		testservers.Cgo:  "_txlock=immediate&_journal_mode=WAL&_busy_timeout=1",
	} {
		t.Run(driver, func(t *testing.T) {
			bothWays(t, func(t *testing.T) {
				takesNoWriteLock(t, testservers.OpenSQLiteDSN(t, driver, "file:"+filepath.Join(t.TempDir(), "test.db")+"?"+dsn))
			})
		})
	}
}

func takesNoWriteLock(t *testing.T, db *sqlx.DB) {
	execute(t, db, bookTables...)
	engine := open(t, db)
	books := denorm.Register(engine, booksDefinition())

	writer, err := db.Begin() // holds the write lock
	if err != nil {
		t.Fatal(err)
	}
	if doc, err := books.Get(t.Context(), 1); err != nil || asJSON(t, doc) != book1 {
		t.Errorf("read beside a writer: %v, %v", doc, err)
	}
	if page, err := books.Page(t.Context(), 2, denorm.After(int64(1))); err != nil || len(page.Docs) != 2 {
		t.Errorf("page beside a writer: %v, %v", page, err)
	}
	if err := writer.Rollback(); err != nil {
		t.Fatal(err)
	}

	def := interrupted(func() { execute(t, db, `UPDATE books SET title = 'Uno'`) })
	def.Shape, def.Name = "interrupted", "interrupted"
	if doc, err := denorm.Register(engine, def).Get(t.Context(), 1); err != nil || asJSON(t, doc) != book1 {
		t.Errorf("a write beside a read: %v, %v", doc, err)
	}
	execute(t, db, `UPDATE books SET title = 'One'`)
}

// A pool of one connection must neither deadlock nor lose its connection.
func TestPoolOfOne(t *testing.T) { testPoolOfOne(t) }

func testPoolOfOne(t *testing.T, options ...denorm.Option) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		db.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		exercise(ctx, t, db, books(t, db, options...))
	})
}

// exercise calls every accessor once, and uses the database inside All.
func exercise(ctx context.Context, t *testing.T, db *sqlx.DB, books *denorm.Collection[int64, BookDoc]) {
	t.Helper()
	if doc, err := books.Get(ctx, 1); err != nil || asJSON(t, doc) != book1 {
		t.Errorf("Get: %v, %v", doc, err)
	}
	if _, err := books.GetMany(ctx, []int64{1, 2, 3}); err != nil {
		t.Error(err)
	}
	if _, err := books.Page(ctx, 2, denorm.Before(int64(5))); err != nil {
		t.Error(err)
	}
	if _, err := books.Count(ctx, 3); err != nil {
		t.Error(err)
	}
	seen := 0
	for doc, err := range books.All(ctx, denorm.BatchSize(2)) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := books.Get(ctx, doc.ID); err != nil {
			t.Fatal(err)
		}
		seen++
	}
	if seen != 5 {
		t.Errorf("All yielded %d documents", seen)
	}
	if inUse := db.Stats().InUse; inUse != 0 {
		t.Errorf("%d connections in use", inUse)
	}
}

func TestCancelledInTheMiddle(t *testing.T) { testCancelledInTheMiddle(t) }

func testCancelledInTheMiddle(t *testing.T, options ...denorm.Option) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		seen, errs := 0, 0
		books := books(t, db, options...)
		for doc, err := range books.All(ctx, denorm.BatchSize(2)) {
			if err != nil {
				errs++
				if !errors.Is(err, context.Canceled) || doc != nil {
					t.Errorf("got %v, %v", doc, err)
				}
				continue
			}
			if seen++; seen == 2 {
				cancel()
			}
		}
		if seen != 2 || errs != 1 {
			t.Errorf("%d documents and %d errors", seen, errs)
		}
		// Cancelled between two queries of one batch.
		ctx, cancel = context.WithCancel(t.Context())
		def := interrupted(cancel)
		def.Name = "cancelled"
		db.SetMaxOpenConns(1)
		cancelled := denorm.Register(open(t, db, options...), def)
		if _, err := cancelled.Get(ctx, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if _, err := cancelled.Get(t.Context(), 1); err != nil {
			t.Errorf("the pool does not recover: %v", err)
		}
	})
}

func TestPanicReleasesTheConnection(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		db.SetMaxOpenConns(1)
		angry := true
		def := booksDefinition()
		def.Load = func(batch *denorm.Batch) *denorm.Level[int64, BookDoc] {
			return denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) },
				func(row denorm.Row, doc *BookDoc) {
					if angry {
						panic("scan")
					}
				})
		}
		def.Transform = func(context.Context, *BookDoc) error { panic("transform") }
		books := denorm.Register(open(t, db), def)
		for range 3 {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				_, _ = books.Get(t.Context(), 1)
			}()
			angry = !angry
		}
		becomesIdle(t, db)
	})
}

// becomesIdle waits until no connection is in use: database/sql gives those of a cancelled transaction back by itself.
func becomesIdle(t *testing.T, db *sqlx.DB) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for db.Stats().InUse > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if inUse := db.Stats().InUse; inUse != 0 {
		t.Errorf("%d connections in use", inUse)
	}
}
