package denorm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// strip removes the triggers of a table, so that what is written to it passes unseen.
func (w *world) strip(table string) {
	w.Helper()
	var names []string
	if err := w.db.Select(&names, `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?`, table); err != nil {
		w.Fatal(err)
	}
	if len(names) == 0 {
		w.Fatalf("%s has no triggers", table)
	}
	for _, name := range names {
		w.exec(`DROP TRIGGER "` + name + `"`)
	}
}

// definition is the statement that made a table.
func (w *world) definition(table string) string {
	w.Helper()
	var text string
	if err := w.db.Get(&text, `SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?`, table); err != nil {
		w.Fatal(err)
	}
	return text
}

// TestCaptureIsMended damages capture under running caches, and writes what nothing logs.
func TestCaptureIsMended(t *testing.T) {
	damages := map[string]func(w *world, title string){
		"a trigger is dropped": func(w *world, title string) {
			w.strip("books")
			w.rename(1, title)
		},
		"the table is rebuilt": func(w *world, title string) {
			w.exec(strings.Replace(w.definition("books"), "books", "books_new", 1))
			w.exec(`INSERT INTO books_new SELECT * FROM books`)
			w.exec(`UPDATE books_new SET title = ? WHERE id = 1`, title)
			w.exec(`DROP TABLE books`)
			w.exec(`ALTER TABLE books_new RENAME TO books`)
		},
		"the table is swapped": func(w *world, title string) {
			w.exec(`PRAGMA legacy_alter_table = 1`) // triggers and references keep the old name
			w.exec(strings.Replace(w.definition("books"), "books", "books_other", 1))
			w.exec(`INSERT INTO books_other SELECT * FROM books`)
			w.exec(`UPDATE books_other SET title = ? WHERE id = 1`, title)
			w.exec(`ALTER TABLE books RENAME TO books_old`)
			w.exec(`ALTER TABLE books_other RENAME TO books`)
		},
		"the table is renamed and comes back": func(w *world, title string) {
			w.exec(`ALTER TABLE books RENAME TO books_away`)
			w.exec(`UPDATE books_away SET title = ? WHERE id = 1`, title)
			w.exec(`ALTER TABLE books_away RENAME TO books`)
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
				w.db.SetMaxOpenConns(1)
				p := w.process(opts...)
				for id := range int64(4) {
					p.title(id + 1)
				}
				damage(w, "unseen")
				p.drain()
				p.wantTitle(1, "unseen")
				// From here on changes are seen again, by the caches that run.
				p.title(2)
				w.rename(2, "seen")
				w.exec(`UPDATE authors SET last_name = 'Seen' WHERE id = 1`)
				p.drain()
				p.wantTitle(2, "seen")
				if book, err := p.books.Get(t.Context(), 1); err != nil || book.Authors[0].Name != "Mina Seen" {
					t.Errorf("the authors of book 1 are %+v, %v", book.Authors, err)
				}
			})
		})
	}
}

// TestDoubtAges holds capture in doubt: the age of the caches grows until reads go to the database.
func TestDoubtAges(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		const staleness = 300 * time.Millisecond
		p := w.process(append(opts, denorm.WithMaxStaleness(staleness))...)
		p.title(1)
		w.strip("books")
		w.rename(1, "unseen")
		writer, err := w.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer writer.Close()
		if _, err := writer.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil { // nothing can be repaired meanwhile
			t.Fatal(err)
		}
		p.run()
		time.Sleep(staleness + 50*time.Millisecond)
		if age := p.engine.Stats().LocalAge; age >= 0 && age < staleness {
			t.Errorf("the age is %v while capture is damaged", age)
		}
		p.wantTitle(1, "unseen")
		if _, err := writer.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
		w.eventually("capture is mended", func() bool { return p.engine.Stats().CaptureBroken > 0 })
		p.drain()
		p.wantTitle(1, "unseen")
	})
}

// TestRestoredDatabase puts a backup back under running caches: the log of changes is an older one, or, after new
// changes, another one of the same length.
func TestRestoredDatabase(t *testing.T) {
	for _, since := range []int{0, 1, 3} {
		t.Run(fmt.Sprintf("%d changes afterwards", since), func(t *testing.T) {
			eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
				p := w.process(opts...)
				w.rename(1, "first")
				p.drain()
				backup := w.backup()
				for _, title := range []string{"second", "third"} {
					w.rename(1, title)
					w.rename(2, title)
					p.drain()
					p.wantTitle(1, title)
					p.wantTitle(2, title)
				}
				_, before, err := p.books.GetJSON(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				w.restore(backup)
				for range since {
					w.rename(4, "after")
				}
				p.drain()
				p.wantTitle(1, "first")
				p.wantTitle(2, "Nine Lamps")
				_, version, err := p.books.GetJSON(t.Context(), 1)
				if err != nil || version.Epoch <= before.Epoch {
					t.Errorf("the version was %v, and is %v, %v", before, version, err)
				}
				w.rename(1, "fourth")
				p.drain()
				p.wantTitle(1, "fourth")
			})
		})
	}
}
