package denorm_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

// sums is the aggregate of index as a later release has it: figures for the keys "all" and "dear". Decoded from the
// other's bytes, it would be zero without an error.
type sums struct {
	*process
	figures *denorm.Aggregate[sum]
	builds  atomic.Int64
}

type sum struct {
	Books int   `json:"books"`
	Cents int64 `json:"cents"`
}

func (w *world) summing(opts ...denorm.Option) *sums {
	w.Helper()
	s := &sums{process: w.opened(opts...)}
	books := denorm.CollectionOf[int64, models.BookDoc](s.engine, "books")
	s.figures = denorm.RegisterAggregate(s.engine, &denorm.AggregateDefinition[sum]{
		Name: "book_titles", Shape: "sums-1", Keys: []string{"all", "dear"}, From: []string{"books"},
		Build: func(ctx context.Context, key string, from *denorm.Sources) (sum, error) {
			s.builds.Add(1)
			var total sum
			for book, err := range denorm.Documents(ctx, from, books) {
				if err != nil {
					return sum{}, err
				}
				if key == "all" || book.PriceCents >= 2000 {
					total.Books++
					total.Cents += book.PriceCents
				}
			}
			return total, nil
		},
	})
	s.install()
	return s
}

// wantSums compares the figures with those of the tables.
func (w *world) wantSums(s *sums) {
	w.Helper()
	for key, least := range map[string]int{"all": 0, "dear": 2000} {
		var want sum
		err := w.db.GetContext(w.Context(), &want, `SELECT COUNT(*) AS books, COALESCE(SUM(price_cents), 0) AS cents FROM books
			WHERE deleted_at IS NULL AND price_cents >= ?`, least)
		if err != nil {
			w.Fatal(err)
		}
		if got, err := s.figures.Get(w.Context(), key); err != nil || got != want {
			w.Errorf("the figures of %q are %+v, %v, want %+v", key, got, err, want)
		}
	}
}

// TestTwoReleasesOfAnAggregate lets two shapes of one aggregate share database and cache: each reads its own, which is
// fresh whoever wrote, and which the other does not drive out of the cache.
func TestTwoReleasesOfAnAggregate(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		older, newer := w.indexing(opts...), w.summing(opts...)
		older.drain() // so that it knows of the other one
		direct := t.Name() == "TestTwoReleasesOfAnAggregate/shared"
		look := func(when string) {
			t.Helper()
			for _, builds := range []int64{2, 0} {
				w.wantIndex(older)
				w.wantSums(newer)
				older.wantBuilds(builds, when+", older")
				if got := newer.builds.Swap(0); got != builds {
					t.Errorf("%s, newer: there were %d builds, want %d", when, got, builds)
				}
			}
		}
		look("at first")
		for i, change := range []string{
			`UPDATE books SET title = 'another title', price_cents = 100 WHERE id = 1`,
			`UPDATE books SET title = 'a third title', price_cents = 9900 WHERE id = 1`,
			`UPDATE books SET deleted_at = '2026-01-01 00:00:00' WHERE id = 2`,
			`DELETE FROM books WHERE id = 3`,
		} {
			w.exec(change)
			for at, p := range []*process{older.process, newer.process} {
				if !direct || at == i%2 { // who reads the shared cache is told by anybody
					p.drain()
				}
			}
			look(change)
		}
		for title, writer := range map[string]struct {
			*process
			want func()
		}{
			"older": {older.process, func() { w.wantIndex(older) }},
			"newer": {newer.process, func() { w.wantSums(newer) }},
		} {
			writer.tx(func(tx *sqlx.Tx) error {
				_, err := tx.Exec(`UPDATE books SET title = ?, price_cents = price_cents + 1 WHERE id = 1`, title)
				return err
			})
			writer.want()
			if !direct {
				older.drain()
				newer.drain()
			}
			w.wantIndex(older)
			w.wantSums(newer)
		}
	})
}
