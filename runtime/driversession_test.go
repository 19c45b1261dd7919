package denorm_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

func checkTwo(t *testing.T, how string, books *denorm.Collection[int64, BookDoc]) {
	t.Helper()
	docs, err := books.GetMany(t.Context(), []int64{1, 2})
	if err != nil || asJSON(t, docs) != "["+book1+","+book2+"]" {
		t.Errorf("%s: %s, %v", how, asJSON(t, docs), err)
	}
}

// TestDriverRowsFrom holds that only batches that are large enough are read from the driver itself.
func TestDriverRowsFrom(t *testing.T) {
	var texts atomic.Int64
	db := wrapped(t, func(conn driver.Conn) driver.Conn {
		return told{bare{conn}, &texts, func(string) error { return nil }}
	})
	read := func(books *denorm.Collection[int64, BookDoc]) int64 {
		checkTwo(t, "books", books)
		texts.Store(0)
		checkTwo(t, "books again", books)
		return texts.Load()
	}
	const direct = 5 // BEGIN, three loaders, COMMIT
	for from, want := range map[int]int64{0: 0, 1: direct, 2: direct, 3: 0} {
		if n := read(books(t, db, denorm.WithDriverRows(from))); n != want {
			t.Errorf("from %d documents on: %d texts, want %d", from, n, want)
		}
	}
	if n := read(books(t, db)); n != 0 {
		t.Errorf("by default: %d texts for two documents", n)
	}
	keys := make([]int64, 50)
	for i := range keys {
		keys[i] = int64(100 + i)
	}
	large := books(t, db)
	texts.Store(0)
	if _, err := large.GetMany(t.Context(), keys); err != nil || texts.Load() < 3 {
		t.Errorf("by default: %d texts for fifty documents, %v", texts.Load(), err)
	}
	if _, err := denorm.Open(t.Context(), db, denorm.WithDriverRows(-1)); !errors.Is(err, denorm.ErrValue) {
		t.Errorf("from -1 documents on: %v", err)
	}
}

// TestDriverSkips has drivers that want to be asked through database/sql, and are.
func TestDriverSkips(t *testing.T) {
	var texts atomic.Int64
	skips := func(what string) func(driver.Conn) driver.Conn {
		return func(conn driver.Conn) driver.Conn {
			return told{bare{conn}, &texts, func(text string) error {
				if strings.HasPrefix(text, what) {
					return driver.ErrSkip
				}
				return nil
			}}
		}
	}
	for name, wrap := range map[string]func(driver.Conn) driver.Conn{
		"neither": func(conn driver.Conn) driver.Conn { return bare{conn} },
		"query":   skips("SELECT"),
	} {
		t.Run(name, func(t *testing.T) {
			db := wrapped(t, wrap)
			db.SetMaxOpenConns(1)
			books := books(t, db, denorm.WithDriverRows(1))
			checkTwo(t, "at first", books)
			texts.Store(0)
			checkTwo(t, "then", books)
			if page, err := books.Page(t.Context(), 2, denorm.After(int64(1))); err != nil || len(page.Docs) != 2 {
				t.Errorf("page: %v, %v", page, err)
			}
			if n := texts.Load(); n != 0 {
				t.Errorf("%d texts after the driver has said that it wants none", n)
			}
		})
	}
}

// TestDriverLosesConnection has a batch tried again on another connection, and the lost one leaves the pool. So does one on which
// the transaction may still be open.
func TestDriverLosesConnection(t *testing.T) {
	lost, broken := driver.ErrBadConn, errors.New("disk I/O error")
	for _, c := range []struct {
		when string // texts that begin with one of these words
		err  error
		made int // connections instead of lost ones
	}{
		{"BEGIN", lost, 1}, {"SELECT", lost, 1}, {"COMMIT", lost, 1},
		{"COMMIT", broken, 0}, {"COMMIT ROLLBACK", broken, 1},
	} {
		t.Run(fmt.Sprintf("%s, %v", c.when, c.err), func(t *testing.T) {
			var texts atomic.Int64
			made, losing := 0, ""
			db := wrapped(t, func(conn driver.Conn) driver.Conn {
				made++
				return told{bare{conn}, &texts, func(text string) error {
					if word := strings.Fields(text)[0]; strings.Contains(losing, word) {
						losing = strings.ReplaceAll(losing, word, "")
						return c.err
					}
					return nil
				}}
			})
			db.SetMaxOpenConns(1)
			books := books(t, db, denorm.WithDriverRows(1))
			checkTwo(t, "at first", books)
			before := made
			losing = c.when
			checkTwo(t, "lost", books)
			checkTwo(t, "afterwards", books)
			if strings.TrimSpace(losing) != "" || made != before+c.made || db.Stats().InUse != 0 {
				t.Errorf("%d connections were made anew, %d are in use", made-before, db.Stats().InUse)
			}
		})
	}
}

