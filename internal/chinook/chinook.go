// Package chinook gives tests the public sample database Chinook on every kind of database: 11 tables,
// 15,607 rows, under their mixed-case names ("AlbumId"), with the column types, keys, indexes and foreign
// keys of the dump for that database.
//
// The data is not part of this repository. DENORMGEN_CHINOOK names a folder that holds it; without it the
// tests are skipped, or fail if DENORMGEN_REQUIRE_CHINOOK is "1".
package chinook

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
)

const (
	// Folder is the environment variable with the absolute path of the folder that holds
	// Chinook_Sqlite.sqlite, Chinook_PostgreSql.sql and Chinook_MySql.sql.
	Folder = "DENORMGEN_CHINOOK"
	// Required is the environment variable that turns a skip for want of the data into a failure when
	// it is "1".
	Required = "DENORMGEN_REQUIRE_CHINOOK"
)

// Each runs a subtest on a database of every kind that holds the data, named "sqlite", "sqlite3",
// "postgres" and "mysql", one after the other.
func Each(t *testing.T, test func(t *testing.T, db *sqlx.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t, testservers.Pure)) })
	t.Run("sqlite3", func(t *testing.T) { test(t, SQLite(t, testservers.Cgo)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQL(t)) })
}

// SQLite opens a private copy of the SQLite file through the driver.
func SQLite(tb testing.TB, driver string) *sqlx.DB {
	tb.Helper()
	content, err := os.ReadFile(file(tb, "Chinook_Sqlite.sqlite"))
	if err != nil {
		tb.Fatalf("chinook: reading the data: %v", err)
	}
	path := filepath.Join(tb.TempDir(), "chinook.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatalf("chinook: copying the data: %v", err)
	}
	return testservers.OpenSQLite(tb, driver, path)
}

// Postgres loads the data into a new PostgreSQL database.
func Postgres(tb testing.TB) *sqlx.DB {
	tb.Helper()
	dump := file(tb, "Chinook_PostgreSql.sql")
	return loadPostgres(tb, testservers.Postgres(tb), dump)
}

// MySQL loads the data into a new MariaDB database. Params are as in testservers.MySQL.
func MySQL(tb testing.TB, params ...string) *sqlx.DB {
	tb.Helper()
	dump := file(tb, "Chinook_MySql.sql")
	return loadMySQL(tb, testservers.MySQL(tb, params...), dump)
}

// file is the path of a file of the data.
func file(tb testing.TB, name string) string {
	tb.Helper()
	folder := os.Getenv(Folder)
	if folder == "" {
		const message = "the Chinook database: set " + Folder + " to the absolute path of a folder with Chinook_Sqlite.sqlite, " +
			"Chinook_PostgreSql.sql and Chinook_MySql.sql, from github.com/lerocha/chinook-database"
		if os.Getenv(Required) == "1" {
			tb.Fatal("chinook: this test needs " + message)
		}
		tb.Skip("skipped: this test needs " + message)
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		tb.Fatalf("chinook: %s names a folder without %s: %v", Folder, name, err)
	}
	return path
}
