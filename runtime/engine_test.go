package denorm_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

func TestOpenRefuses(t *testing.T) {
	if _, err := denorm.Open(t.Context(), nil); err == nil {
		t.Error("a nil database must be an error")
	}
	db := testservers.SQLite(t, testservers.Pure)
	odd := sqlx.NewDb(db.DB, "oracle")
	_, err := denorm.Open(t.Context(), odd)
	if !errors.Is(err, denorm.ErrNoDialect) || !strings.Contains(err.Error(), "WithDialect") {
		t.Errorf("unknown driver: %v", err)
	}
	if _, err := denorm.Open(t.Context(), odd, denorm.WithDialect("db2")); !errors.Is(err, denorm.ErrNoDialect) {
		t.Errorf("unknown dialect: %v", err)
	}
	engine, err := denorm.Open(t.Context(), odd, denorm.WithDialect(denorm.SQLite), nil, denorm.WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(engine.Close(), engine.Close()); err != nil {
		t.Error(err)
	}
}

func TestClosed(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		engine := open(t, db)
		books := denorm.Register(engine, booksDefinition())
		if _, err := books.Get(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
		check := func(books *denorm.Collection[int64, BookDoc], want error) {
			t.Helper()
			for name, err := range accessors(t, db, books) {
				if !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", name, err, want)
				}
			}
		}
		check(books, denorm.ErrClosed)
		late := booksDefinition()
		late.Name = "late"
		check(denorm.Register(engine, late), denorm.ErrLate)
	})
}

// accessors calls every accessor and returns its error.
func accessors(t *testing.T, db *sqlx.DB, books *denorm.Collection[int64, BookDoc]) map[string]error {
	errs := map[string]error{}
	_, errs["Get"] = books.Get(t.Context(), 1)
	_, errs["GetMany"] = books.GetMany(t.Context(), []int64{1, 2})
	_, _, errs["GetJSON"] = books.GetJSON(t.Context(), 1)
	_, errs["Page"] = books.Page(t.Context(), 1)
	_, errs["Count"] = books.Count(t.Context(), 1)
	_, errs["Load"] = books.Load(t.Context(), db, 1)
	errs["All"] = nil
	for _, err := range books.All(t.Context()) {
		errs["All"] = errors.Join(errs["All"], err)
	}
	return errs
}

