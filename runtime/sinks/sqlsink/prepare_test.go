package sqlsink_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// What the application has is never touched, whatever of the sink's names it has.
func TestNamesOfOthers(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		books := target("books", "0123", "a")
		for _, statement := range []string{
			"CREATE TABLE books (id INT PRIMARY KEY)", "INSERT INTO books VALUES (1)", "CREATE VIEW authors AS SELECT id FROM books",
			"CREATE TABLE prices_0123 (id INT PRIMARY KEY)",
		} {
			db.MustExec(statement)
		}
		sink := newSink(t, db, sqlsink.Prefix(""))
		for _, collection := range []string{"books", "authors", "prices"} {
			taken := target(collection, "0123", "a")
			for doing, err := range map[string]error{
				"Prepare": sink.Prepare(t.Context(), taken), "Serve": sink.Serve(t.Context(), nil, taken), "Drop": sink.Drop(t.Context(), taken),
			} {
				if !errors.Is(err, sqlsink.ErrNameTaken) || !strings.Contains(err.Error(), "sqlsink.Prefix") {
					t.Errorf("%s of %s returned %v, want ErrNameTaken and the way out", doing, collection, err)
				}
			}
		}
		var n int
		must(t, db.Get(&n, "SELECT COUNT(*) FROM authors"))
		if n != 1 {
			t.Errorf("the application's table has %d rows, want 1", n)
		}
		for _, prefix := range []string{"docs-of ", `a"b'`, "c`d%s"} {
			sink := newSink(t, db, sqlsink.Prefix(prefix))
			served(t, sink, nil, books)
			put(t, sink, books, 1, "k", `{"a":1}`)
			setField(t, db, prefix+"books", "k", "rank", "7")
			wantJSON(t, read(t, db, prefix+"books", "k"), `{"a":1,"rank":7}`)
		}
	})
}

// A collection's table may have the name of another's view.
func TestNamesOfEachOther(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		sink := newSink(t, db)
		served(t, sink, nil, target("books", "0123", "a"))
		if err := sink.Prepare(t.Context(), target("books_0123", "4567", "a")); !errors.Is(err, sqlsink.ErrNameTaken) {
			t.Errorf("Prepare returned %v, want ErrNameTaken", err)
		}
	})
}

func TestLongNames(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		begin := "doc_" + strings.Repeat("x", 58)
		sink := newSink(t, db, sqlsink.Index(strings.Repeat("x", 58)+"a", "a", strings.Repeat("y", 70)))
		for _, last := range []string{"a", "b"} {
			long := target(strings.TrimPrefix(begin, "doc_")+last, "0123456789abcdef", "a")
			served(t, sink, nil, long)
			put(t, sink, long, 1, "k", `{"a":"`+last+`"}`)
		}
		for _, last := range []string{"a", "b"} {
			wantJSON(t, read(t, db, begin+last, "k"), `{"a":"`+last+`"}`)
		}
	})
	for _, name := range []string{strings.Repeat("x", 60), "\x00", "\xff"} {
		sink := newSink(t, testservers.SQLite(t, testservers.Pure))
		if err := sink.Prepare(t.Context(), target(name, "0")); err == nil {
			t.Errorf("a collection of the name %q was prepared", name)
		}
	}
}

func TestPreparedByMany(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		var running sync.WaitGroup
		for range 6 {
			sink := newSink(t, db, sqlsink.Index("books", "a"))
			running.Go(func() {
				for _, shape := range []string{"1", "2", "3"} {
					books := target("books", shape, "a")
					if err := errors.Join(sink.Prepare(t.Context(), books), sink.Serve(t.Context(), nil, books)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		running.Wait()
	})
}

func TestSettings(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	for name, opts := range map[string][]sqlsink.Option{
		"a long prefix":         {sqlsink.Prefix(strings.Repeat("x", 64))},
		"a prefix of no text":   {sqlsink.Prefix("\xff")},
		"an index on nothing":   {sqlsink.Index("books")},
		"an index on no field":  {sqlsink.Index("books", "a", "")},
		"indexes with one name": {sqlsink.Index("books", "a_b"), sqlsink.Index("books", "a", "b")},
		"an unknown dialect":    {sqlsink.Dialect("oracle")},
	} {
		if _, err := sqlsink.New(db, opts...); !errors.Is(err, denorm.ErrValue) && !errors.Is(err, denorm.ErrNoDialect) {
			t.Errorf("with %s New returned %v", name, err)
		}
	}
	if _, err := sqlsink.New(nil); err == nil {
		t.Error("New took no database")
	}
	other := sqlx.NewDb(db.DB, "other")
	if _, err := sqlsink.New(other); !errors.Is(err, denorm.ErrNoDialect) {
		t.Errorf("for an unknown driver New returned %v", err)
	}
	_ = newSink(t, other, sqlsink.Dialect(denorm.SQLite))
}
