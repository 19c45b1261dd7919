//go:build !race

package denorm_test

import (
	"database/sql/driver"

	modernc "modernc.org/sqlite"

	"github.com/denormgen/denormgen/internal/testservers"
)

// raceDetector tells that everything takes ten times as long.
const raceDetector = false

const sqliteName = testservers.Pure

func sqliteDriver() driver.Driver { return &modernc.Driver{} }

func sqliteDSN(path string) string {
	return "file:" + path + "?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)"
}

// copyBack copies a database file into the one of a connection.
func copyBack(raw any, path string) error {
	copying, err := raw.(interface {
		NewRestore(from string) (*modernc.Backup, error)
	}).NewRestore(path)
	if err != nil {
		return err
	}
	if _, err := copying.Step(-1); err != nil {
		return err
	}
	return copying.Finish()
}
