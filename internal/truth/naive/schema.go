package naive

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
	Whole kind = iota
	double
	boolean
	text
	Code // a text whose collation ignores case, where the database has such a one
	moment
)

// Column is a column and where its random values come from.
type Column struct {
	Name     string
	Kind     kind
	Nullable bool
	// Values are what the column may hold; nil for a key or a reference to one, which take numbers of a
	// small range, or texts made of such.
	Values []any
	Refers string // the table whose keys it holds, for a reference
}

type Table struct {
	Name    string
	Key     []string // none for a bare join table
	Unique  string   // a further unique column, may be empty
	Columns []Column
}

// Column returns the column of a name.
func (t Table) Column(name string) Column {
	at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	return t.Columns[at]
}

// IsKey tells whether a column belongs to the key.
func (t Table) IsKey(name string) bool { return slices.Contains(t.Key, name) }

// Identity is a text that tells rows apart: the key, or all columns.
func (t Table) Identity(r Row) string {
	text := ""
	for _, name := range t.Identifying() {
		text += encode(r[name]) + ","
	}
	return text
}

// Identifying are the columns of the key, or all.
func (t Table) Identifying() []string {
	if len(t.Key) > 0 {
		return t.Key
	}
	var all []string
	for _, c := range t.Columns {
		all = append(all, c.Name)
	}
	return all
}

// Keyless is the table without its key: its rows are told apart by all columns.
func (t Table) Keyless() Table { return Table{Columns: t.Columns} }

func id(name string) Column       { return Column{Name: name, Kind: Whole} }
func number(name string) Column   { return Column{Name: name, Kind: Whole, Values: wholes()} }
func fraction(name string) Column { return Column{Name: name, Kind: double, Values: fractions()} }
func flag(name string) Column {
	return Column{Name: name, Kind: boolean, Values: []any{true, false, true}}
}
func words(name string) Column             { return Column{Name: name, Kind: text, Values: texts()} }
func date(name string) Column              { return Column{Name: name, Kind: moment, Values: moments()} }
func reference(name, to string) Column     { return Column{Name: name, Kind: Whole, Refers: to} }
func choice(name string, of ...any) Column { return Column{Name: name, Kind: text, Values: of} }

