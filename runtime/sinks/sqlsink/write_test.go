package sqlsink_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// Values of any kind stay what they are when a document is put over one with fields of others, and so do those fields.
func TestMergedValues(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		sink := newSink(t, db)
		fields := []string{"a", "b", `it's "\`, "日本", "$", "a.b", "<&>", "none"}
		books := target("books", "0123", fields...)
		served(t, sink, nil, books)
		const (
			old   = `{"a":1,"b":[1],"it's \"\\":{"b":1},"日本":1,"$":1,"a.b":2,"<&>":3}`
			fresh = ` { "a":null,"b":{"n":null,"t":[true,false,null,{}],"u":"\u00e9\ud83d\ude00\n"},"日本":1.5 } `
			ours  = `"a":null,"b":{"n":null,"t":[true,false,null,{}],"u":"é😀\n"},"日本":1.5`
			more  = `"rank":{"n":null,"t":[true,1.25,"\\\"'"]},"nothing":null,"no":false`
		)
		put(t, sink, books, 1, "k", old)
		put(t, sink, books, 1, "plain", old)
		setField(t, db, "doc_books", "k", "rank", `{"n":null,"t":[true,1.25,"\\\"'"]}`)
		setField(t, db, "doc_books", "k", "nothing", "null")
		setField(t, db, "doc_books", "k", "no", "false")
		put(t, sink, books, 2, "k", fresh)
		put(t, sink, books, 2, "plain", fresh)
		wantJSON(t, read(t, db, "doc_books", "k"), "{"+ours+","+more+"}")
		wantJSON(t, read(t, db, "doc_books", "plain"), "{"+ours+"}")
		put(t, sink, books, 3, "k", "{ }")
		wantJSON(t, read(t, db, "doc_books", "k"), "{"+more+"}")
		if strings.Contains(string(read(t, db, "doc_books", "k")), "1.250") {
			t.Error("a number was written anew")
		}
	})
}

// What others write through the view leaves documents objects.
func TestViewRefuses(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		sink := newSink(t, db)
		books := target("books", "0123", "a")
		served(t, sink, nil, books)
		put(t, sink, books, 1, "k", `{"a":1}`)
		for _, value := range []string{"NULL", "'[]'", "'{x'", "'1'"} {
			if _, err := db.Exec("UPDATE doc_books SET document = " + value); err == nil {
				t.Errorf("the view took %s", value)
			}
		}
		wantJSON(t, read(t, db, "doc_books", "k"), `{"a":1}`)
	})
}

// Documents that the database refuses are found among many, and their errors do not show them.
func TestRefused(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		sink := newSink(t, db)
		books := target("books", "0123", "a")
		served(t, sink, nil, books)
		bad := map[string]bool{"k3": true, "k400": true, strings.Repeat("k", 3000): true, "k\x00": true, "\xff": true}
		var documents []denorm.SinkDocument
		for n := range 1000 {
			documents = append(documents, document(1, fmt.Sprint("k", n), `{"a":1}`))
		}
		documents[3].Body, documents[400].Body = []byte(`{"a":secret}`), []byte(`["secret"]`)
		for key := range bad {
			if len(key) > 4 || !strings.HasPrefix(key, "k") || strings.Contains(key, "\x00") {
				documents = append(documents, document(1, key, `{"a":1}`))
			}
		}
		single := new(denorm.SinkError)
		err := sink.Put(t.Context(), books, documents)
		if !errors.As(err, &single) || len(single.Documents) != len(bad) {
			t.Fatalf("Put returned %v", err)
		}
		for key, err := range single.Documents {
			if !bad[key] || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "k3") {
				t.Errorf("the error of %q is %v", key, err)
			}
		}
		var n int
		must(t, db.Get(&n, "SELECT COUNT(*) FROM doc_books"))
		if n != 998 {
			t.Errorf("there are %d documents, want 998", n)
		}
	})
}

func TestSweep(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		books := target("books", "0123", "a")
		sink := newSink(t, db)
		served(t, sink, nil, books)
		put(t, sink, books, 1, "live", `{}`)
		must(t, sink.Delete(t.Context(), books, []denorm.SinkDocument{{Key: "old", Version: denorm.Version{Seq: 1}}, {Key: "new", Version: denorm.Version{Seq: 1}}}))
		db.MustExec(db.Rebind("UPDATE doc_books_0123 SET gone_at = gone_at - 90000 WHERE doc_key = ?"), "old")
		again := newSink(t, db)
		must(t, again.Delete(t.Context(), books, []denorm.SinkDocument{{Key: "last", Version: denorm.Version{Seq: 1}}}))
		var keys []string
		must(t, db.Select(&keys, "SELECT doc_key FROM doc_books_0123 ORDER BY doc_key"))
		if got := strings.Join(keys, " "); got != "last live new" {
			t.Errorf("there are %s, want last live new", got)
		}
	})
}

// Writers of the same documents in different orders, and somebody who sets fields, do not get in each other's way.
func TestConcurrentWriters(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		const writers, rounds, documents = 6, 8, 100
		books := target("books", "0123", "a")
		sink := newSink(t, db)
		served(t, sink, nil, books)
		put(t, sink, books, 1, "k0", `{}`)
		setField(t, db, "doc_books", "k0", "rank", "7")
		var running sync.WaitGroup
		for writer := range writers {
			sink := newSink(t, db)
			running.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(writer)))
				for round := range rounds {
					var put, gone []denorm.SinkDocument
					for _, n := range random.Perm(documents) {
						document := document(uint64(2+round*writers+writer), fmt.Sprint("k", n), fmt.Sprintf(`{"a":%d}`, round))
						if n%7 == 1 {
							document.Body = nil
							gone = append(gone, document)
						} else {
							put = append(put, document)
						}
					}
					if err := errors.Join(sink.Put(t.Context(), books, put), sink.Delete(t.Context(), books, gone)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		running.Wait()
		found, err := sink.Get(t.Context(), books, []string{"k0", "k1", "k2"})
		must(t, err)
		for _, document := range found {
			if want := uint64(1 + rounds*writers); document.Version.Seq != want {
				t.Errorf("%s is of version %d, want %d", document.Key, document.Version.Seq, want)
			}
		}
		wantJSON(t, found[0].Body, fmt.Sprintf(`{"a":%d,"rank":7}`, rounds-1))
	})
}

// Somebody holds a row or, on SQLite, all: the context ends the call, and its error says so.
func TestContextEndsWait(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		if strings.HasPrefix(db.DriverName(), "sqlite") { // which waits for a lock as long as it is told to, whatever the context
			db.SetMaxOpenConns(2)
			var held []*sqlx.Conn
			for range 2 {
				conn, err := db.Connx(t.Context())
				must(t, err)
				_, err = conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 10")
				must(t, err)
				held = append(held, conn)
			}
			for _, conn := range held {
				must(t, conn.Close())
			}
		}
		books := target("books", "0123", "a")
		sink := newSink(t, db)
		served(t, sink, nil, books)
		put(t, sink, books, 1, "k", `{}`)
		tx := db.MustBegin()
		defer func() { _ = tx.Rollback() }()
		tx.MustExec("UPDATE doc_books_0123 SET seq = 5")
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		err := sink.Put(ctx, books, []denorm.SinkDocument{document(2, "k", `{}`)})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Put returned %v, want the context's error", err)
		}
	})
}

// Many large documents go in several statements.
func TestLargeDocuments(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		books := target("books", "0123", "a")
		sink := newSink(t, db)
		served(t, sink, nil, books)
		text, err := json.Marshal(map[string]string{"a": strings.Repeat(`x"\é`, 60_000)})
		must(t, err)
		var documents []denorm.SinkDocument
		for n := range 12 {
			documents = append(documents, document(1, fmt.Sprint("k", n), string(text)))
		}
		must(t, sink.Put(t.Context(), books, documents))
		wantJSON(t, read(t, db, "doc_books", "k11"), string(text))
	})
}
