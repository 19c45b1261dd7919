package sqltext_test

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
	"github.com/denormgen/denormgen/internal/testservers"
)

// TestLoadersRun prepends the rows of the batch, as the runtime does, and runs every loader.
func TestLoadersRun(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		dialect := dialectOf(db)
		d, err := sqltext.Lookup(dialect)
		if err != nil {
			t.Fatal(err)
		}
		c := collection(t)
		c.Roots.Table.Schema = ""
		c.Loaders[3].Select.From[1].On[0].In.Select.From[1].Table.Schema = ""
		statements, err := sqltext.Render(c, dialect)
		if err != nil {
			t.Fatal(err)
		}
		float := map[string]string{sqltext.SQLite: "REAL", sqltext.Postgres: "float8", sqltext.MySQL: "DOUBLE"}[dialect]
		for _, ddl := range []string{
			`"rows" ("id" INT, "tenant" INT, "title" TEXT, "publisher_id" INT, "created_at" TIMESTAMP NULL, "b" BOOLEAN, "n" INT)`,
			`"publishers" ("id" INT, "name" TEXT)`,
			`"covers" ("id" INT, "tenant" INT, "row_id" INT, "a""b` + "`" + `c" INT, "order" INT, "s" TEXT, "b" BOOLEAN, "c" BOOLEAN)`,
			`"reviews" ("id" INT, "row_id" INT, "b" BOOLEAN, "n" INT, "created_at" TIMESTAMP NULL, "text" TEXT)`,
			`"links" ("row_id" INT, "line_id" INT)`, `"lines" ("id" INT, "row_id" INT, "n" INT, "f" ` + float + `)`,
			`"row_authors" ("row_id" INT, "author_id" INT, "role" TEXT)`,
			`"authors" ("id" INT, "n" INT, "a" INT, "b" INT, "c" INT, "d" INT, "e" INT, "f" INT, "g" INT)`,
			`"tracks" ("id" INT, "tenant" INT)`, `"albums" ("track_id" INT, "tenant" INT, "row_id" INT)`, `"x" ("y" INT)`,
		} {
			if dialect == sqltext.MySQL {
				ddl = strings.NewReplacer(`"a""b`+"`"+`c"`, "`a\"b``c`", `"`, "`").Replace(ddl)
			}
			db.MustExec("CREATE TABLE " + ddl)
		}
		r := statements.Roots
		batch := "WITH denorm_roots AS (SELECT t.* FROM " + r.Table + " AS t WHERE (" + r.Filter + ") AND t." + r.Key[0] + " = 1)\n"
		for i, loader := range statements.Loaders {
			result, err := db.Queryx(batch + strings.ReplaceAll(loader, "denorm_keys", "1"))
			if err != nil {
				t.Errorf("loader %d: %v\n%s", i, err, loader)
				continue
			}
			if columns, err := result.Columns(); err != nil || len(columns) != len(c.Loaders[i].Select.Items) {
				t.Errorf("loader %d: %q, %v", i, columns, err)
			}
			_ = result.Close()
		}
		lowestRow(t, db, d)
	})
}

// lowestRow checks that a to-one relation is its lowest row by a composite key, and that NULLs sort as
// the plan says.
func lowestRow(t *testing.T, db *sqlx.DB, d sqltext.Dialect) {
	db.MustExec("CREATE TABLE roots (id INT)")
	db.MustExec("CREATE TABLE kids (a INT, b INT, n INT, root INT)")
	db.MustExec("INSERT INTO roots VALUES (1), (2), (3)")
	db.MustExec("INSERT INTO kids VALUES (2, 1, 5, 1), (1, 9, NULL, 1), (1, 8, 3, 1), (7, 7, 1, 2), (0, 0, NULL, 9)")
	table := model.Table{Name: "kids"}
	one := &plan.Select{
		Items: []plan.Item{column("t", "id"), column("k", "a"), column("k", "b")},
		From: []plan.Source{roots(), {Alias: "k", Table: &table, Left: true, On: []plan.Condition{
			equal("k", "root", "t", "id"),
			{Lowest: &plan.Lowest{Table: table, Alias: "l", Of: "k", Key: []string{"a", "b"}, On: []plan.Condition{equal("l", "root", "t", "id")}}},
		}}},
		Order: []plan.OrderTerm{{Ref: ref("t", "id")}},
	}
	total := &plan.Select{
		Items: []plan.Item{column("t", "id"), {Number: &plan.Number{Func: model.Sum, Value: parse(t, "N * 2", expr.WantNumber), Self: "k",
			From: []plan.Source{{Alias: "k", Table: &table}}, Where: []plan.Condition{equal("k", "root", "t", "id")}}}},
		From:  []plan.Source{roots()},
		Order: []plan.OrderTerm{{Ref: ref("t", "id")}},
	}
	sorted := func(nulls string, desc bool) *plan.Select {
		return &plan.Select{
			Items: []plan.Item{column("k", "n")},
			From:  []plan.Source{{Alias: "k", Table: &table}},
			Order: []plan.OrderTerm{{Ref: ref("k", "n"), Nullable: true, Nulls: nulls, Desc: desc}, {Ref: ref("k", "a")}},
		}
	}
	for _, test := range []struct {
		query *plan.Select
		want  string
	}{
		{one, "1 1 8; 2 7 7; 3 - -; "},
		{total, "1 16; 2 2; 3 0; "},
		{sorted("", false), "-; -; 1; 3; 5; "},
		{sorted("", true), "5; 3; 1; -; -; "},
		{sorted("first", false), "-; -; 1; 3; 5; "},
		{sorted("last", false), "1; 3; 5; -; -; "},
		{sorted("first", true), "-; -; 5; 3; 1; "},
		{sorted("last", true), "5; 3; 1; -; -; "},
	} {
		c := &plan.Collection{
			Roots:   plan.Roots{Table: model.Table{Name: "roots"}, Key: []string{"id"}},
			Loaders: []*plan.Loader{{Select: test.query}},
		}
		statements, err := sqltext.Render(c, d.Name())
		if err != nil {
			t.Fatal(err)
		}
		if got := content(t, db, "WITH denorm_roots AS (SELECT t.* FROM roots AS t)\n"+statements.Loaders[0]); got != test.want {
			t.Errorf("got %q, want %q\n%s", got, test.want, statements.Loaders[0])
		}
	}
}

func content(t *testing.T, db *sqlx.DB, query string) string {
	t.Helper()
	result, err := db.Queryx(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = result.Close() }()
	var b strings.Builder
	for result.Next() {
		columns, err := result.Columns()
		if err != nil {
			t.Fatal(err)
		}
		row := make([]*string, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := result.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range row {
			if i > 0 {
				b.WriteByte(' ')
			}
			if v == nil {
				b.WriteByte('-')
			} else {
				b.WriteString(*v)
			}
		}
		b.WriteString("; ")
	}
	return b.String()
}
