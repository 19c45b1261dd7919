package denorm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// Poolers between pgx and PostgreSQL need other modes than its default; replicas only read.
func TestPostgresConnections(t *testing.T) {
	for _, setting := range []string{
		"default_query_exec_mode=simple_protocol", "default_query_exec_mode=exec", "default_query_exec_mode=describe_exec",
		"default_query_exec_mode=cache_describe", "default_query_exec_mode=cache_statement",
		"default_transaction_read_only=on", "default_transaction_isolation=serializable",
	} {
		t.Run(setting, func(t *testing.T) {
			dsn := testservers.PostgresDSN(t)
			setup := connect(t, "pgx", dsn)
			execute(t, setup, bookTables...)
			execute(t, setup,
				`CREATE TABLE words (id text PRIMARY KEY, name text)`, `INSERT INTO words VALUES ('a''b\', 'x'), ('{', 'y')`,
				`CREATE TABLE blobs (id bytea PRIMARY KEY, name text)`, `INSERT INTO blobs VALUES ('\x0102', 'x'), ('\x0202', 'y')`,
				`CREATE TABLE days (id timestamptz PRIMARY KEY, name text)`, `INSERT INTO days VALUES ('2024-01-01Z', 'x'), ('2024-01-02Z', 'y')`,
				`CREATE TABLE items (tenant text, id smallint, name text, PRIMARY KEY (tenant, id))`,
				`INSERT INTO items VALUES ('a', -1, 'x'), ('b', 2, 'y')`)

			db := connect(t, "pgx", dsn+" "+setting)
			exercise(t.Context(), t, db, books(t, db))
			engine := open(t, db)
			day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
			getTwo(t, denorm.Register(engine, words()), `a'b\`, "{", "absent")
			getTwo(t, denorm.Register(engine, items("blobs", []string{"id"},
				func(args []any, key [2]byte) []any { return append(args, key[:]) },
				func(row denorm.Row) [2]byte { return [2]byte(row.Bytes(0)) })),
				[2]byte{1, 2}, [2]byte{2, 2}, [2]byte{})
			getTwo(t, denorm.Register(engine, items("days", []string{"id"},
				func(args []any, key time.Time) []any { return append(args, key) }, func(row denorm.Row) time.Time { return row.Time(0) })),
				day, day.AddDate(0, 0, 1), day.Add(time.Hour))
			getTwo(t, denorm.Register(engine, tenantItems()), TenantKey{"a", -1}, TenantKey{"b", 2}, TenantKey{"a", 1 << 20})
		})
	}
}

func TestMySQLConnections(t *testing.T) {
	for _, settings := range []string{
		"interpolateParams=true", "parseTime=true&loc=Asia%2FTokyo", "tx_read_only=1", "tx_isolation='READ-UNCOMMITTED'",
		"interpolateParams=true&sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
	} {
		t.Run(settings, func(t *testing.T) {
			dsn := testservers.MySQLDSN(t)
			setup := connect(t, "mysql", dsn)
			execute(t, setup, bookTables...)
			execute(t, setup, `CREATE TABLE words (id VARCHAR(100) PRIMARY KEY, name VARCHAR(100))`)
			for _, word := range []string{`a'b\`, `\"`} {
				if _, err := setup.Exec(`INSERT INTO words VALUES (?, 'x')`, word); err != nil {
					t.Fatal(err)
				}
			}
			db := connect(t, "mysql", dsn+"?"+settings)
			exercise(t.Context(), t, db, books(t, db))
			words := denorm.Register(open(t, db), words())
			getTwo(t, words, `a'b\`, `\"`, "\xff")
			if docs, err := words.Load(t.Context(), db, `\"`, strings.Repeat(`\`, 9)); err != nil || docs[0] == nil || docs[1] != nil {
				t.Errorf("Load: %v, %v", docs, err)
			}
		})
	}
}

// getTwo expects the first two keys to be there and the third not to be.
func getTwo[K comparable](t *testing.T, c *denorm.Collection[K, itemDoc[K]], keys ...K) {
	t.Helper()
	docs, err := c.GetMany(t.Context(), keys)
	if err != nil || docs[0] == nil || docs[1] == nil || docs[2] != nil {
		t.Errorf("GetMany(%v): %v, %v", keys, docs, err)
	}
	if doc, err := c.Get(t.Context(), keys[1]); err != nil || doc.Key != keys[1] {
		t.Errorf("Get(%v): %v, %v", keys[1], doc, err)
	}
	if page, err := c.Page(t.Context(), 1, denorm.After(keys[0])); err != nil || len(page.Docs) > 1 {
		t.Errorf("Page after %v: %v, %v", keys[0], page, err)
	}
}

func words() *denorm.Definition[string, itemDoc[string]] {
	return items("words", []string{"id"},
		func(args []any, key string) []any { return append(args, key) },
		func(row denorm.Row) string { return row.Text(0) })
}

func tenantItems() *denorm.Definition[TenantKey, itemDoc[TenantKey]] {
	return items("items", []string{"tenant", "id"},
		func(args []any, key TenantKey) []any { return append(args, key.Tenant, key.ID) },
		func(row denorm.Row) TenantKey { return TenantKey{row.Text(0), denorm.Int[int32](row, 1)} })
}

func connect(t *testing.T, driver, dsn string) *sqlx.DB {
	t.Helper()
	db, err := sqlx.Connect(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
