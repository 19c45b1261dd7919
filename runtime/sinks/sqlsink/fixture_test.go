package sqlsink_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

func newSink(t *testing.T, db *sqlx.DB, opts ...sqlsink.Option) *sqlsink.Sink {
	t.Helper()
	sink, err := sqlsink.New(db, opts...)
	must(t, err)
	return sink
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func target(collection, shape string, fields ...string) *denorm.SinkTarget {
	return &denorm.SinkTarget{Collection: collection, Shape: shape, Fields: fields}
}

// served prepares a target and has it served.
func served(t *testing.T, sink *sqlsink.Sink, before, to *denorm.SinkTarget) {
	t.Helper()
	must(t, sink.Prepare(t.Context(), to))
	must(t, sink.Serve(t.Context(), before, to))
}

func put(t *testing.T, sink *sqlsink.Sink, to *denorm.SinkTarget, seq uint64, key, body string) {
	t.Helper()
	must(t, sink.Put(t.Context(), to, []denorm.SinkDocument{document(seq, key, body)}))
}

func document(seq uint64, key, body string) denorm.SinkDocument {
	return denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: 1, Seq: seq}, Body: []byte(body)}
}

// quote writes a name for any of the databases.
func quote(db *sqlx.DB, name string) string {
	if db.DriverName() == "mysql" {
		return "`" + strings.ReplaceAll(name, "`", "``") + "`"
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// read reads a document through the view, nil where there is none.
func read(t *testing.T, db *sqlx.DB, view, key string) json.RawMessage {
	t.Helper()
	var body []byte
	err := db.Get(&body, db.Rebind("SELECT document FROM "+quote(db, view)+" WHERE id = ?"), key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	must(t, err)
	return body
}

// setField sets a field through the view, as anybody would.
func setField(t *testing.T, db *sqlx.DB, view, key, name, value string) {
	t.Helper()
	set := "json_set(document, ?, json(?))"
	path := `$."` + name + `"`
	switch db.DriverName() {
	case "pgx":
		set, path = "jsonb_set(document, ARRAY[CAST(? AS text)], CAST(? AS jsonb))", name
	case "mysql":
		set = "JSON_SET(document, ?, JSON_EXTRACT(?, '$'))"
	}
	// SQLite does not count rows that a trigger changes.
	_, err := db.Exec(db.Rebind("UPDATE "+quote(db, view)+" SET document = "+set+" WHERE id = ?"), path, value, key)
	must(t, err)
}

// wantJSON compares what two texts say.
func wantJSON(t *testing.T, got json.RawMessage, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%q is no JSON: %v", got, err)
	}
	must(t, json.Unmarshal([]byte(want), &b))
	if !reflect.DeepEqual(a, b) {
		t.Errorf("the document is %s, want %s", got, want)
	}
}
