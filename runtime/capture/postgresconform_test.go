package capture_test

import (
	"database/sql"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

func TestPostgresConforms(t *testing.T) {
	captest.Run(t, capture.Postgres, func(t *testing.T) *sql.DB { return testservers.Postgres(t).DB })
}
