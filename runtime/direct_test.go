package denorm_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

type shelfDoc struct {
	ID    int64
	Notes []string
}

// shelves are loaded as generated code does, the notes by their own column.
func shelves(exact bool) *denorm.Definition[int64, shelfDoc] {
	return &denorm.Definition[int64, shelfDoc]{
		Name: "shelves", Shape: "1", Loaders: []string{"", "Notes"}, Queries: 2,
		Key: denorm.KeyCodec[int64]{Exact: exact, Bind: func(args []any, key int64) []any { return append(args, key) }},
		Dialects: map[denorm.Dialect]denorm.Statements{denorm.SQLite: {
			Roots: denorm.Roots{Table: "shelves", Key: []string{"id"}},
			Loaders: []string{
				"SELECT t.id FROM denorm_roots AS t ORDER BY t.id",
				"SELECT a1.text, a1.shelf, a1.id FROM notes AS a1 WHERE a1.shelf IN (denorm_keys) ORDER BY a1.shelf, a1.id",
			},
		}},
		Load: func(batch *denorm.Batch) *denorm.Level[int64, shelfDoc] {
			roots := denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) },
				func(row denorm.Row, doc *shelfDoc) { doc.ID = row.Int64(0) })
			denorm.LoadMany(batch, 1, roots,
				func(row denorm.Row) (int64, int64) { return row.Int64(1), row.Int64(2) },
				func(row denorm.Row, note *string) { *note = row.Text(0) },
				func(doc *shelfDoc, notes []string) { doc.Notes = notes })
			return roots
		},
		AppendJSON: appendJSON[shelfDoc],
	}
}

// TestTextsForIntegers has rows point at integers by whatever SQLite keeps in a column of some type. A join would find them.
func TestTextsForIntegers(t *testing.T) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		for _, column := range []string{"INTEGER", "TEXT", "", "REAL", "NUMERIC", "VARCHAR(20)"} {
			for _, exact := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%s/exact=%v", driver, column, exact), func(t *testing.T) {
					db := testservers.SQLite(t, driver)
					execute(t, db, "CREATE TABLE shelves (id INTEGER PRIMARY KEY)", "CREATE TABLE notes (id INTEGER PRIMARY KEY, shelf "+column+", text TEXT NOT NULL)",
						"INSERT INTO shelves VALUES (3), (5), (7)",
						"INSERT INTO notes VALUES (1, '5', 'a'), (2, '5', 'b'), (3, '7', 'c'), (4, 9, 'of none'), (5, NULL, 'of none')")
					c := denorm.Register(open(t, db), shelves(exact))
					want := map[int64][]string{3: {}, 5: {"a", "b"}, 7: {"c"}}
					same := func(how string, docs ...*shelfDoc) {
						t.Helper()
						for _, doc := range docs {
							if !slices.Equal(doc.Notes, want[doc.ID]) {
								t.Errorf("%s: shelf %d has notes %q, want %q", how, doc.ID, doc.Notes, want[doc.ID])
							}
						}
					}
					one, err := c.Get(t.Context(), 5)
					if err != nil {
						t.Fatal(err)
					}
					same("one", one)
					many, err := c.GetMany(t.Context(), []int64{7, 3, 5})
					if err != nil {
						t.Fatal(err)
					}
					same("many", many...)
					page, err := c.Page(t.Context(), 2, denorm.After(int64(3)))
					if err != nil || len(page.Docs) != 2 {
						t.Fatal(page, err)
					}
					same("page", page.Docs...)
				})
			}
		}
	}
}
