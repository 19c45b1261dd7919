// Package testservers gives tests databases on real servers: SQLite on a file through both of its
// drivers, PostgreSQL and MariaDB.
//
// A server is started at its first use, once per test process, in a folder of its own below /tmp and
// on a unix socket there, and is stopped and removed when the process ends, however it ends. Every call
// makes a fresh database, dropped when the test is over. All functions may be called from parallel
// tests.
//
// Where a server is not installed the test is skipped with a message that says what to install. With
// DENORMGEN_REQUIRE_SERVERS=1 in the environment it fails instead; with 0 no server is found, as on a machine that has
// none.
package testservers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"
)

// Required is the environment variable that turns a skip for want of a server into a failure when it
// is "1", and hides all servers when it is "0".
const Required = "DENORMGEN_REQUIRE_SERVERS"

// Drivers of SQLite: Pure is modernc.org/sqlite, Cgo is github.com/mattn/go-sqlite3.
const (
	Pure = "sqlite"
	Cgo  = "sqlite3"
)

// Each runs a subtest on a fresh database of every kind, named "sqlite", "sqlite3", "postgres" and
// "mysql". The subtests run one after the other. The databases sort text by its bytes.
func Each(t *testing.T, test func(t *testing.T, db *sqlx.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t, Pure)) })
	t.Run("sqlite3", func(t *testing.T) { test(t, SQLite(t, Cgo)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQL(t)) })
}

// SQLite opens a new database file through the driver Pure or Cgo, as OpenSQLite does.
func SQLite(tb testing.TB, driver string) *sqlx.DB {
	tb.Helper()
	return OpenSQLite(tb, driver, filepath.Join(tb.TempDir(), "test.db"))
}

// OpenSQLite opens the database file at path, or makes it, in WAL mode with foreign keys enforced.
func OpenSQLite(tb testing.TB, driver, path string) *sqlx.DB {
	tb.Helper()
	params := "_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)"
	if driver == Cgo {
		params = "_journal_mode=WAL&_busy_timeout=5000&_foreign_keys=on"
	}
	return OpenSQLiteDSN(tb, driver, "file:"+path+"?"+params)
}

// OpenSQLiteDSN opens what dsn says. The Cgo driver counts as not installed in a binary built without cgo.
func OpenSQLiteDSN(tb testing.TB, driver, dsn string) *sqlx.DB {
	tb.Helper()
	if driver == Cgo && !builtWithCgo {
		give(tb, missingError{what: "the sqlite3 driver", install: "a C compiler (apt-get install gcc) and CGO_ENABLED=1"})
	}
	return open(tb, driver, dsn)
}

// Postgres opens a new PostgreSQL database through the driver "pgx". Its encoding is UTF-8 and its
// collation C.
func Postgres(tb testing.TB) *sqlx.DB {
	tb.Helper()
	return open(tb, "pgx", PostgresDSN(tb))
}

// PostgresDSN makes a new PostgreSQL database and returns its connection string, for tests which
// connect by themselves.
func PostgresDSN(tb testing.TB) string {
	tb.Helper()
	return newDatabase(tb, postgres)
}

// MySQL opens a new MariaDB database through the driver "mysql". Its character set is utf8mb4 and its
// collation utf8mb4_bin. Params are added to the DSN as they are, "parseTime=true" for example; without
// any the driver's defaults hold, so that times arrive as text.
func MySQL(tb testing.TB, params ...string) *sqlx.DB {
	tb.Helper()
	return open(tb, "mysql", MySQLDSN(tb, params...))
}

// MySQLDSN makes a new MariaDB database and returns its data source name, for tests which connect by
// themselves.
func MySQLDSN(tb testing.TB, params ...string) string {
	tb.Helper()
	dsn := newDatabase(tb, mariadb)
	for i, param := range params {
		separator := "&"
		if i == 0 {
			separator = "?"
		}
		dsn += separator + param
	}
	return dsn
}

// open connects and closes the pool at the end of the test, which is before the database is dropped.
func open(tb testing.TB, driver, dsn string) *sqlx.DB {
	tb.Helper()
	db, err := sqlx.Connect(driver, dsn)
	if err != nil {
		tb.Fatalf("testservers: connecting by driver %s: %v", driver, err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("testservers: closing the database: %v", err)
		}
	})
	return db
}

// newDatabase starts the server if need be and makes a database that lives as long as the test.
func newDatabase(tb testing.TB, start func() (*server, error)) string {
	tb.Helper()
	server, err := start()
	if err != nil {
		give(tb, err)
	}
	name := fmt.Sprintf("test%d", server.databases.Add(1))
	if _, err := server.admin.Exec(server.create(name)); err != nil {
		tb.Fatalf("testservers: creating a database: %v", err)
	}
	tb.Cleanup(func() {
		if _, err := server.admin.Exec(server.drop(name)); err != nil {
			tb.Errorf("testservers: dropping the database: %v", err)
		}
	})
	return server.dsn(name)
}

// missingError says that a server cannot be had on this machine.
type missingError struct{ what, install string }

func (e missingError) Error() string {
	return fmt.Sprintf("%s is not installed; this test needs %s", e.what, e.install)
}

// Program returns the path of a program that comes with a server and is in PATH. Where it is not, the test ends as
// it does for want of a server.
func Program(tb testing.TB, name string) string {
	tb.Helper()
	path, ok := find(name)
	if !ok {
		give(tb, missingError{what: name, install: "the programs that come with the server"})
	}
	return path
}

// give ends the test for want of a server: by a skip if it is merely not installed and not required.
func give(tb testing.TB, err error) {
	tb.Helper()
	var missing missingError
	if errors.As(err, &missing) && os.Getenv(Required) != "1" {
		tb.Skipf("skipped: %v", err)
	}
	tb.Fatalf("testservers: %v", err)
}
