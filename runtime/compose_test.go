package denorm

import (
	"strings"
	"testing"
)

// TestComposeDirect writes loaders that do without the roots beside one that has them.
func TestComposeDirect(t *testing.T) {
	statements := Statements{
		Roots: Roots{Table: "books", Key: []string{"id"}},
		Loaders: []string{
			"SELECT t.id FROM denorm_roots AS t",
			"SELECT a1.id FROM reviews AS a1\nWHERE a1.book_id IN (denorm_keys)\nORDER BY a1.book_id",
		},
	}
	const (
		roots   = "FROM denorm_roots AS t)"
		between = "BETWEEN (SELECT MIN(t.id) " + roots + " AND (SELECT MAX(t.id) " + roots
	)
	after := window{after: true}
	const valued = "sqlite, keys that are bound in any form"
	for name, test := range map[string]struct {
		dialect Dialect
		filter  string
		texts   func(composer) []string
		roots   string
		direct  string
	}{
		"mysql, a key":   {MySQL, "", byKeys(1), "SELECT t.* FROM books AS t WHERE t.id = ?", "= ?"},
		"mysql, keys":    {MySQL, "", byKeys(4), "SELECT t.* FROM books AS t WHERE t.id IN (?, ?, ?, ?)", "IN (?, ?, ?, ?)"},
		"mysql, some":    {MySQL, "t.open", byKeys(2), "SELECT t.* FROM books AS t WHERE (t.open) AND t.id IN (?, ?)", "IN (?, ?)"},
		"mysql, a page":  {MySQL, "", page(after), "SELECT t.* FROM books AS t WHERE t.id > ? ORDER BY t.id LIMIT ?", between},
		"mysql, of some": {MySQL, "t.open", page(window{}), "SELECT t.* FROM books AS t WHERE (t.open) ORDER BY t.id LIMIT ?", "IN (SELECT t.id " + roots},
		"sqlite, a key":  {SQLite, "", byKeys(1), "SELECT t.* FROM books AS t WHERE t.id = ?", "= CAST(? AS INTEGER)"},
		"sqlite, keys": {
			SQLite, "", byKeys(2), "SELECT t.* FROM books AS t WHERE t.id IN (SELECT value FROM json_each(?))",
			"IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
		},
		valued:           {SQLite, "", byKeys(2), "SELECT t.* FROM books AS t WHERE t.id IN (?, ?)", "IN (SELECT t.id " + roots},
		"sqlite, a page": {SQLite, "", page(after), "SELECT t.* FROM books AS t WHERE t.id > ? ORDER BY t.id LIMIT ?", "IN (SELECT t.id " + roots},
		"postgres, a key": {
			Postgres, "", byKeys(1), "SELECT t.* FROM books AS t WHERE t.id = CAST($1 AS bigint)", "= CAST($1 AS bigint)",
		},
		"postgres, keys": {
			Postgres, "", byKeys(2), "SELECT t.* FROM books AS t WHERE t.id = ANY (CAST($1 AS bigint[]))", "= ANY (CAST($1 AS bigint[]))",
		},
		"postgres, a page": {
			Postgres, "", page(after), "SELECT t.* FROM books AS t WHERE t.id > CAST($1 AS bigint) ORDER BY t.id LIMIT $2", between,
		},
		"postgres, of many": {
			Postgres, "", page(window{ofMany: true}), "SELECT t.* FROM books AS t ORDER BY t.id LIMIT $1", "= ANY (ARRAY(SELECT t.id " + roots + ")",
		},
		"postgres, of some": {
			Postgres, "t.open", page(window{}), "SELECT t.* FROM books AS t WHERE (t.open) ORDER BY t.id LIMIT $1", "= ANY (ARRAY(SELECT t.id " + roots + ")",
		},
	} {
		t.Run(name, func(t *testing.T) {
			statements.Roots.Filter = test.filter
			c := newComposer(test.dialect, statements, []any{int64(0)}, name != valued)
			got := test.texts(c)
			if want := "WITH denorm_roots AS (" + test.roots + ")\n" + statements.Loaders[0]; got[0] != want {
				t.Errorf("with roots:\n%s\nwant\n%s", got[0], want)
			}
			want := "SELECT a1.id FROM reviews AS a1\nWHERE a1.book_id " + test.direct + "\nORDER BY a1.book_id"
			if strings.Contains(test.direct, roots) {
				// As many values are bound as for the others. Of a page only the key is read.
				head := strings.Replace(test.roots, "t.*", "t.id", 1)
				if name == valued {
					head = test.roots
				}
				want = "WITH denorm_roots AS (" + head + ")\n" + want
			}
			if got[1] != want {
				t.Errorf("without:\n%s\nwant\n%s", got[1], want)
			}
		})
	}
}

func byKeys(n int) func(composer) []string { return func(c composer) []string { return c.byKeys(n) } }

func page(w window) func(composer) []string { return func(c composer) []string { return c.page(w) } }
