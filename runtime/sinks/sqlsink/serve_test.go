package sqlsink_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// Fields of others follow the documents from release to release, and back.
func TestFieldsFollow(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		sink := newSink(t, db)
		first, second := target("books", "1", "a", "it's", "old", "é", "日本"), target("books", "2", "a", "b", "it's", "é", "日本")
		served(t, sink, nil, first)
		for _, key := range []string{"k", "empty", "none"} {
			put(t, sink, first, 1, key, `{"a":1,"it's":"x","old":1,"é":"ü","日本":[1]}`)
		}
		setField(t, db, "doc_books", "k", "rank", `{"n":null}`)
		setField(t, db, "doc_books", "k", "b", "1") // of others now, the collection's then
		setField(t, db, "doc_books", "empty", "rank", "null")

		must(t, sink.Prepare(t.Context(), second))
		put(t, sink, second, 1, "k", `{"a":2.50,"it's":"y","é":"ö","日本":[2]}`)
		put(t, sink, second, 1, "empty", `{}`)
		put(t, sink, second, 1, "none", `{"a":2}`)
		must(t, sink.Serve(t.Context(), first, second))
		wantJSON(t, read(t, db, "doc_books", "k"), `{"a":2.50,"it's":"y","é":"ö","日本":[2],"rank":{"n":null}}`)
		wantJSON(t, read(t, db, "doc_books", "empty"), `{"rank":null}`)
		wantJSON(t, read(t, db, "doc_books", "none"), `{"a":2}`)

		setField(t, db, "doc_books", "k", "rank", `8`)
		setField(t, db, "doc_books", "none", "rank", `9`)
		must(t, sink.Serve(t.Context(), first, second)) // again: what is served stays
		wantJSON(t, read(t, db, "doc_books", "k"), `{"a":2.50,"it's":"y","é":"ö","日本":[2],"rank":8}`)

		must(t, sink.Serve(t.Context(), second, first)) // rolled back
		wantJSON(t, read(t, db, "doc_books", "k"), `{"a":1,"it's":"x","old":1,"é":"ü","日本":[1],"b":1,"rank":8}`)
		wantJSON(t, read(t, db, "doc_books", "empty"), `{"a":1,"it's":"x","old":1,"é":"ü","日本":[1],"rank":null}`)
		wantJSON(t, read(t, db, "doc_books", "none"), `{"a":1,"it's":"x","old":1,"é":"ü","日本":[1],"rank":9}`)

		if err := sink.Drop(t.Context(), first); err == nil {
			t.Error("a table was dropped that is served")
		}
		must(t, sink.Drop(t.Context(), second))
		must(t, sink.Serve(t.Context(), second, first))
	})
}

// Who sets a field while the view is switched sets it where it is found afterwards.
func TestSwitchLosesNothing(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *sqlx.DB{
		"sqlite": func(t *testing.T) *sqlx.DB { return testservers.SQLite(t, testservers.Pure) },
		"pgx":    func(t *testing.T) *sqlx.DB { return testservers.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			sink := newSink(t, db)
			var before *denorm.SinkTarget
			set := `json_set(document, '$.n', json_extract(document, '$.n') + 1)`
			if name == "pgx" {
				set = `jsonb_set(document, '{n}', to_jsonb(CAST(document ->> 'n' AS int) + 1))`
			}
			stop, counted := make(chan struct{}), make(chan int)
			for shape, next := range []string{"1", "2", "3", "4", "5", "6"} {
				now := target("books", next, "a")
				must(t, sink.Prepare(t.Context(), now))
				put(t, sink, now, uint64(shape+1), "k", `{"a":1}`)
				must(t, sink.Serve(t.Context(), before, now))
				if before == nil {
					setField(t, db, "doc_books", "k", "n", "0")
					go func() {
						n := 0
						for {
							select {
							case <-stop:
								counted <- n
								return
							default:
							}
							if _, err := db.Exec("UPDATE doc_books SET document = " + set + " WHERE id = 'k'"); err != nil {
								t.Log(err)
							} else {
								n++
							}
						}
					}()
				}
				before = now
			}
			close(stop)
			want := <-counted
			var n int
			if name == "pgx" {
				must(t, db.Get(&n, "SELECT CAST(document ->> 'n' AS int) FROM doc_books"))
			} else {
				must(t, db.Get(&n, "SELECT json_extract(document, '$.n') FROM doc_books"))
			}
			if n != want {
				t.Errorf("%d of %d changes are there", n, want)
			}
			t.Log(want, "changes")
		})
	}
}
