package capture

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// sqliteBackend captures changes on SQLite by triggers that run inside the library of whichever program
// writes.
type sqliteBackend struct{}

func (sqliteBackend) Dialect() Dialect { return SQLite }

func (sqliteBackend) Tables() []string { return sqliteScript("tables") }

func (sqliteBackend) Undo() []string { return sqliteScript("undo") }

// sqliteScript reads statements without parameters. They are embedded; a test holds that they render.
func sqliteScript(file string) []string {
	text, err := templateText(SQLite, file, nil)
	if err != nil {
		return nil
	}
	return statementsOf(text)
}

// Begin takes the write lock of the database: SQLite has one writer, and its DDL is part of the transaction.
func (sqliteBackend) Begin(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(commit bool) error, error) {
	var before int64
	if err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&before); err != nil {
		return nil, fmt.Errorf("reading the busy timeout: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = "+strconv.FormatInt(wait.Milliseconds(), 10)); err != nil {
		return nil, fmt.Errorf("setting the busy timeout: %w", err)
	}
	after := context.WithoutCancel(ctx)
	restore := func() error {
		_, err := conn.ExecContext(after, "PRAGMA busy_timeout = "+strconv.FormatInt(before, 10))
		return err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		restore()
		return nil, fmt.Errorf("taking the write lock: %w", err)
	}
	return func(commit bool) error {
		defer restore()
		if commit {
			_, err := conn.ExecContext(ctx, "COMMIT")
			if err == nil {
				return nil
			}
			conn.ExecContext(after, "ROLLBACK")
			return fmt.Errorf("committing: %w", err)
		}
		if _, err := conn.ExecContext(after, "ROLLBACK"); err != nil && !strings.Contains(err.Error(), "no transaction is active") {
			return fmt.Errorf("rolling back: %w", err)
		}
		return nil
	}, nil
}

// Busy reads the message, which is the same through every driver.
func (sqliteBackend) Busy(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "database is locked") || strings.Contains(text, "database table is locked") ||
		strings.Contains(text, "database schema is locked") || strings.Contains(text, "database schema has changed")
}

func (sqliteBackend) Drop(name string) []string {
	return []string{"DROP TRIGGER IF EXISTS main." + quoteName(SQLite, name)}
}

// Installed includes the page where the table's rows begin and its definition: they tell a table that was
// rebuilt, whose triggers were put back afterwards.
func (sqliteBackend) Installed(ctx context.Context, q Queryer) (map[string]string, error) {
	schema, err := sqliteSchema(ctx, q)
	if err != nil {
		return nil, err
	}
	tables := map[string]sqliteObject{}
	for _, object := range schema {
		if object.kind == "table" {
			tables[sqliteFold(object.name)] = object
		}
	}
	found := map[string]string{}
	for _, object := range schema {
		if object.ours() {
			table := tables[sqliteFold(object.table)]
			found[object.name] = hashOf(object.sql, object.table, table.root, table.sql)
		}
	}
	return found, nil
}

// Fingerprint has two parts: the version of the whole schema, which any change of it raises, and what
// Installed looks at, so that a database that was replaced by another one is told too.
func (sqliteBackend) Fingerprint(ctx context.Context, q Queryer, layouts []Layout, _ Fingerprint) (Fingerprint, error) {
	schema, err := sqliteSchema(ctx, q)
	if err != nil {
		return Fingerprint{}, err
	}
	captured := map[string]bool{}
	for i := range layouts {
		captured[sqliteFold(layouts[i].Table.Name)] = true
	}
	var version string
	var parts []string
	for _, object := range schema {
		switch {
		case object.kind == "version":
			version = object.root
		case object.ours(), object.kind == "table" && captured[sqliteFold(object.name)]:
			parts = append(parts, object.name, object.table, object.root, object.sql)
		}
	}
	return Fingerprint{definitions: [][]string{{version, hashOf(parts...)}}}, nil
}

// sqliteObject is a row of sqlite_master, or the schema's version.
type sqliteObject struct {
	kind, name, table, root, sql string
}

// ours tells whether the object is a trigger of capture.
func (o sqliteObject) ours() bool {
	return o.kind == "trigger" && strings.HasPrefix(sqliteFold(o.name), sqlitePrefix)
}

// sqlitePrefix begins the names of all triggers of capture.
const sqlitePrefix = "denorm_capture_"

// sqliteSchema reads tables, triggers and the schema's version by one statement, so from one state.
func sqliteSchema(ctx context.Context, q Queryer) ([]sqliteObject, error) {
	const query = `SELECT 'version', '', '', schema_version, '' FROM pragma_schema_version
UNION ALL SELECT * FROM (SELECT type, name, tbl_name, rootpage, coalesce(sql, '') FROM main.sqlite_master WHERE type IN ('table', 'trigger') ORDER BY rowid)`
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	defer rows.Close()
	var list []sqliteObject
	for rows.Next() {
		var o sqliteObject
		if err := rows.Scan(&o.kind, &o.name, &o.table, &o.root, &o.sql); err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		list = append(list, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	return list, nil
}

// sqliteFold is what two names have in common that SQLite takes for the same: it ignores the case of ASCII
// letters alone.
func sqliteFold(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, name)
}
