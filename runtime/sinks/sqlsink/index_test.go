package sqlsink_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// The database uses each index for the expression that the page of the package names, also one that came later.
func TestIndexes(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		books := target("books", "0123", "author", "year", `it's "\`)
		served(t, newSink(t, db), nil, books)
		sink := newSink(t, db, sqlsink.Index("books", "author", "name"), sqlsink.Index("books", "year"), sqlsink.Index("books", `it's "\`))
		var documents []denorm.SinkDocument
		for n := range 1000 {
			documents = append(documents, document(1, fmt.Sprint(n), fmt.Sprintf(`{"author":{"name":"n%d"},"year":%d,"it's \"\\":"x%d"}`, n, n, n)))
		}
		for range 2 {
			must(t, sink.Prepare(t.Context(), books))
			must(t, sink.Put(t.Context(), books, documents))
		}
		if db.DriverName() == "pgx" {
			db.MustExec("ANALYZE")
		}
		for _, lookup := range []struct{ postgres, sqlite, mysql, value string }{
			{`document -> 'author' ->> 'name'`, `json_extract(document, '$."author"."name"')`, "by_author_name", "n7"},
			{`document ->> 'year'`, `json_extract(document, '$."year"')`, "by_year", "7"},
			{`document ->> 'it''s "\'`, `json_extract(document, '$."it''s \"\\"')`, "`by_it's \"\\`", "x7"},
		} {
			expression, explain := lookup.sqlite, "EXPLAIN QUERY PLAN "
			switch db.DriverName() {
			case "pgx":
				expression, explain = lookup.postgres, "EXPLAIN "
			case "mysql":
				expression, explain = lookup.mysql, "EXPLAIN "
			}
			value := "'" + lookup.value + "'"
			if lookup.value == "7" && strings.HasPrefix(db.DriverName(), "sqlite") {
				value = "7"
			}
			query := "SELECT id FROM doc_books WHERE " + expression + " = " + value
			var ids []string
			must(t, db.Select(&ids, query))
			if len(ids) != 1 || ids[0] != "7" {
				t.Errorf("%s found %q, want 7", query, ids)
			}
			if plan := explained(t, db, explain+query); !strings.Contains(plan, "_by_") && !strings.Contains(plan, " by_") {
				t.Errorf("%s does not use the index: %s", query, plan)
			}
		}
	})
}

// explained is all that a plan says.
func explained(t *testing.T, db *sqlx.DB, query string) string {
	t.Helper()
	rows, err := db.Queryx(query)
	must(t, err)
	defer rows.Close()
	var text strings.Builder
	for rows.Next() {
		cells, err := rows.SliceScan()
		must(t, err)
		for _, cell := range cells {
			if raw, ok := cell.([]byte); ok {
				cell = string(raw)
			}
			fmt.Fprint(&text, " ", cell)
		}
	}
	must(t, rows.Err())
	return text.String()
}
