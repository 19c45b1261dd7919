package denorm_test

import (
	"errors"
	"math"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

func numbered(table string) *denorm.Definition[int64, itemDoc[int64]] {
	return items(table, []string{"id"},
		func(args []any, key int64) []any { return append(args, key) },
		func(row denorm.Row) int64 { return row.Int64(0) })
}

// An integer that the key's column cannot hold is a key that no row has, alone and among others.
func TestIntegerTooLargeForTheColumn(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `CREATE TABLE small (id SMALLINT PRIMARY KEY, name VARCHAR(20))`, `INSERT INTO small VALUES (1, 'x'), (-5, 'y')`,
			`CREATE TABLE items (tenant VARCHAR(20), id SMALLINT, name VARCHAR(20), PRIMARY KEY (tenant, id))`, `INSERT INTO items VALUES ('a', 1, 'x')`)
		engine := open(t, db)
		small := denorm.Register(engine, numbered("small"))
		for _, key := range []int64{math.MaxInt64, math.MinInt64, 1 << 40, -1 << 20, 0} {
			if _, err := small.Get(t.Context(), key); !errors.Is(err, denorm.ErrNotFound) {
				t.Errorf("Get(%d): %v", key, err)
			}
			docs, err := small.GetMany(t.Context(), []int64{1, key, -5})
			if err != nil || docs[0] == nil || docs[1] != nil || docs[2] == nil {
				t.Errorf("GetMany with %d: %v, %v", key, docs, err)
			}
			want := 0
			for _, stored := range []int64{-5, 1} {
				if stored > key {
					want++
				}
			}
			if page, err := small.Page(t.Context(), 3, denorm.After(key)); err != nil || len(page.Docs) != want {
				t.Errorf("Page after %d: %v, %v", key, page.Docs, err)
			}
		}
		pairs := denorm.Register(engine, tenantItems())
		docs, err := pairs.GetMany(t.Context(), []TenantKey{{"a", 1}, {"a", 1 << 20}})
		if err != nil || docs[0] == nil || docs[1] != nil {
			t.Errorf("composite: %v, %v", docs, err)
		}
		if page, err := pairs.Page(t.Context(), 3, denorm.Prefix("a", int64(1)<<40)); err != nil || len(page.Docs) != 0 {
			t.Errorf("prefix: %v, %v", page.Docs, err)
		}
	})
}

// Full lists of composite keys fit every database.
func TestManyCompositeKeys(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `CREATE TABLE items (tenant VARCHAR(20), id INTEGER, name VARCHAR(20), PRIMARY KEY (tenant, id))`,
			`INSERT INTO items VALUES ('a', 1, 'x'), ('a', 1999, 'y')`)
		keys := make([]TenantKey, 2500)
		for i := range keys {
			keys[i] = TenantKey{"a", int32(i)}
		}
		docs, err := denorm.Register(open(t, db), tenantItems()).GetMany(t.Context(), keys)
		if err != nil || docs[1] == nil || docs[1999] == nil || docs[2] != nil {
			t.Errorf("got %v, %v, %v; %v", docs[1], docs[1999], docs[2], err)
		}
	})
}

// Where a stored key does not compare like a bound one, a page could follow itself for ever.
func TestAllEnds(t *testing.T) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		db := testservers.SQLite(t, driver)
		execute(t, db, `CREATE TABLE odd (id, name)`, `INSERT INTO odd VALUES ('1', 'x'), ('2', 'y'), ('3', 'z')`)
		seen, failed := 0, error(nil)
		for _, err := range denorm.Register(open(t, db), numbered("odd")).All(t.Context(), denorm.BatchSize(2)) {
			if failed = err; seen == 10 {
				break
			}
			seen++
		}
		if !errors.Is(failed, denorm.ErrValue) {
			t.Errorf("%s: %d documents, then %v", driver, seen, failed)
		}
	}
}

// A page is whole even where its keys, bound, would not find its own rows again.
func TestPageOfKeysStoredInAnotherForm(t *testing.T) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		db := testservers.SQLite(t, driver)
		execute(t, db,
			`CREATE TABLE books (id, title, subtitle, publisher_id, hidden)`, `INSERT INTO books VALUES ('1', 'x', NULL, NULL, 0), ('2', 'y', NULL, NULL, 0)`,
			`CREATE TABLE publishers (id, name)`,
			`CREATE TABLE authors (id, name)`, `INSERT INTO authors VALUES (7, 'ann')`,
			`CREATE TABLE book_authors (book_id, author_id)`, `INSERT INTO book_authors VALUES ('1', 7), ('2', 7)`,
			`CREATE TABLE awards (id, author_id, title)`, `INSERT INTO awards VALUES (9, 7, 'gold')`)
		page, err := books(t, db).Page(t.Context(), 1)
		if err != nil || len(page.Docs) != 1 || page.Next == nil {
			t.Fatalf("%s: %v, %v", driver, page, err)
		}
		if authors := page.Docs[0].Authors; len(authors) != 1 || len(authors[0].Awards) != 1 {
			t.Errorf("%s: the document lacks its author or the award: %+v", driver, authors)
		}
	}
}
