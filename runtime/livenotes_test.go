package denorm_test

import (
	"errors"
	"testing"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/wire"
)

// note is a document whose key is a text that the database compares without regard to case.
type note struct {
	Code string `json:"code"`
	Body string `json:"body"`
}

// notesDefinition is written as generated code is, for a release with a shape of its own.
func notesDefinition(shape string) *denorm.Definition[string, note] {
	notes := denorm.Table{Name: "notes"}
	return &denorm.Definition[string, note]{
		Name: "notes", Shape: shape, Table: notes, Columns: []string{"code"},
		Key: denorm.KeyCodec[string]{
			Bind:  func(args []any, key string) []any { return append(args, key) },
			Read:  func(row denorm.Row) string { return row.Text(0) },
			Exact: true,
		},
		Dialects: map[denorm.Dialect]denorm.Statements{denorm.SQLite: {
			Roots:   denorm.Roots{Table: `"notes"`, Key: []string{`"code"`}},
			Loaders: []string{`SELECT t."code", t."body" FROM denorm_roots AS t ORDER BY t."code"`},
			Depends: []denorm.Dependency{{
				Table: notes, Columns: []string{"body", "code"}, From: []string{"code"},
				Roots: `SELECT c.v1 AS k1 FROM denorm_changed AS c`,
			}},
		}},
		Loaders: []string{""}, Queries: 1,
		Load: func(batch *denorm.Batch) *denorm.Level[string, note] {
			return denorm.LoadRoots(batch, func(row denorm.Row) string { return row.Text(0) },
				func(row denorm.Row, doc *note) { doc.Code, doc.Body = row.Text(0), row.Text(1) })
		},
		Encode: func(e *wire.Encoder, doc *note) {
			e.Text(doc.Code)
			e.Text(doc.Body)
		},
		Decode:     func(d *wire.Decoder, doc *note) { doc.Code, doc.Body = d.Text(), d.Text() },
		AppendJSON: appendJSON[note],
	}
}

// release is a process of a program that has notes.
type release struct {
	*testing.T
	engine *denorm.Engine
	notes  *denorm.Collection[string, note]
}

func (w *world) release(shape string, opts ...denorm.Option) *release {
	w.Helper()
	r := &release{T: w.T, engine: open(w, w.db, opts...)}
	r.notes = denorm.Register(r.engine, notesDefinition(shape))
	if err := errors.Join(r.engine.Install(w.Context()), r.engine.Drain(w.Context())); err != nil {
		w.Fatal(err)
	}
	return r
}

func (r *release) want(code, body string) {
	r.Helper()
	doc, err := r.notes.Get(r.Context(), code)
	switch {
	case errors.Is(err, denorm.ErrNotFound):
		doc = &note{Body: "(none)"}
	case err != nil:
		r.Fatal(err)
	}
	if doc.Body != body {
		r.Errorf("the note %q is %q, want %q", code, doc.Body, body)
	}
}

func (r *release) drain() {
	r.Helper()
	if err := r.engine.Drain(r.Context()); err != nil {
		r.Fatal(err)
	}
}

func newNotes(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.exec(`CREATE TABLE notes (code TEXT PRIMARY KEY COLLATE NOCASE, body TEXT NOT NULL)`)
	w.exec(`INSERT INTO notes VALUES ('abc', 'first'), ('other', 'other')`)
	return w
}

// TestTwoReleases lets two shapes of one collection share database and cache: whichever process kills, it kills
// for both.
func TestTwoReleases(t *testing.T) {
	w := newNotes(t)
	releases := []*release{w.release("old", w.mode("shared")...), w.release("new", w.mode("shared")...)}
	releases[0].drain() // so that it knows of the other one
	for i, body := range []string{"second", "third", "fourth", "fifth"} {
		releases[0].notes.Get(t.Context(), "abc")
		releases[1].notes.Get(t.Context(), "abc")
		w.exec(`UPDATE notes SET body = ? WHERE code = 'abc'`, body)
		releases[i%2].drain()
		releases[0].want("abc", body)
		releases[1].want("abc", body)
	}
	for i, body := range []string{"sixth", "seventh"} {
		writer := releases[i]
		err := writer.engine.Tx(t.Context(), func(tx *sqlx.Tx) error {
			_, err := tx.Exec(`UPDATE notes SET body = ? WHERE code = 'abc'`, body)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		releases[0].want("abc", body)
		releases[1].want("abc", body)
	}
}

// TestLooseKeys asks for a key that equals another one in the database only: nothing may be cached under it, for
// no kill names it.
func TestLooseKeys(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		w.exec(`CREATE TABLE notes (code TEXT PRIMARY KEY COLLATE NOCASE, body TEXT NOT NULL)`)
		w.exec(`INSERT INTO notes VALUES ('abc', 'first')`)
		r := w.release("one", opts...)
		for range 2 {
			r.want("ABC", "(none)")
			r.want("abc", "first")
		}
		before := r.engine.Stats()
		r.want("ABC", "(none)")
		if after := r.engine.Stats(); after.LocalHits+after.SharedHits != before.LocalHits+before.SharedHits {
			t.Error("something is cached under the other key")
		}
		for _, change := range []struct{ statement, abc, ABC string }{
			{`UPDATE notes SET body = 'second'`, "second", "(none)"},
			{`UPDATE notes SET code = 'ABC'`, "(none)", "second"},
			{`UPDATE notes SET body = 'third'`, "(none)", "third"},
			{`DELETE FROM notes`, "(none)", "(none)"},
			{`INSERT INTO notes VALUES ('abc', 'fourth')`, "fourth", "(none)"},
		} {
			w.exec(change.statement)
			r.drain()
			r.want("abc", change.abc)
			r.want("ABC", change.ABC)
			docs, err := r.notes.GetMany(t.Context(), []string{"Abc", "abc", "ABC"})
			if err != nil || docs[0] != nil || (docs[1] == nil) != (change.abc == "(none)") || (docs[2] == nil) != (change.ABC == "(none)") {
				t.Errorf("after %s: %v, %v", change.statement, docs, err)
			}
		}
	})
}