func (c Column) orNull() Column {
	c.Nullable = true
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

// Schema is what package models mirrors.
func Schema() []Table {
	codeOf := func(name, to string) Column { return Column{Name: name, Kind: Code, Refers: to} }
	return []Table{
		{Name: "regions", Key: []string{"code"}, Columns: []Column{{Name: "code", Kind: Code}, words("name")}},
		{Name: "publishers", Key: []string{"id"}, Unique: "slug", Columns: []Column{
			id("id"), words("name"), choice("slug", "s1", "S1", "s2", "s3", "s4").orNull(), codeOf("region_code", "regions").orNull(), number("rating").orNull(),
		}},
		{Name: "categories", Key: []string{"id"}, Columns: []Column{
			id("id"), words("name"), number("rank").orNull(), reference("parent_id", "categories").orNull(),
		}},
		{Name: "books", Key: []string{"id"}, Columns: []Column{
			id("id"), words("title"), fraction("price"), number("pages").orNull(), choice("status", "open", "draft", "Open", "DRAFT", "draft"),
			flag("in_print"), reference("publisher_id", "publishers").orNull(), choice("imprint_slug", "s1", "S1", "s2", "s3", "none").orNull(),
			reference("category_id", "categories").orNull(),
			{Name: "deleted_at", Kind: moment, Nullable: true, Values: []any{nil, nil, nil, nil, "2024-01-01 00:00:00.000", "2024-02-01 00:00:00.500"}},
		}},
		{Name: "chapters", Key: []string{"book_id", "number"}, Columns: []Column{
			reference("book_id", "books"), id("number"), words("title").orNull(), number("words"),
		}},
		{Name: "notes", Key: []string{"id"}, Columns: []Column{
			id("id"), reference("book_id", "books").orNull(), reference("chapter_no", "chapters").orNull(),
			choice("lang", "en", "EN", "de", "fr", "en"), {Name: "body", Kind: text, Nullable: true, Values: plainTexts()}, fraction("weight"),
		}},
		{Name: "authors", Key: []string{"id"}, Columns: []Column{
			id("id"), words("first_name"), words("last_name").orNull(), number("born").orNull(),
			codeOf("region_code", "regions").orNull(), reference("mentor_id", "authors").orNull(),
		}},
		{Name: "authorships", Key: []string{"id"}, Columns: []Column{
			id("id"), reference("book_id", "books"), reference("author_id", "authors").orNull(),
			choice("role", "author", "editor", "editor", "Editor"), number("position").orNull(),
		}},
		{Name: "profiles", Key: []string{"id"}, Columns: []Column{
			id("id"), reference("author_id", "authors"), words("bio").orNull(), flag("visible"),
		}},
		{Name: "tags", Key: []string{"id"}, Columns: []Column{id("id"), words("label"), number("weight")}},
		{Name: "book_tags", Columns: []Column{reference("book_id", "books").orNull(), reference("tag_id", "tags").orNull()}},
		{Name: "shelves", Key: []string{"room", "code"}, Columns: []Column{
			id("room"), {Name: "code", Kind: Code}, words("name"), number("capacity").orNull(),
		}},
		{Name: "placements", Key: []string{"room", "shelf_code", "book_id"}, Columns: []Column{
			reference("room", "shelves"), codeOf("shelf_code", "shelves"), reference("book_id", "books"), number("copies"), number("slot").orNull(),
		}},
		{Name: "shelf_links", Columns: []Column{
			reference("from_room", "shelves"), codeOf("from_code", "shelves"), reference("to_room", "shelves"),
			// In one spelling: a flattened key shows what the join table holds, and of two spellings which one is open.
			{Name: "to_code", Kind: Code, Nullable: true, Values: []any{"K1", "K2", "K3", "K4", "K5", "K6", "K7"}},
		}},
		{Name: "comments", Key: []string{"id"}, Columns: []Column{
			id("id"), choice("subject_type", "book", "book", "note", "profile", "profile", "pin", "Book"), reference("subject_id", "books").orNull(),
			reference("author_id", "authors").orNull(), words("text").orNull(), number("score"), flag("approved"), date("created_at"),
		}},
		{Name: "sales", Key: []string{"id"}, Columns: []Column{
			id("id"), reference("book_id", "books").orNull(), {Name: "kind", Kind: text, Values: []any{"web", "shop", "gift", "Gift"}},
			number("quantity"), {Name: "bundle", Kind: Whole, Values: []any{0, 1, 2, 3, -2, 7}}, fraction("unit_price"),
			fraction("discount").orNull(), date("sold_at"),
		}},
	}
}

// Dialect is how a database wants plain SQL.
type Dialect struct{ Driver string }

// DialectOf is the dialect of a pool.
func DialectOf(db *sqlx.DB) Dialect { return Dialect{db.DriverName()} }

// Quote quotes an identifier.
func (d Dialect) Quote(name string) string {
	if d.Driver == "mysql" {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

// ColumnType is how a column is declared.
func (d Dialect) ColumnType(c Column) string {
	types := map[string][]string{
		"pgx":     {"BIGINT", "DOUBLE PRECISION", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20)", "TIMESTAMP"},
		"mysql":   {"BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20) COLLATE utf8mb4_general_ci", "DATETIME(6)"},
		"sqlite":  {"INTEGER", "REAL", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20) COLLATE NOCASE", "DATETIME"},
		"sqlite3": {"INTEGER", "REAL", "BOOLEAN", "VARCHAR(60)", "VARCHAR(20) COLLATE NOCASE", "DATETIME"},
	}
	return types[d.Driver][c.Kind]
}

// Create makes the tables, empty.
func Create(t testing.TB, db *sqlx.DB) {
	t.Helper()
	d := DialectOf(db)
	for _, table := range Schema() {
		var parts []string
		for _, c := range table.Columns {
			part := d.Quote(c.Name) + " " + d.ColumnType(c)
			if !c.Nullable {
				part += " NOT NULL"
			}
			parts = append(parts, part)
		}
		if len(table.Key) > 0 {
			parts = append(parts, "PRIMARY KEY ("+d.List(table.Key)+")")
		}
		if table.Unique != "" {
			parts = append(parts, "UNIQUE ("+d.Quote(table.Unique)+")")
		}
		statements := []string{fmt.Sprintf("CREATE TABLE %s (%s)", d.Quote(table.Name), strings.Join(parts, ", "))}
		for _, c := range table.Columns {
			if c.Refers != "" {
				statements = append(statements, fmt.Sprintf("CREATE INDEX %s ON %s (%s)", d.Quote(table.Name+"_"+c.Name), d.Quote(table.Name), d.Quote(c.Name)))
			}
		}
		for _, statement := range statements {
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%v in\n%s", err, statement)
			}
		}
	}
}

// List quotes identifiers.
func (d Dialect) List(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = d.Quote(name)
	}
	return strings.Join(quoted, ", ")
}

// Bind numbers the question marks where the database wants that.
func (d Dialect) Bind(statement string) string {
	if d.Driver != "pgx" {
		return statement
	}
	return sqlx.Rebind(sqlx.DOLLAR, statement)
}