// TestTransactionThatEndedItself keeps a connection whose transaction SQLite has rolled back, as it does where memory or the disk
// is full: it is well.
func TestTransactionThatEndedItself(t *testing.T) {
	var texts atomic.Int64
	full, made, failing := errors.New("out of memory"), 0, false
	db := wrapped(t, func(conn driver.Conn) driver.Conn {
		made++
		return told{bare{conn}, &texts, func(text string) error {
			if !failing || !strings.Contains(text, "awards") {
				return nil
			}
			failing = false
			_, err := conn.(driver.ExecerContext).ExecContext(context.Background(), "ROLLBACK", nil)
			return errors.Join(full, err)
		}}
	})
	db.SetMaxOpenConns(1)
	books := books(t, db, denorm.WithDriverRows(1))
	checkTwo(t, "at first", books)
	before := made
	failing = true
	if _, err := books.GetMany(t.Context(), []int64{1, 2}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	checkTwo(t, "afterwards", books)
	if made != before {
		t.Errorf("%d connections were made anew", made-before)
	}
}

// TestDriverRowsLockNothing closes a statement of the same connection, and the engine, in the midst of a batch.
func TestDriverRowsLockNothing(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		db := testservers.SQLite(t, testservers.Pure)
		db.SetMaxOpenConns(1)
		execute(t, db, bookTables...)
		other, err := db.Prepare(`SELECT 1`)
		if err != nil {
			t.Fatal(err)
		}
		engine, closed := open(t, db), 0
		def := booksDefinition()
		def.Load = func(batch *denorm.Batch) *denorm.Level[int64, BookDoc] {
			return denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) },
				func(denorm.Row, *BookDoc) {
					if closed++; closed > 1 {
						return
					}
					done := make(chan error)
					go func() { done <- errors.Join(other.Close(), engine.Close()) }()
					if err := <-done; err != nil {
						t.Error(err)
					}
				})
		}
		_, err = denorm.Register(engine, def).GetMany(t.Context(), []int64{1, 2})
		if err != nil && !errors.Is(err, denorm.ErrClosed) || closed == 0 {
			t.Errorf("%d rows were read: %v", closed, err)
		}
	})
}

// TestDriverRowsEndWithContext cancels a batch at its first row: no other is read.
func TestDriverRowsEndWithContext(t *testing.T) {
	for _, name := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(name, func(t *testing.T) {
			db := testservers.SQLite(t, name)
			execute(t, db, bookTables...)
			ctx, cancel := context.WithCancel(t.Context())
			read := 0
			def := booksDefinition()
			def.Load = func(batch *denorm.Batch) *denorm.Level[int64, BookDoc] {
				return denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) },
					func(denorm.Row, *BookDoc) { read++; cancel() })
			}
			books := denorm.Register(open(t, db, denorm.WithDriverRows(1)), def)
			if _, err := books.GetMany(ctx, []int64{1, 2, 3}); !errors.Is(err, context.Canceled) || read != 1 {
				t.Errorf("%d rows were read: %v", read, err)
			}
		})
	}
}

