package truth

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
)

// kind says what a column holds.
type kind int

const (
	whole kind = iota
	double
	boolean
	text
	code // a text whose collation ignores case, where the database has such a one
	moment
)

// column is a column and where its random values come from.
type column struct {
	name     string
	kind     kind
	nullable bool
	// values are what the column may hold; nil for a key or a reference to one, which take numbers of a
	// small range, or texts made of such.
	values []any
	refers string // the table whose keys it holds, for a reference
}

type table struct {
	name    string
	key     []string // none for a bare join table
	unique  string   // a further unique column, may be empty
	columns []column
}

func (t table) column(name string) column {
	at := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
	return t.columns[at]
}

func (t table) isKey(name string) bool { return slices.Contains(t.key, name) }

func id(name string) column       { return column{name: name, kind: whole} }
func number(name string) column   { return column{name: name, kind: whole, values: wholes()} }
func fraction(name string) column { return column{name: name, kind: double, values: fractions()} }
func flag(name string) column {
	return column{name: name, kind: boolean, values: []any{true, false, true}}
}
func words(name string) column             { return column{name: name, kind: text, values: texts()} }
func date(name string) column              { return column{name: name, kind: moment, values: moments()} }
func reference(name, to string) column     { return column{name: name, kind: whole, refers: to} }
func choice(name string, of ...any) column { return column{name: name, kind: text, values: of} }

func (c column) orNull() column {
	c.nullable = true
	return c
}

func wholes() []any { return []any{0, 1, 2, 3, 3, 4, 7, -1, -2, -13, 1200, 2_000_000_000} }

// fractions have exact sums and products.
func fractions() []any {
	return []any{0.0, 0.125, 1.0, 1.5, 2.25, 5.0, 7.5, -0.5, -3.75, 1024.0, 99.875}
}

func texts() []any {
	return []any{
		"", "A", "a", "Ab", "ab", "a ", "a  ", " a", "B", "b", "Z", "ä", "Ä", "é", "E", "zé", "ß", "日本", "😀", "a\tb",
		"O'Hara", `back\slash`, `"quoted"`, "100%", "under_score", "<b>&", "a much longer text than the others",
	}
}

func moments() []any {
	return []any{
		"2024-01-01 00:00:00.000", "2024-02-01 00:00:00.000", "2024-02-01 00:00:00.500", "2024-01-31 23:59:59.999",
		"1999-12-31 12:00:00.000", "2038-01-19 03:14:08.000", "2024-02-29 10:20:30.250",
	}
}

// kinds are texts that MAX may compare: none that differ in trailing spaces only.
func plainTexts() []any { return []any{"", "A", "a", "b", "B", "é", "Zz", "日本", "en"} }

