package capture_test

import (
	"database/sql"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

// eachSQLite runs a test through both drivers.
func eachSQLite(t *testing.T, test func(t *testing.T, open captest.Open)) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(driver, func(t *testing.T) {
			test(t, func(t *testing.T) *sql.DB { return testservers.SQLite(t, driver).DB })
		})
	}
}

func TestSQLiteConformance(t *testing.T) {
	eachSQLite(t, func(t *testing.T, open captest.Open) { captest.Run(t, capture.SQLite, open) })
}
