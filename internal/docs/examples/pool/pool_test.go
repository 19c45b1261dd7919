package pool_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/docs/examples/pool"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

func TestTitles(t *testing.T) {
	dsn := testservers.PostgresDSN(t)
	fill(t, dsn)
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) { titles(t, dsn+" default_query_exec_mode="+mode) })
	}
}

// TestKeys holds roots.sql and keys.sql, which the docs show, to what is sent.
func TestKeys(t *testing.T) {
	dsn := testservers.PostgresDSN(t)
	fill(t, dsn)
	engine, err := denorm.Open(t.Context(), sqlx.MustConnect("pgx", dsn))
	if err != nil {
		t.Fatal(err)
	}
	log := engine.QueryLog()
	log.Start()
	books := models.NewBooks(engine)
	if _, err := books.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := books.GetMany(t.Context(), []int64{1, 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := books.Page(t.Context(), 2, denorm.After(1)); err != nil {
		t.Fatal(err)
	}
	for file, part := range map[string]struct{ path, line string }{"roots.sql": {"", "WITH "}, "keys.sql": {"Chapters", "WHERE "}} {
		var got strings.Builder
		for _, query := range log.Entries() {
			for line := range strings.Lines(query.SQL) {
				if query.Path == part.path && strings.HasPrefix(line, part.line) {
					got.WriteString(line)
				}
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s: sent was\n%s", file, &got)
		}
	}
}

func titles(t *testing.T, dsn string) {
	t.Helper()
	connections, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer connections.Close()
	got, err := pool.Titles(t.Context(), connections)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"The Salt Road", "Nine Lamps", "A Handbook of Small Telescopes", "Letters from the Ice"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := connections.Ping(t.Context()); err != nil {
		t.Errorf("the pool is closed: %v", err)
	}
}

// fill makes the bookstore's tables and rows.
func fill(t *testing.T, dsn string) {
	t.Helper()
	connections, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer connections.Close()
	for _, script := range []string{"schema.sql", "rows.sql"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "example", "bookstore", "store", script))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := connections.Exec(t.Context(), strings.ReplaceAll(string(text), "DATETIME", "TIMESTAMP")); err != nil {
			t.Fatal(err)
		}
	}
}