// TestDriverChecksValues binds keys by the driver's rules, or those of database/sql.
func TestDriverChecksValues(t *testing.T) {
	refused := errors.New("refused")
	plus := func(n int64, then error) func(*driver.NamedValue) error {
		return func(value *driver.NamedValue) error {
			if key, ok := value.Value.(int64); ok { // the number of documents is an int
				value.Value = key + n
				return then
			}
			return driver.ErrSkip
		}
	}
	var texts atomic.Int64
	for name, c := range map[string]struct {
		check func(*driver.NamedValue) error
		want  string
	}{
		"none":                 {nil, "[" + book2 + "," + book3 + "]"},
		"skips":                {plus(0, driver.ErrSkip), "[" + book2 + "," + book3 + "]"},
		"converts":             {plus(1, nil), "[" + book3 + "," + book5 + "]"},
		"converts and skips":   {plus(1, driver.ErrSkip), "[" + book3 + "," + book5 + "]"},
		"refuses":              {plus(0, refused), ""},
		"takes arguments away": {plus(0, driver.ErrRemoveArgument), ""}, // which are then missing
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T) {
				db := wrapped(t, func(conn driver.Conn) driver.Conn {
					plain := told{bare{conn}, &texts, func(string) error { return nil }}
					if c.check == nil {
						return plain
					}
					return checking{plain, c.check}
				})
				page, err := books(t, db).Page(t.Context(), 2, denorm.After(int64(1)))
				switch {
				case c.want == "" && err == nil:
					t.Errorf("got %s", asJSON(t, page))
				case name == "refuses" && !errors.Is(err, refused):
					t.Error(err)
				case c.want != "" && (err != nil || asJSON(t, page.Docs) != c.want):
					t.Errorf("got %s, %v", asJSON(t, page), err)
				}
			})
		})
	}
}

// TestMemoryDatabaseOutlivesPanics ends a batch by the user's code, in both ways in which code may end a goroutine.
func TestMemoryDatabaseOutlivesPanics(t *testing.T) {
	for _, name := range []string{testservers.Pure, testservers.Cgo} {
		for how, end := range map[string]func(){"panic": func() { panic("mine") }, "exit": runtime.Goexit} {
			t.Run(name+" "+how, func(t *testing.T) {
				bothWays(t, func(t *testing.T) {
					db := testservers.OpenSQLiteDSN(t, name, ":memory:")
					db.SetMaxOpenConns(1)
					execute(t, db, bookTables...)
					broken := denorm.Register(open(t, db), interrupted(end))
					ended, panicked := make(chan struct{}), any(nil)
					go func() {
						defer close(ended)
						defer func() { panicked = recover() }()
						_, _ = broken.GetMany(t.Context(), []int64{1, 2})
					}()
					<-ended
					if how == "panic" && panicked != "mine" {
						t.Errorf("panicked with %v", panicked)
					}
					if inUse := db.Stats().InUse; inUse != 0 {
						t.Errorf("%d connections in use", inUse)
					}
					checkTwo(t, "afterwards", books(t, db))
				})
			})
		}
	}
}

// TestDriverRowsOfManyDocuments compares batches of all sizes around the usual one with what database/sql reads.
func TestDriverRowsOfManyDocuments(t *testing.T) {
	for _, name := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(name, func(t *testing.T) {
			db := testservers.SQLite(t, name)
			execute(t, db, bookTables...)
			for i := range 300 {
				execute(t, db,
					fmt.Sprintf(`INSERT INTO books (id, title, publisher_id) VALUES (%d, 'Book %[1]d', %d)`, 1000+i, i%4),
					fmt.Sprintf(`INSERT INTO book_authors VALUES (%d, %d), (%[1]d, 11)`, 1000+i, 10+i%3))
			}
			all := func(options ...denorm.Option) (docs []*BookDoc) {
				for doc, err := range books(t, db, options...).All(t.Context(), denorm.BatchSize(100)) {
					if err != nil {
						t.Fatal(err)
					}
					docs = append(docs, doc)
				}
				return docs
			}
			want := asJSON(t, all(denorm.WithDriverRows(0)))
			var keys []int64
			for _, doc := range all() {
				keys = append(keys, doc.ID)
			}
			if len(keys) != 305 || asJSON(t, all()) != want {
				t.Errorf("%d documents, which differ", len(keys))
			}
			slices.Reverse(keys)
			for _, n := range []int{49, 50, 51, 300} {
				for _, from := range []int{1, 50} {
					got, err := books(t, db, denorm.WithDriverRows(from)).GetMany(t.Context(), keys[:n])
					plain, failed := books(t, db, denorm.WithDriverRows(0)).GetMany(t.Context(), keys[:n])
					if err != nil || failed != nil || asJSON(t, got) != asJSON(t, plain) {
						t.Errorf("%d documents, read from the driver from %d on, differ: %v, %v", n, from, err, failed)
					}
				}
			}
		})
	}
}
