package plans

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
)

// planBooks is how many books the bookstore has whose plans are looked at.
const planBooks = 20_000

// bigTables have at least half as many rows as there are books; a planner may well read a smaller one whole.
func bigTables() []string {
	return []string{"books", "book_infos", "book_authors", "book_tags", "chapters", "reviews", "author_links"}
}

// fillBookstore makes the example's bookstore, with planBooks books, and statistics if they are wanted.
func fillBookstore(t *testing.T, db *sqlx.DB, analyze bool) {
	t.Helper()
	schema, err := os.ReadFile("../../example/bookstore/store/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	driver := db.DriverName()
	exec := func(statement string) {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in\n%s", err, statement)
		}
	}
	text := string(schema)
	if driver == "pgx" {
		text = strings.ReplaceAll(text, "DATETIME", "TIMESTAMP")
	}
	for statement := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(statement) != "" {
			exec(statement)
		}
	}
	const n, publishers, authors, tags, categories = planBooks, planBooks / 50, planBooks / 4, planBooks / 10, planBooks / 20
	for _, table := range []struct {
		name   string
		rows   int
		values string // of row i, the first being 1
	}{
		{"publishers", publishers, `i, 'Publisher', 'City'`},
		{"publisher_links", 2 * publishers, fmt.Sprintf(`i, i %% %d + 1, 'https://', i %% 7`, publishers)},
		{"categories", categories, `i, 'Category', CASE WHEN i > 200 THEN i * 7919 % (i - 1) + 1 END`},
		{"tags", tags, `i, 'Tag'`},
		{"authors", authors, `i, 'First', 'Last'`},
		{"author_links", 2 * authors, fmt.Sprintf(`i, i * 13 %% %d + 1, 'https://', i %% 7`, authors)},
		{"books", n, fmt.Sprintf(`i, 'The Title', 'ISBN', i %% 9999, i * 7919 %% %d + 1, i * 104729 %% %d + 1, {2020-01-01 00:00:00},
			CASE WHEN i %% 20 = 0 THEN {2021-01-01 00:00:00} END`, publishers, categories)},
		{"book_infos", n / 2, `i, 2 * i, i % 900, 'en', 'In short: a book'`},
		{"chapters", 4 * n, fmt.Sprintf(`i, i %% %d + 1, i %% 11, 'Chapter'`, n)},
		{"reviews", 6 * n, fmt.Sprintf(`i, i %% %d + 1, i %% 5 + 1, 'A few words about the book', i %% 7 <> 0, {2022-01-01 00:00:00}`, n)},
		{"book_authors", 2 * n, fmt.Sprintf(`i, i %% %d + 1, i * 7919 %% %d + 1, 'author', i %% 3`, n, authors)},
		{"book_tags", 3 * n, fmt.Sprintf(`i %% %d + 1, (i * 31 + (i - i %% %d) / %d) %% %d + 1`, n, n, n, tags)},
		{"publisher_tags", publishers, `i, i`},
	} {
		values := table.values
		if strings.HasPrefix(driver, "sqlite") {
			values = strings.ReplaceAll(values, "{", "'")
		}
		values = strings.NewReplacer("{", "TIMESTAMP '", "}", "'").Replace(values)
		exec(fmt.Sprintf("INSERT INTO %s SELECT %s FROM %s", table.name, values, testservers.Numbers(driver, table.rows)))
		if analyze && driver == "mysql" {
			exec("ANALYZE TABLE " + table.name)
		}
	}
	if analyze && driver != "mysql" {
		exec("ANALYZE")
	}
}
