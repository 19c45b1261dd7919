package denorm_test

import (
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
)

// TestMovedRows moves rows from one document to another: both are changed.
func TestMovedRows(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		check := func(id int64, chapters, authors int) {
			t.Helper()
			book, err := p.books.Get(t.Context(), id)
			if err != nil || len(book.Chapters) != chapters || len(book.Authors) != authors {
				t.Errorf("book %d has %d chapters and %d authors, want %d and %d; %v",
					id, len(book.Chapters), len(book.Authors), chapters, authors, err)
			}
		}
		check(1, 3, 2)
		check(2, 2, 1)
		w.exec(`UPDATE chapters SET book_id = 2 WHERE id = 1`)
		p.drain()
		check(1, 2, 2)
		check(2, 3, 1)
		w.exec(`UPDATE book_authors SET book_id = 2 WHERE id = 2`)
		p.drain()
		check(1, 2, 1)
		check(2, 3, 2)
		w.exec(`UPDATE chapters SET book_id = 1`)
		p.drain()
		check(1, 6, 1)
		check(2, 0, 2)
	})
}
