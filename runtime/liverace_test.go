//go:build race

package denorm_test

import (
	"database/sql/driver"

	"github.com/mattn/go-sqlite3"

	"github.com/denormgen/denormgen/internal/testservers"
)

// raceDetector tells that everything takes ten times as long.
const raceDetector = true

// SQLite in C is not slowed down by the race detector, which would look at every access of the one in Go.
const sqliteName = testservers.Cgo

func sqliteDriver() driver.Driver { return &sqlite3.SQLiteDriver{} }

func sqliteDSN(path string) string { return "file:" + path + "?_journal_mode=WAL&_busy_timeout=5000" }

// copyBack copies a database file into the one of a connection.
func copyBack(raw any, path string) error {
	from, err := sqliteDriver().Open("file:" + path)
	if err != nil {
		return err
	}
	defer from.Close()
	copying, err := raw.(*sqlite3.SQLiteConn).Backup("main", from.(*sqlite3.SQLiteConn), "main")
	if err != nil {
		return err
	}
	if _, err := copying.Step(-1); err != nil {
		return err
	}
	return copying.Finish()
}
