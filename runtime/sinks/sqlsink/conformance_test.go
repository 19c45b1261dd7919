package sqlsink_test

import (
	"encoding/json"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/sinks/conformance"
)

func TestSQLite(t *testing.T) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(driver, func(t *testing.T) {
			conformance.Run(t, func(t *testing.T) conformance.Subject { return subject(t, testservers.SQLite(t, driver)) })
		})
	}
}

func TestPostgres(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		subject := subject(t, testservers.Postgres(t))
		subject.NoNUL = true
		return subject
	})
}

func TestMariaDB(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		subject := subject(t, testservers.MySQL(t))
		subject.MaxBytes = 16 << 20 // max_allowed_packet
		return subject
	})
}

func subject(t *testing.T, db *sqlx.DB) conformance.Subject {
	return conformance.Subject{
		Sink: newSink(t, db),
		Read: func(t *testing.T, collection, key string) json.RawMessage { return read(t, db, "doc_"+collection, key) },
		SetField: func(t *testing.T, collection, key, name string, value json.RawMessage) {
			setField(t, db, "doc_"+collection, key, name, string(value))
		},
	}
}