func schema() []table {
	codeOf := func(name, to string) column { return column{name: name, kind: code, refers: to} }
	return []table{
		{name: "regions", key: []string{"code"}, columns: []column{{name: "code", kind: code}, words("name")}},
		{name: "publishers", key: []string{"id"}, unique: "slug", columns: []column{
			id("id"), words("name"), choice("slug", "s1", "S1", "s2", "s3", "s4").orNull(), codeOf("region_code", "regions").orNull(), number("rating").orNull(),
		}},
		{name: "categories", key: []string{"id"}, columns: []column{
			id("id"), words("name"), number("rank").orNull(), reference("parent_id", "categories").orNull(),
		}},
		{name: "books", key: []string{"id"}, columns: []column{
			id("id"), words("title"), fraction("price"), number("pages").orNull(), choice("status", "open", "draft", "Open", "DRAFT", "draft"),
			flag("in_print"), reference("publisher_id", "publishers").orNull(), choice("imprint_slug", "s1", "S1", "s2", "s3", "none").orNull(),
			reference("category_id", "categories").orNull(),
			{name: "deleted_at", kind: moment, nullable: true, values: []any{nil, nil, nil, nil, "2024-01-01 00:00:00.000", "2024-02-01 00:00:00.500"}},
		}},
		{name: "chapters", key: []string{"book_id", "number"}, columns: []column{
			reference("book_id", "books"), id("number"), words("title").orNull(), number("words"),
		}},
		{name: "notes", key: []string{"id"}, columns: []column{
			id("id"), reference("book_id", "books").orNull(), reference("chapter_no", "chapters").orNull(),
			choice("lang", "en", "EN", "de", "fr", "en"), {name: "body", kind: text, nullable: true, values: plainTexts()}, fraction("weight"),
		}},
		{name: "authors", key: []string{"id"}, columns: []column{
			id("id"), words("first_name"), words("last_name").orNull(), number("born").orNull(),
			codeOf("region_code", "regions").orNull(), reference("mentor_id", "authors").orNull(),
		}},
		{name: "authorships", key: []string{"id"}, columns: []column{
			id("id"), reference("book_id", "books"), reference("author_id", "authors").orNull(),
			choice("role", "author", "editor", "editor", "Editor"), number("position").orNull(),
		}},
		{name: "profiles", key: []string{"id"}, columns: []column{
			id("id"), reference("author_id", "authors"), words("bio").orNull(), flag("visible"),
		}},
		{name: "tags", key: []string{"id"}, columns: []column{id("id"), words("label"), number("weight")}},
		{name: "book_tags", columns: []column{reference("book_id", "books").orNull(), reference("tag_id", "tags").orNull()}},
		{name: "shelves", key: []string{"room", "code"}, columns: []column{
			id("room"), {name: "code", kind: code}, words("name"), number("capacity").orNull(),
		}},
		{name: "placements", key: []string{"room", "shelf_code", "book_id"}, columns: []column{
			reference("room", "shelves"), codeOf("shelf_code", "shelves"), reference("book_id", "books"), number("copies"), number("slot").orNull(),
		}},
		{name: "shelf_links", columns: []column{
			reference("from_room", "shelves"), codeOf("from_code", "shelves"), reference("to_room", "shelves"),
			// In one spelling: a flattened key shows what the join table holds, and of two spellings which one is open.
			{name: "to_code", kind: code, nullable: true, values: []any{"K1", "K2", "K3", "K4", "K5", "K6", "K7"}},
		}},
		{name: "comments", key: []string{"id"}, columns: []column{
			id("id"), choice("subject_type", "book", "book", "note", "profile", "profile", "pin", "Book"), reference("subject_id", "books").orNull(),
			reference("author_id", "authors").orNull(), words("text").orNull(), number("score"), flag("approved"), date("created_at"),
		}},
		{name: "sales", key: []string{"id"}, columns: []column{
			id("id"), reference("book_id", "books").orNull(), {name: "kind", kind: text, values: []any{"web", "shop", "gift", "Gift"}},
			number("quantity"), {name: "bundle", kind: whole, values: []any{0, 1, 2, 3, -2, 7}}, fraction("unit_price"),
			fraction("discount").orNull(), date("sold_at"),
		}},
	}
}

// dialect is how a database wants plain SQL.
type dialect struct{ driver string }

func (d dialect) quote(name string) string {
	if d.driver == "mysql" {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

func (d dialect) columnType(c column) string {
	types := map[string][]string{
		"pgx":     {"BIGINT", "DOUBLE PRECISION", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20)", "TIMESTAMP"},
		"mysql":   {"BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20) COLLATE utf8mb4_general_ci", "DATETIME(6)"},
		"sqlite":  {"INTEGER", "REAL", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20) COLLATE NOCASE", "DATETIME"},
		"sqlite3": {"INTEGER", "REAL", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20) COLLATE NOCASE", "DATETIME"},
	}
	return types[d.driver][c.kind]
}

func create(t *testing.T, db *sqlx.DB) {
	t.Helper()
	d := dialect{db.DriverName()}
	for _, table := range schema() {
		var parts []string
		for _, c := range table.columns {
			part := d.quote(c.name) + " " + d.columnType(c)
			if !c.nullable {
				part += " NOT NULL"
			}
			parts = append(parts, part)
		}
		if len(table.key) > 0 {
			parts = append(parts, "PRIMARY KEY ("+d.list(table.key)+")")
		}
		if table.unique != "" {
			parts = append(parts, "UNIQUE ("+d.quote(table.unique)+")")
		}
		statements := []string{fmt.Sprintf("CREATE TABLE %s (%s)", d.quote(table.name), strings.Join(parts, ", "))}
		for _, c := range table.columns {
			if c.refers != "" {
				statements = append(statements, fmt.Sprintf("CREATE INDEX %s ON %s (%s)", d.quote(table.name+"_"+c.name), d.quote(table.name), d.quote(c.name)))
			}
		}
		for _, statement := range statements {
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%v in\n%s", err, statement)
			}
		}
	}
}

func (d dialect) list(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = d.quote(name)
	}
	return strings.Join(quoted, ", ")
}

// bind numbers the question marks where the database wants that.
func (d dialect) bind(statement string) string {
	if d.driver != "pgx" {
		return statement
	}
	return sqlx.Rebind(sqlx.DOLLAR, statement)
}
