package coherence

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/naive"
)

// database is a kind of database, of which connections can be made from several processes.
type database struct {
	name, driver string
	dsn          func(t *testing.T) string
	// writing is added to the DSN for programs that write.
	writing string
}

func databases() []database {
	file := func(driver, params string) func(t *testing.T) string {
		return func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "test.db")
			testservers.OpenSQLite(t, driver, path)
			return "file:" + path + "?" + params
		}
	}
	return []database{
		{"sqlite", testservers.Pure, file(testservers.Pure, "_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)"), "&_txlock=immediate"},
		{"sqlite3", testservers.Cgo, file(testservers.Cgo, "_journal_mode=WAL&_busy_timeout=10000"), "&_txlock=immediate"},
		{"postgres", "pgx", func(t *testing.T) string { return testservers.PostgresDSN(t) }, ""},
		{"mysql", "mysql", func(t *testing.T) string { return testservers.MySQLDSN(t) }, ""},
	}
}

// place is one database of a test, with the tables of package naive.
type place struct {
	database
	dsn   string
	plain *sqlx.DB // of a program that knows nothing of engines
}

// eachDatabase runs a subtest on a fresh database of every kind.
func eachDatabase(t *testing.T, test func(t *testing.T, at place)) {
	t.Helper()
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) { test(t, newPlace(t, d)) })
	}
}

func newPlace(t *testing.T, d database) place {
	t.Helper()
	if testing.Short() {
		t.Skip("random histories take minutes")
	}
	skipIfElsewhere(t, d)
	at := place{database: d, dsn: d.dsn(t)}
	at.plain = at.connect(t, d.writing)
	naive.Create(t, at.plain)
	return at
}

// connect opens a pool of its own.
func (p place) connect(t testing.TB, more string) *sqlx.DB {
	t.Helper()
	db, err := p.open(more)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func (p place) open(more string) (*sqlx.DB, error) {
	db, err := sqlx.Connect(p.driver, p.dsn+more)
	if err != nil {
		return nil, err
	}
	const idle = 8
	db.SetMaxIdleConns(idle)
	return db, nil
}

// ofSQLite tells whether the database is a file.
func (d database) ofSQLite() bool { return d.driver == testservers.Pure || d.driver == testservers.Cgo }

func seed(t *testing.T) uint64 {
	t.Helper()
	return uint64(setting.Number(t, "COHERENCE_SEED", int(time.Now().UnixNano()%1_000_000), 0))
}
