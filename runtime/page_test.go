package denorm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/pgxpipeline"
)

// counting counts the batches and queries that a pipeline gets.
type counting struct {
	denorm.Pipeline
	batches, queries int
}

func (c *counting) Begin(ctx context.Context, conn any, queries []denorm.PipelineQuery) (denorm.PipelineResults, error) {
	c.batches++
	c.queries += len(queries)
	return c.Pipeline.Begin(ctx, conn, queries)
}

func TestPage(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		checkPages(t, books(t, db))
	})
}

// TestPageThroughPipeline has what lies around a page sent with the rest of it.
func TestPageThroughPipeline(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		if db.DriverName() != "pgx" {
			return
		}
		pipeline := &counting{Pipeline: pgxpipeline.New()}
		pages, bounded := checkPages(t, books(t, db, denorm.WithPipeline(pipeline)))
		if want := pages*len(booksDefinition().Loaders) + bounded; pipeline.batches != pages || pipeline.queries != want {
			t.Errorf("%d pages are %d batches of %d queries, want %d", pages, pipeline.batches, pipeline.queries, want)
		}
	})
}

// checkPages loads pages, and returns how many there were, and how many of them had a bound.
func checkPages(t *testing.T, books *denorm.Collection[int64, BookDoc]) (pages, bounded int) {
	t.Helper()
	after, before := denorm.After[int64], denorm.Before[int64]
	for _, test := range []struct {
		n     int
		bound denorm.PageOption
		want  string
	}{
		{2, nil, "nil [1 2] 2"},
		{5, nil, "nil [1 2 3 5 7] nil"},
		{9, nil, "nil [1 2 3 5 7] nil"},
		{2, after(1), "2 [2 3] 3"},
		{2, after(2), "3 [3 5] 5"},
		{2, after(4), "5 [5 7] nil"},
		{2, after(5), "7 [7] nil"},
		{2, after(7), "nil [] nil"},
		{2, after(0), "nil [1 2] 2"},
		{2, before(3), "nil [1 2] 2"},
		{2, before(4), "2 [2 3] 3"},
		{2, before(7), "3 [3 5] 5"},
		{2, before(8), "5 [5 7] nil"},
		{2, before(1), "nil [] nil"},
	} {
		pages++
		var options []denorm.PageOption
		if test.bound != nil {
			bounded++
			options = append(options, test.bound)
		}
		if got := describePage(t, books, test.n, options...); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
	pages += 2
	if got, want := describePage(t, books, 2, denorm.Prefix(int64(3))), "nil [3] nil"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	page, err := books.Page(t.Context(), 1)
	if err != nil || asJSON(t, page.Docs[0]) != book1 {
		t.Errorf("page of one: %v, %v", page.Docs, err)
	}
	for _, options := range [][]denorm.PageOption{
		{denorm.After(int64(1)), denorm.Before(int64(3))},
		{denorm.After("x")},
		{denorm.Prefix(1, 2)},
	} {
		if _, err := books.Page(t.Context(), 2, options...); !errors.Is(err, denorm.ErrValue) {
			t.Errorf("want ErrValue, got %v", err)
		}
	}
	for _, n := range []int{-1, 0, 1001} {
		if _, err := books.Page(t.Context(), n); !errors.Is(err, denorm.ErrValue) {
			t.Errorf("Page(%d): %v", n, err)
		}
	}
	return pages, bounded
}

// describePage is a page's way back, its keys, and its way on.
func describePage(t *testing.T, books *denorm.Collection[int64, BookDoc], n int, options ...denorm.PageOption) string {
	t.Helper()
	page, err := books.Page(t.Context(), n, options...)
	if err != nil {
		t.Fatal(err)
	}
	ids := []int64{}
	for _, doc := range page.Docs {
		ids = append(ids, doc.ID)
	}
	name := func(key *int64) string {
		if key == nil {
			return "nil"
		}
		return fmt.Sprint(*key)
	}
	return fmt.Sprintf("%s %v %s", name(page.Prev), ids, name(page.Next))
}

// TestPageOfMany has PostgreSQL say that there are many books, of which it would take a page for a large part.
func TestPageOfMany(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		ranges := func() (ranges, arrays int) {
			t.Helper()
			engine := open(t, db)
			engine.QueryLog().Start()
			everything := booksDefinition()
			for dialect, statements := range everything.Dialects {
				statements.Roots.Filter = ""
				everything.Dialects[dialect] = statements
			}
			if got := describePage(t, denorm.Register(engine, everything), 2); got != "nil [1 2] 2" {
				t.Errorf("got %s", got)
			}
			for _, query := range engine.QueryLog().Entries() {
				ranges += strings.Count(query.SQL, "BETWEEN (")
				arrays += strings.Count(query.SQL, "= ANY (ARRAY(")
			}
			return ranges, arrays
		}
		few, none := ranges()
		if db.DriverName() != "pgx" {
			return
		}
		execute(t, db, "UPDATE pg_class SET reltuples = 100001 WHERE oid = to_regclass('books')")
		if ranged, arrays := ranges(); few == 0 || none != 0 || ranged != 0 || arrays != few {
			t.Errorf("of few books, there are %d ranges and %d arrays, and then %d ranges and %d arrays", few, none, ranged, arrays)
		}
	})
}
