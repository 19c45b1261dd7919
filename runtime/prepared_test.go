package denorm

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
)

// Many first calls at once must leave one prepared statement, not one each.
func TestStatementsArePreparedOnce(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	engine, err := Open(t.Context(), db, WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	cache := statementCache{engine: engine, sets: map[statementKind][]statement{}, composer: composer{
		dialect: SQLite, statements: Statements{Roots: Roots{Table: "sqlite_schema", Key: []string{"name"}}}, bound: []string{""},
	}}
	db.SetMaxOpenConns(1)
	only, err := db.Conn(t.Context()) // nobody can prepare until all want to
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			set, _, err := cache.get(t.Context(), statementKind{count: true})
			if err != nil {
				t.Error(err)
				return
			}
			var count int
			if err := set[0].stmt.QueryRow().Scan(&count); err != nil {
				t.Errorf("a statement in use is closed: %v", err)
			}
		})
	}
	for db.Stats().WaitCount < 20 {
		time.Sleep(time.Millisecond)
	}
	if err := only.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	if n := len(engine.prepared); n != 1 {
		t.Errorf("%d statements are kept", n)
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}
