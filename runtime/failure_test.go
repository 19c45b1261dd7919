package denorm_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
)

func TestNullNamesTheColumn(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `UPDATE books SET title = NULL WHERE id = 2`)
		books := books(t, db)
		_, err := books.GetMany(t.Context(), []int64{1, 2})
		var load *denorm.LoadError
		if !errors.Is(err, denorm.ErrNull) || !errors.As(err, &load) {
			t.Fatalf("got %v", err)
		}
		if load.Collection != "books" || load.Path != "" || load.Key != "2" || load.Column != "title" {
			t.Errorf("%+v", load)
		}
		if got := err.Error(); got != "load books, key 2, column title: NULL in a field that cannot hold it" {
			t.Errorf("%s", got)
		}
		if doc, err := books.Get(t.Context(), 1); err != nil || asJSON(t, doc) != book1 {
			t.Errorf("other documents: %v", err)
		}
	})
}

func TestFailureBelowNamesPathAndRoot(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		def := booksDefinition()
		def.Load = func(batch *denorm.Batch) *denorm.Level[int64, BookDoc] {
			roots := denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) }, scanBookDoc)
			authors := denorm.LoadMany(batch, 1, roots,
				func(row denorm.Row) (int64, int64) { return row.Int64(2), row.Int64(0) },
				scanBookDocAuthors, func(*BookDoc, []BookDocAuthors) {})
			denorm.LoadMany(batch, 2, authors,
				func(row denorm.Row) (denorm.Path[int64, int64], int64) {
					return denorm.Path[int64, int64]{Parent: row.Int64(2), Key: row.Int64(3)}, row.Int64(0)
				},
				func(row denorm.Row, doc *BookDocAuthorsAwards) { denorm.Int[int8](row, 1) },
				func(doc *BookDocAuthors, list []BookDocAuthorsAwards) {})
			return roots
		}
		_, err := denorm.Register(open(t, db), def).GetMany(t.Context(), []int64{2, 5})
		var load *denorm.LoadError
		if !errors.Is(err, denorm.ErrValue) || !errors.As(err, &load) {
			t.Fatalf("got %v", err)
		}
		if load.Path != "Authors.Awards" || load.Key != "5" || load.Column != "title" {
			t.Errorf("%+v", load)
		}
		if strings.Contains(err.Error(), "Medal") {
			t.Errorf("the error holds content: %v", err)
		}
	})
}

func TestMissingTable(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `DROP TABLE awards`)
		books := books(t, db)
		for range 2 {
			_, err := books.Get(t.Context(), 1)
			var load *denorm.LoadError
			if !errors.As(err, &load) || load.Collection != "books" || load.Path != "Authors.Awards" {
				t.Errorf("got %v", err)
			}
		}
		if inUse := db.Stats().InUse; inUse != 0 {
			t.Errorf("%d connections in use", inUse)
		}
		execute(t, db, bookTables[4])
		if _, err := books.Get(t.Context(), 1); err != nil {
			t.Errorf("after the table was made: %v", err)
		}
	})
}

// A to-one relation with two rows doubles the root's row; the first is used.
func TestDoubledRoot(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `DROP TABLE publishers`, `CREATE TABLE publishers (id BIGINT, name VARCHAR(20))`,
			`INSERT INTO publishers VALUES (1, 'Acme'), (1, 'Acme'), (2, 'Borealis'), (2, 'Borealis')`)
		var log bytes.Buffer
		books := denorm.Register(open(t, db, denorm.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))), booksDefinition())
		docs, err := books.GetMany(t.Context(), []int64{1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{book1, book2, book3} {
			if got := asJSON(t, docs[i]); got != want {
				t.Errorf("got %s", got)
			}
		}
		page, err := books.Page(t.Context(), 4)
		if err != nil || len(page.Docs) != 4 || *page.Next != 5 {
			t.Errorf("page: %+v, %v", page, err)
		}
		if n := strings.Count(log.String(), "a to-one relation has several rows"); n != 1 {
			t.Errorf("warned %d times, want once:\n%s", n, log.String())
		}
	})
}
