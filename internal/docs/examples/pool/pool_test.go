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

// TestRoots holds roots.sql, which the docs show, to what is sent.
func TestRoots(t *testing.T) {
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
	var got []string
	for _, query := range log.Entries() {
		head, _, _ := strings.Cut(query.SQL, "\n")
		if query.Path == "" && strings.HasPrefix(head, "WITH ") {
			got = append(got, head)
		}
	}
	want, err := os.ReadFile("roots.sql")
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(got, "\n") + "\n"; text != string(want) {
		t.Errorf("sent was\n%s", text)
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
