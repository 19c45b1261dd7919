package sqltext_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
	"github.com/denormgen/denormgen/internal/testservers"
)

// depends has a root, a link to it with two columns, and what lies behind the link.
func depends(t testing.TB) []*plan.Dependency {
	rows, links := model.Table{Schema: "public", Name: "rows"}, model.Table{Name: "links"}
	lines, notes := model.Table{Name: "lines"}, model.Table{Name: `no"te` + "`s"}
	filter := parse(t, `B || N > 3`, expr.WantBool)
	role := parse(t, `S == "editor" && in(U, "a", "b") && B`, expr.WantBool)
	toRow := plan.Hop{From: links, FromColumns: []string{"row_id", "tenant"}, To: rows, ToColumns: []string{"id", "tenant"}, Filter: filter}
	toLink := plan.Hop{
		From: lines, FromColumns: []string{"id"}, To: links, ToColumns: []string{"line_id"}, Filter: role,
		Pair: parse(t, `through.Role != S`, expr.WantBool),
	}
	toLine := plan.Hop{From: notes, FromColumns: []string{"line_id"}, To: lines, ToColumns: []string{"id"}}
	return []*plan.Dependency{
		{Table: rows, Columns: []string{"id", "tenant"}, Reason: plan.Linked, Guard: filter, From: []string{"id", "tenant"}},
		{Table: rows, Columns: []string{"title"}, Path: "Lines (reference)", Reason: plan.Shown, Guard: filter, From: []string{"id", "tenant"}},
		{Table: links, Columns: []string{"line_id", "row_id"}, Path: "Lines (link)", Reason: plan.Linked, Guard: role,
			From: []string{"row_id", "tenant"}, Hops: []plan.Hop{toRow}},
		{Table: lines, Columns: []string{"id"}, Path: "Lines", Reason: plan.Linked, From: []string{"id"}, Hops: []plan.Hop{toLink, toRow}},
		{Table: notes, Columns: []string{"text"}, Path: "Lines.Notes", Reason: plan.Shown, From: []string{"line_id"},
			Hops: []plan.Hop{toLine, toLink, toRow}},
		{Table: model.Table{Name: "a_view"}, View: true, Columns: []string{"x"}, From: []string{"x"}, Hops: []plan.Hop{toRow}},
	}
}

func TestDependErrors(t *testing.T) {
	rows := model.Table{Name: "rows"}
	for name, d := range map[string]*plan.Dependency{
		"leads nowhere": {Table: rows, From: []string{"a", "b"}},
		"no columns":    {Table: rows, From: []string{"a"}, Hops: []plan.Hop{{From: rows, To: rows}}},
		"is no name":    {Table: rows, From: []string{"a"}, Hops: []plan.Hop{{From: rows, FromColumns: []string{"a"}, To: rows, ToColumns: []string{""}}}},
	} {
		c := &plan.Collection{Roots: plan.Roots{Table: rows, Key: []string{"id"}}, Depends: []*plan.Dependency{d}}
		if _, err := sqltext.Render(c, sqltext.SQLite); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want an error with %q, got %v", name, err)
		}
	}
}

// guard is the text of a condition on OLD.
func guard(t *testing.T, dialect string, e expr.Expr) string {
	t.Helper()
	rows := model.Table{Name: "rows_t"}
	statements, err := sqltext.Render(&plan.Collection{
		Roots:   plan.Roots{Table: rows, Key: []string{"id"}},
		Depends: []*plan.Dependency{{Table: rows, Columns: []string{"id"}, From: []string{"id"}, Guard: e}},
	}, dialect)
	if err != nil {
		t.Fatal(err)
	}
	return statements.Depends[0].Old
}

// admitted are the rows of which a guard is not definitely false, as the trigger asks.
func admitted(t *testing.T, db querier, from, guard string) []bool {
	t.Helper()
	var got []bool
	query := "SELECT CASE WHEN (" + guard + ") IS NOT FALSE THEN 1 ELSE 0 END = 1 FROM " + from + " AS OLD ORDER BY OLD.id"
	if err := db.Select(&got, query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got
}

// TestGuardsAdmit asks every database what the guards say of every row: never false where the meaning is
// true or unknown, and false wherever it is false, but for PostgreSQL about texts that differ in case only.
func TestGuardsAdmit(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		dialect := dialectOf(db)
		list := rows()
		fill(t, db, dialect, list)
		for _, src := range predicates() {
			e := parse(t, src, expr.WantBool)
			sql := guard(t, dialect, e)
			got := admitted(t, db, "rows_t", sql)
			texts := slices.ContainsFunc(expr.Columns(e), func(c *expr.Column) bool { return c.Type == expr.Text })
			for i, row := range list {
				v := evaluate(t, e, row)
				may := v.null || v.b
				if may && !got[i] || !may && got[i] && (dialect != sqltext.Postgres || !texts) {
					t.Errorf("%s\n%s\nadmits: %t %s, which is %s", src, sql, got[i], describe(row), shown(v))
					break
				}
			}
		}
	})
}

// TestGuardsOfExtensions holds that a type of an extension, whose operators a trigger's search path hides, is
// not judged otherwise than in the loaders, and that plain texts are still told apart.
func TestGuardsOfExtensions(t *testing.T) {
	db := testservers.Postgres(t)
	if _, err := db.Exec("CREATE EXTENSION citext"); err != nil {
		t.Skipf("citext: %v", err)
	}
	db.MustExec("CREATE TYPE mood AS ENUM ('a', 'b')")
	for _, columnType := range []string{"citext", "text", "varchar(9)", "char(9)", "mood"} {
		t.Run(columnType, func(t *testing.T) {
			db.MustExec("DROP TABLE IF EXISTS rows_t")
			db.MustExec(fmt.Sprintf("CREATE TABLE rows_t (id INT, s %s)", columnType))
			db.MustExec("INSERT INTO rows_t VALUES (1, 'a'), (2, 'b'), (3, NULL)")
			if columnType != "mood" {
				db.MustExec("INSERT INTO rows_t VALUES (4, 'A'), (5, 'B')")
			}
			for _, src := range []string{`S == "a"`, `S != "a"`, `in(S, "a", "b")`, `!in(S, "a")`, `S == "a" || S == nil`, `!(S == "b")`} {
				e := parse(t, src, expr.WantBool)
				var shows []bool
				if err := db.Select(&shows, "SELECT COALESCE("+sqltext.Expr(sqltext.Postgres, e, "t", "")+", false) FROM rows_t AS t ORDER BY t.id"); err != nil {
					t.Fatal(err)
				}
				got := narrow(t, db, guard(t, sqltext.Postgres, e))
				for i := range shows {
					if shows[i] && !got[i] {
						t.Errorf("%s: row %d shows but is not admitted", src, i+1)
					}
				}
				if src == `S == "a"` && got[1] {
					t.Errorf("%s admits b", src)
				}
			}
		})
	}
}

// narrow is admitted under the search path of a trigger.
func narrow(t *testing.T, db *sqlx.DB, guard string) []bool {
	t.Helper()
	conn, err := db.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "SET search_path = pg_catalog, pg_temp"); err != nil {
		t.Fatal(err)
	}
	defer conn.ExecContext(t.Context(), "RESET search_path")
	return admitted(t, session{conn}, "public.rows_t", guard)
}
