package cli

import (
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/capture"
)

const bookstore = "../../example/bookstore/models"

// TestSQLOfAggregates prints the plan of an aggregate, which has no table and no trigger.
func TestSQLOfAggregates(t *testing.T) {
	dir := module(t, map[string]string{"index.go": tagIndex, "shop.go": shop})
	result, err := gen.Run(t.Context(), gen.Options{Dir: dir})
	if err != nil || result.Report.HasErrors() {
		t.Fatal(err, result.Report.Sorted())
	}
	plans := capturePlans(result, "sqlite")
	want := capture.Plan{
		Collection: "book_tags", Shape: result.Plans[0].Aggregates[0].Shape, Exact: true, Of: []string{"books"}, Keys: []string{"default"},
	}
	if diff := cmp.Diff(want, plans[len(plans)-1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	denormgen(t, dir, "sql", "--dialect", "sqlite").wants(t, 0, `"of":["books"],"keys":["default"]`, "sql-unseen")
}

// TestSQLLeavesInstallNothing runs what is printed for the bookstore, in every form, and then the program.
func TestSQLLeavesInstallNothing(t *testing.T) {
	for _, form := range []string{layoutPlain, layoutGoose, layoutMigrate} {
		t.Run(form, func(t *testing.T) {
			ctx := t.Context()
			dir := t.TempDir()
			file := filepath.Join(dir, "bookstore.db")
			db, err := store.Create(ctx, file)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			out := denormgen(t, bookstore, "sql", "-dialect", "sqlite", "-format="+form, "-dsn", file, "-out", filepath.Join(dir, "sql"))
			out.wants(t, 0, "", "")
			up, down := migration(t, form, filepath.Join(dir, "sql"))
			execute(t, db.DB, up...)
			execute(t, db.DB, up...) // it may be repeated
			printed, err := capture.Plans(ctx, db)
			if err != nil {
				t.Fatal(err)
			}
			before := schema(t, db.DB)

			var logged strings.Builder
			engine, err := denorm.Open(ctx, db, denorm.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
			if err != nil {
				t.Fatal(err)
			}
			defer engine.Close()
			models.NewBooks(engine)
			models.NewBookCards(engine)
			models.NewShelves(engine)
			models.NewPublishers(engine)
			models.NewTagIndex(engine)
			models.NewFigures(engine)
			if err := engine.Install(ctx); err != nil {
				t.Fatal(err)
			}
			if after := schema(t, db.DB); after != before || strings.Contains(logged.String(), "installed") {
				t.Errorf("Install defined something after the script: %s\n%s", cmp.Diff(before, after), logged.String())
			}
			stored, err := capture.Plans(ctx, db)
			if err != nil {
				t.Fatal(err)
			}
			if len(printed) != 6 {
				t.Errorf("%d plans", len(printed))
			}
			for i := range stored {
				stored[i].SeenAt = printed[i].SeenAt
			}
			if diff := cmp.Diff(printed, stored); diff != "" {
				t.Errorf("the plans differ (-printed +stored):\n%s", diff)
			}
			if err := engine.Close(); err != nil {
				t.Fatal(err)
			}
			execute(t, db.DB, down...)
			if left := schema(t, db.DB); strings.Contains(left, "denorm") {
				t.Errorf("down leaves %s", left)
			}
		})
	}
}

// migration reads what was written, as the tool would cut it.
func migration(t *testing.T, form, dir string) (up, down []string) {
	t.Helper()
	read := func(name string) string {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	switch form {
	case layoutGoose:
		content := read("00001_denorm.sql")
		at := strings.Index(content, "-- +goose Down")
		return goose(content[:at]), goose(content[at:])
	case layoutMigrate:
		return []string{read("001_denorm.up.sql")}, []string{read("001_denorm.down.sql")}
	default:
		return []string{read("denorm.up.sql")}, []string{read("denorm.down.sql")}
	}
}

// goose cuts one direction into statements by the rules of goose.
func goose(content string) []string {
	var list []string
	var text strings.Builder
	whole := false
	for line := range strings.Lines(content) {
		switch bare := strings.TrimSpace(line); {
		case bare == "-- +goose StatementBegin":
			whole = true
			continue
		case bare == "-- +goose StatementEnd":
			whole = false
		case text.Len() == 0 && (bare == "" || strings.HasPrefix(bare, "--")):
			continue
		default:
			text.WriteString(line)
			if whole || !strings.HasSuffix(regexp.MustCompile(`\s--.*`).ReplaceAllString(bare, ""), ";") {
				continue
			}
		}
		list = append(list, strings.TrimSpace(text.String()))
		text.Reset()
	}
	return append(list, strings.Fields(text.String())...)
}

func execute(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in\n%s", err, statement)
		}
	}
}

// schema is all that is defined in an SQLite database.
func schema(t *testing.T, db *sql.DB) string {
	t.Helper()
	var text string
	err := db.QueryRowContext(t.Context(), "SELECT group_concat(type || ' ' || name || ' ' || coalesce(sql, ''), x'0a') FROM sqlite_master").Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestSQLOnServers runs the migrations on real servers and lets Install look at the result.
func TestSQLOnServers(t *testing.T) {
	dir := module(t, map[string]string{"shop.go": shop})
	tables := []string{
		"CREATE TABLE publishers (id BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL, secret VARCHAR(100) NOT NULL)",
		"CREATE TABLE books (id BIGINT PRIMARY KEY, title VARCHAR(100) NOT NULL, publisher_id BIGINT REFERENCES publishers (id) ON DELETE CASCADE)",
		"CREATE TABLE authors (id BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL)",
		"CREATE TABLE book_authors (book_id BIGINT NOT NULL, author_id BIGINT NOT NULL, PRIMARY KEY (book_id, author_id))",
	}
	for _, server := range []struct {
		dialect capture.Dialect
		driver  string
		dsn     func(t *testing.T) string
	}{
		{capture.Postgres, "pgx", func(t *testing.T) string { return testservers.PostgresDSN(t) }},
		{capture.MySQL, "mysql", func(t *testing.T) string { return testservers.MySQLDSN(t) }},
	} {
		t.Run(string(server.dialect), func(t *testing.T) {
			dsn := server.dsn(t)
			db, err := sql.Open(server.driver, dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			execute(t, db, tables...)
			result, err := gen.Run(t.Context(), gen.Options{Dir: dir, Dialects: []string{string(server.dialect)}})
			if err != nil || result.Report.HasErrors() {
				t.Fatal(err, result.Report.Sorted())
			}
			plans := capturePlans(result, string(server.dialect))
			target := t.TempDir()
			denormgen(t, dir, "sql", "--dialect", string(server.dialect), "--format=goose", "--dsn", dsn, "--out", target).wants(t, 0, "", "")
			up, down := migration(t, layoutGoose, target)
			execute(t, db, up...)
			done, err := capture.Install(t.Context(), db, server.dialect, "default", plans, capture.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(done.Created)+len(done.Dropped)+len(done.New)+len(done.Concerned) > 0 {
				t.Errorf("Install did something after the script: %+v", done)
			}
			other := capture.Plan{Collection: "others", Shape: "1", Table: capture.Table{Name: "publishers"}, Key: []string{"id"}, Depends: []capture.Dependency{{
				Table: capture.Table{Name: "publishers"}, Columns: []string{"secret"}, From: []string{"id"}, Roots: "SELECT c.v1 AS k1 FROM denorm_changed AS c",
			}}}
			if _, err := capture.Install(t.Context(), db, server.dialect, "other", []capture.Plan{other}, capture.Options{}); err != nil {
				t.Fatal(err)
			}
			// Others are there now, and are heeded.
			printed := denormgen(t, dir, "sql", "--dialect", string(server.dialect), "--format=goose", "--dsn", dsn)
			printed.wants(t, 0, "-- +goose Up", "")
			content, _, _ := strings.Cut(printed.stdout, "-- +goose Down")
			execute(t, db, goose(content)...)
			done, err = capture.Install(t.Context(), db, server.dialect, "default", plans, capture.Options{})
			if err != nil || len(done.Created)+len(done.Dropped)+len(done.New)+len(done.Concerned) > 0 {
				t.Errorf("Install did something after the second script: %+v, %v", done, err)
			}
			execute(t, db, down...)
		})
	}
}
