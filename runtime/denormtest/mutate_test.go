package denormtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/denormtest"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

// contents are all rows of all tables of the bookstore, and of scans, which hang on one of them.
func contents(t *testing.T, db *sqlx.DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range []string{
		"publishers", "publisher_links", "categories", "tags", "authors", "author_links", "books", "book_infos",
		"chapters", "reviews", "book_authors", "book_tags", "publisher_tags", "scans",
	} {
		rows, err := db.Queryx("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, err := rows.SliceScan()
			if err != nil {
				t.Fatal(err)
			}
			for i, value := range values {
				if text, ok := value.([]byte); ok {
					values[i] = string(text)
				}
			}
			all[table] = append(all[table], strings.TrimSpace(cmp.Diff(nil, values)))
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[table])
	}
	return all
}

// TestMutate mutates what books depend on, on SQLite, and what their cards do, which is less, on servers.
func TestMutate(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		execute(t, db, `CREATE TABLE scans (author INTEGER REFERENCES authors (id) ON DELETE CASCADE)`, `INSERT INTO scans VALUES (1), (2)`)
		before := contents(t, db)
		engine := open(t, db)
		books, cards := models.NewBooks(engine), models.NewBookCards(engine)
		install(t, engine)
		var report denormtest.Report
		want := []string{
			"authors.last_name", "authors.first_name", "book_authors.author_id", "book_authors (delete)", "book_authors (insert)",
			"books.title", "books.publisher_id", "books.deleted_at", "books (insert)", "books (delete)", "publishers.name",
		}
		if strings.HasPrefix(db.DriverName(), "sqlite") {
			report = denormtest.Mutate(t, t.Context(), db, engine, books)
			want = append(want, "author_links.url", "author_links.author_id", "reviews.approved", "reviews.rating", "reviews.created_at",
				"reviews (delete)", "publisher_tags (insert)", "book_tags (delete)", "book_tags.tag_id", "categories.parent_id",
				"book_infos.pages", "publishers.city", "tags.name")
		} else {
			report = denormtest.Mutate(t, t.Context(), db, engine, cards)
		}
		t.Logf("%d steps; shown: %s", report.Steps, strings.Join(report.Shown, ", "))
		if diff := cmp.Diff(before, contents(t, db)); diff != "" {
			t.Errorf("the database is not as it was (-before +after):\n%s", diff)
		}
		if text := strings.Join(report.Unshown, "\n"); !strings.Contains(text, "authors.id: rows of other tables follow it") {
			t.Errorf("of a column that rows hang on it says %s", text)
		}
		for _, want := range want {
			if !slices.Contains(report.Shown, want) {
				t.Errorf("no change of %s showed", want)
			}
		}
		if db.DriverName() != testservers.Pure {
			return // the rest is the same everywhere
		}
		if again := denormtest.Mutate(t, t.Context(), db, engine, books, denormtest.Seed(2), denormtest.Rows(1)); again.Steps >= report.Steps {
			t.Errorf("one row a column took %d steps, ten took %d", again.Steps, report.Steps)
		}
	})
}

func TestMutateWithSharedCache(t *testing.T) {
	for name, options := range map[string][]denorm.Option{
		"and a local one": nil, "alone": {denorm.WithLocalCache(0)},
	} {
		t.Run(name, func(t *testing.T) {
			db := testservers.SQLite(t, testservers.Pure)
			engine, books := bookstore(t, db, append(options, denorm.WithSharedCache(memorycache.New()))...)
			if report := denormtest.Mutate(t, t.Context(), db, engine, books, denormtest.Rows(1)); report.Steps == 0 {
				t.Error("nothing was done")
			}
		})
	}
}
