// Package store makes the bookstore's database: an SQLite file with a few rows in every table.
package store

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite", which needs no C compiler
)

//go:embed schema.sql
var schema string

//go:embed rows.sql
var rows string

// Create makes and fills a new database in the file at path, which must not exist yet.
func Create(ctx context.Context, path string) (*sqlx.DB, error) {
	db, err := sqlx.ConnectContext(ctx, "sqlite", "file:"+path+"?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := Fill(ctx, db); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("filling %s: %w", path, err)
	}
	return db, nil
}

// Fill makes the tables and their rows in a database of SQLite or PostgreSQL that has none of them yet.
func Fill(ctx context.Context, db *sqlx.DB) error {
	for _, script := range []string{schema, rows} {
		if db.DriverName() == "pgx" {
			script = strings.ReplaceAll(script, "DATETIME", "TIMESTAMP")
		}
		if _, err := db.ExecContext(ctx, script); err != nil {
			return err
		}
	}
	return nil
}