func TestClosedWhileLoading(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		engine := open(t, db)
		def := interrupted(func() {
			if err := engine.Close(); err != nil {
				t.Error(err)
			}
		})
		if _, err := denorm.Register(engine, def).Get(t.Context(), 1); !errors.Is(err, denorm.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDatabaseClosed(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db)
		if _, err := books.Get(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		_ = db.Close()
		for name, err := range accessors(t, db, books) {
			if err == nil || errors.Is(err, denorm.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestRegister(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	execute(t, db, bookTables...)
	engine := open(t, db)
	first := denorm.Register(engine, booksDefinition())
	second := denorm.Register(engine, booksDefinition())
	for _, books := range []*denorm.Collection[int64, BookDoc]{first, second} {
		if _, err := books.Get(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	other := booksDefinition()
	other.Shape = "books-2"
	third := denorm.Register(engine, other)
	for _, books := range []*denorm.Collection[int64, BookDoc]{first, second, third} {
		for name, err := range accessors(t, db, books) {
			if !errors.Is(err, denorm.ErrClash) || !strings.Contains(err.Error(), "books-1") ||
				!strings.Contains(err.Error(), "books-2") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := denorm.Register[int64, BookDoc](nil, booksDefinition()).Get(t.Context(), 1); err == nil {
		t.Error("a nil engine must be an error")
	}
	if _, err := denorm.Register(engine, &denorm.Definition[int64, BookDoc]{
		Name: "empty", Dialects: map[denorm.Dialect]denorm.Statements{denorm.SQLite: {}},
	}).Get(t.Context(), 1); err == nil {
		t.Error("an empty definition must be an error")
	}
	narrow := booksDefinition()
	narrow.Name = "narrow"
	narrow.Key.Bind = func(args []any, _ int64) []any { return args }
	if _, err := denorm.Register(engine, narrow).Get(t.Context(), 1); err == nil {
		t.Error("a key without a value must be an error")
	}
	none := booksDefinition()
	none.Name = "none"
	delete(none.Dialects, denorm.SQLite)
	_, err := denorm.Register(engine, none).Get(t.Context(), 1)
	if !errors.Is(err, denorm.ErrNoDialect) ||
		!strings.Contains(err.Error(), "generated for mysql, postgres; put //denorm:options dialects=mysql,postgres,sqlite") {
		t.Errorf("missing dialect: %v", err)
	}
}

func TestLog(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		var out bytes.Buffer
		engine := open(t, db, denorm.WithLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		books := denorm.Register(engine, booksDefinition())
		log := engine.QueryLog()
		get := func(keys ...int64) {
			t.Helper()
			if _, err := books.GetMany(t.Context(), keys); err != nil {
				t.Fatal(err)
			}
		}
		get(1)
		if n := len(log.Entries()); n != 0 {
			t.Errorf("%d entries before Start", n)
		}
		log.Start()
		get(1, 2, 8888)
		entries := log.Entries()
		log.Stop()
		get(1)
		if len(entries) != booksQueries || len(log.Entries()) != booksQueries {
			t.Fatalf("%d entries, want %d", len(entries), booksQueries)
		}
		for i, want := range []struct {
			path, table string
			rows        int
		}{{"", "denorm_roots", 2}, {"Authors", "authors", 4}, {"Authors.Awards", "awards", 2}} {
			e := entries[i]
			if e.Collection != "books" || e.Path != want.path || e.Rows != want.rows || e.Keys != 3 ||
				!strings.Contains(e.SQL, want.table) || e.Duration <= 0 {
				t.Errorf("entry %d: %+v", i, e)
			}
		}
		log.Reset()
		if n := len(log.Entries()); n != 0 {
			t.Errorf("%d entries after Reset", n)
		}
		if n := strings.Count(out.String(), "loaded from the database at every call"); n != 1 {
			t.Errorf("the notice stands %d times in the log", n)
		}
		if strings.Contains(out.String(), "8888") {
			t.Error("the log holds a bound value")
		}
		want := denorm.Stats{Batches: 3, Queries: 9, Documents: 4, LocalAge: -1, SharedAge: -1, DifferingFor: -1}
		if stats := engine.Stats(); stats != want {
			t.Errorf("stats %+v", stats)
		}
	})
}

func TestQueryLogIsBounded(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	execute(t, db, bookTables...)
	engine := open(t, db)
	books := denorm.Register(engine, booksDefinition())
	engine.QueryLog().Start()
	for range 10_001 {
		if _, err := books.Count(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := books.Get(t.Context(), 8); !errors.Is(err, denorm.ErrNotFound) {
		t.Fatal(err)
	}
	entries := engine.QueryLog().Entries()
	if len(entries) != 10_000 || entries[len(entries)-1].Path != "" || entries[0].Path != "(count)" {
		t.Errorf("%d entries", len(entries))
	}
}

func TestConcurrent(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		db.SetMaxOpenConns(3)
		engine := open(t, db)
		engine.QueryLog().Start()
		var group sync.WaitGroup
		for worker := range 8 {
			group.Go(func() {
				books := denorm.Register(engine, booksDefinition())
				for i := range 20 {
					switch docs, err := books.GetMany(t.Context(), []int64{1, int64(i), int64(worker)}); {
					case err != nil:
						t.Error(err)
					case asJSON(t, docs[0]) != book1:
						t.Errorf("got %s", asJSON(t, docs[0]))
					}
					if page, err := books.Page(t.Context(), 1+worker); err != nil || asJSON(t, page.Docs[0]) != book1 {
						t.Errorf("page: %v", err)
					}
				}
			})
		}
		group.Wait()
	})
}

// Neither log holds what a caller asked for or what a document says.
func TestLogsHoldNoKeys(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `CREATE TABLE words (id VARCHAR(100), name VARCHAR(100))`, `INSERT INTO words VALUES ('sesame', 'content')`)
		var out bytes.Buffer
		engine := open(t, db, denorm.WithLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		engine.QueryLog().Start()
		words := denorm.Register(engine, words())
		for range 2 {
			_, _ = words.GetMany(t.Context(), []string{"sesame", "sesame2"})
			_, _ = words.Load(t.Context(), db, "sesame")
			_, _ = words.Page(t.Context(), 1, denorm.After("sesame"), denorm.Prefix("sesame"))
			for doc := range words.All(t.Context(), denorm.Before("sesame")) {
				if doc != nil {
					t.Error("nothing lies before")
				}
			}
			_, _, _ = words.GetJSON(t.Context(), "sesame")
			execute(t, db, `DROP TABLE IF EXISTS words`)
		}
		for _, log := range []string{out.String(), fmt.Sprint(engine.QueryLog().Entries())} {
			for _, secret := range []string{"sesame", "content", "/tmp/", "test.db"} {
				if strings.Contains(log, secret) {
					t.Errorf("a log holds %q", secret)
				}
			}
			if !strings.Contains(log, "denorm_roots") {
				t.Error("a log is empty")
			}
		}
	})
}

// Close beside running calls: each is whole or says ErrClosed, and nothing is left behind.
func TestCloseWhileBusy(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		for round := range 5 {
			engine := open(t, db)
			books := denorm.Register(engine, booksDefinition())
			var group sync.WaitGroup
			for worker := range 5 {
				group.Go(func() {
					for i := range 12 {
						doc, err := books.Get(t.Context(), 1)
						if err == nil && asJSON(t, doc) != book1 {
							t.Errorf("got %s", asJSON(t, doc))
						}
						_, paged := books.Page(t.Context(), 1+i%5)
						_, counted := books.Count(t.Context(), i%2)
						for _, err := range []error{err, paged, counted} {
							if err != nil && !errors.Is(err, denorm.ErrClosed) {
								t.Error(err)
							}
						}
						if worker == 0 && i == 2*round {
							if err := engine.Close(); err != nil {
								t.Error(err)
							}
						}
					}
				})
			}
			group.Wait()
		}
		if inUse := db.Stats().InUse; inUse != 0 {
			t.Errorf("%d connections in use", inUse)
		}
	})
}
