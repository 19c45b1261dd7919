package capture_test

import (
	"database/sql"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

func TestInstallEverywhere(t *testing.T) {
	eachSQLite(t, func(t *testing.T, open captest.Open) { captest.RunInstall(t, capture.SQLite, open) })
	t.Run("postgres", func(t *testing.T) {
		captest.RunInstall(t, capture.Postgres, func(t *testing.T) *sql.DB { return testservers.Postgres(t).DB })
	})
	t.Run("mysql", func(t *testing.T) {
		captest.RunInstall(t, capture.MySQL, func(t *testing.T) *sql.DB { return testservers.MySQL(t).DB })
	})
}
