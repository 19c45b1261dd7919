package denormtest_test

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

// fill makes the tables of the bookstore.
func fill(t *testing.T, db *sqlx.DB) {
	t.Helper()
	for _, file := range []string{"schema.sql", "rows.sql"} {
		script, err := os.ReadFile("../../example/bookstore/store/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for statement := range strings.SplitSeq(string(script), ";\n") {
			if db.DriverName() == "pgx" {
				statement = strings.ReplaceAll(statement, "DATETIME", "TIMESTAMP")
			}
			if strings.TrimSpace(statement) != "" {
				execute(t, db, statement)
			}
		}
	}
}

func execute(t *testing.T, db *sqlx.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// open makes an engine that says nothing.
func open(t *testing.T, db *sqlx.DB, options ...denorm.Option) *denorm.Engine {
	t.Helper()
	engine, err := denorm.Open(t.Context(), db, append(options, denorm.WithLogger(slog.New(slog.DiscardHandler)))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

func install(t *testing.T, engine *denorm.Engine) {
	t.Helper()
	if err := engine.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// bookstore is the collection of books with its caches on.
func bookstore(t *testing.T, db *sqlx.DB, options ...denorm.Option) (*denorm.Engine, *models.Books) {
	t.Helper()
	fill(t, db)
	engine := open(t, db, options...)
	books := models.NewBooks(engine)
	install(t, engine)
	return engine, books
}
