package denorm_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// A deadline may strike anywhere: the answer is whole or an error that says so, and no connection is lost.
func TestDeadlineAnywhere(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		db.SetMaxOpenConns(2)
		books := books(t, db)
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				for limit := time.Duration(0); limit < 2*time.Millisecond; limit += 20 * time.Microsecond {
					everyAccessor(t, books, limit)
				}
			})
		}
		group.Wait()
		if _, err := books.Get(t.Context(), 1); err != nil {
			t.Errorf("the pool does not recover: %v", err)
		}
		deadline := time.Now().Add(5 * time.Second)
		for db.Stats().InUse > 0 && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if inUse := db.Stats().InUse; inUse != 0 {
			t.Errorf("%d connections in use", inUse)
		}
	})
}

// everyAccessor calls every accessor with a time limit for all of them.
func everyAccessor(t *testing.T, books *denorm.Collection[int64, BookDoc], limit time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	check := func(accessor string, err error, whole func() bool) {
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", accessor, err)
		}
		if err == nil && !whole() {
			t.Errorf("%s: not whole", accessor)
		}
	}
	doc, err := books.Get(ctx, 1)
	check("Get", err, func() bool { return asJSON(t, doc) == book1 })
	docs, err := books.GetMany(ctx, []int64{1, 2, 3})
	check("GetMany", err, func() bool { return asJSON(t, docs) == "["+book1+","+book2+","+book3+"]" })
	page, err := books.Page(ctx, 1, denorm.After(int64(3)))
	check("Page", err, func() bool {
		return asJSON(t, page.Docs) == "["+book5+"]" && page.Prev != nil && page.Next != nil
	})
	count, err := books.Count(ctx, 0)
	check("Count", err, func() bool { return count == 5 })
	seen, failed := 0, error(nil)
	for doc, err := range books.All(ctx, denorm.BatchSize(2)) {
		if failed = err; err == nil {
			seen++
			check("All", nil, func() bool { return doc.ID != 5 || asJSON(t, doc) == book5 })
		}
	}
	check("All", failed, func() bool { return seen == 5 })
}

// A database in memory lives as long as its connection, which a context that ends must not cost.
func TestMemoryDatabaseOutlivesContexts(t *testing.T) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		for _, dsn := range []string{":memory:", "file:memory?mode=memory&_txlock=immediate", "file:loc?mode=memory&_loc=auto"} {
			t.Run(driver+" "+dsn, func(t *testing.T) {
				bothWays(t, func(t *testing.T) { outlivesContexts(t, testservers.OpenSQLiteDSN(t, driver, dsn)) })
			})
		}
	}
}

func outlivesContexts(t *testing.T, db *sqlx.DB) {
	db.SetMaxOpenConns(1)
	execute(t, db, bookTables...)
	for limit := time.Duration(0); limit < 400*time.Microsecond; limit += 2 * time.Microsecond {
		everyAccessor(t, books(t, db), limit) // of a new engine, which tries how SQLite begins
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := denorm.Register(open(t, db), interrupted(cancel)).Get(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	exercise(t.Context(), t, db, books(t, db))
}

// Statements that were used before a table was altered go on working, with a pool that holds several.
func TestTableAltered(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db)
		use := func(when string) {
			t.Helper()
			_, err := books.Get(t.Context(), 1)
			docs, many := books.GetMany(t.Context(), []int64{1, 2})
			page, paged := books.Page(t.Context(), 2, denorm.After(1))
			_, counted := books.Count(t.Context(), 2)
			if err := errors.Join(err, many, paged, counted); err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			if asJSON(t, docs) != "["+book1+","+book2+"]" || len(page.Docs) != 2 || *page.Prev != 2 || *page.Next != 3 {
				t.Errorf("%s: %s, %+v", when, asJSON(t, docs), page)
			}
		}
		use("at first")
		execute(t, db, `ALTER TABLE books ADD COLUMN extra INTEGER`)
		use("with a new column")
		switch db.DriverName() {
		case "pgx":
			execute(t, db, `ALTER TABLE books ALTER COLUMN title TYPE text, ALTER COLUMN id TYPE integer`,
				`ALTER TABLE authors ALTER COLUMN name TYPE text`, `ALTER TABLE awards ALTER COLUMN title TYPE text`)
		case "mysql":
			execute(t, db, `ALTER TABLE books MODIFY title TEXT, MODIFY id INTEGER`, `ALTER TABLE awards MODIFY title TEXT`)
		}
		use("with other types")
		execute(t, db, `ALTER TABLE books DROP COLUMN extra`)
		use("without the new column")
	})
}

// kill ends all other connections to the database.
func kill(t *testing.T, db *sqlx.DB) {
	t.Helper()
	if db.DriverName() == "pgx" {
		execute(t, db, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE pid <> pg_backend_pid() AND datname = current_database()`)
		return
	}
	var ids []int
	if err := db.Select(&ids, `SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db = database()`); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		execute(t, db, fmt.Sprintf("KILL %d", id))
	}
}

func TestConnectionKilled(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		if driver := db.DriverName(); driver != "pgx" && driver != "mysql" {
			t.Skip("SQLite has no server")
		}
		killed, gone := false, `DELETE FROM books WHERE id = 7`
		books := denorm.Register(open(t, db), interrupted(func() {
			if !killed {
				killed = true
				execute(t, db, gone)
				kill(t, db)
			}
		}))
		// The MySQL driver says that the connection is bad, and the batch is tried again; pgx tells why.
		doc, err := books.Get(t.Context(), 1)
		var load *denorm.LoadError
		if db.DriverName() == "mysql" && err != nil || err != nil && (!errors.As(err, &load) || load.Key != "1") {
			t.Errorf("killed between two queries: %v", err)
		}
		for range 3 {
			if err == nil && asJSON(t, doc) != book1 {
				t.Errorf("got %s", asJSON(t, doc))
			}
			if doc, err = books.Get(t.Context(), 1); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		}
		// A page that is tried again forgets the attempt before.
		killed, gone = false, `DELETE FROM books WHERE id > 1`
		page, err := books.Page(t.Context(), 2, denorm.After(int64(1)))
		if db.DriverName() == "mysql" && (err != nil || len(page.Docs) != 0 || page.Prev != nil || page.Next != nil) {
			t.Errorf("page: %+v, %v", page, err)
		}
		if inUse := db.Stats().InUse; inUse != 0 {
			t.Errorf("%d connections in use", inUse)
		}
	})
}
