package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"
)

// Uninstall removes everything of ours from the database, the log and the plans of all applications
// included, and on SQLite the file beside it. No engine may run meanwhile. It tries again while others hold
// locks, until ctx ends.
func Uninstall(ctx context.Context, db *sql.DB, dialect Dialect) error {
	backend, err := Lookup(dialect)
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("removing change capture: getting a connection: %w", err)
	}
	defer conn.Close()
	for {
		err := uninstall(ctx, backend, conn)
		if err == nil {
			break
		}
		if !backend.Busy(err) {
			return fmt.Errorf("removing change capture: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("removing change capture: %w", errors.Join(context.Cause(ctx), err))
		case <-time.After(100 * time.Millisecond):
		}
	}
	if dialect == SQLite {
		return removeSideFile(ctx, conn)
	}
	return nil
}

func uninstall(ctx context.Context, backend Backend, conn *sql.Conn) error {
	end, err := backend.Begin(ctx, conn, time.Second)
	if err != nil {
		return err
	}
	found, err := backend.Installed(ctx, conn)
	if err != nil {
		return errors.Join(err, end(false))
	}
	var statements []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		statements = append(statements, backend.Drop(name)...)
	}
	for _, statement := range append(statements, backend.Undo()...) {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", statement, err), end(false))
		}
	}
	return end(true)
}

// SideFile is where feed and positions of an SQLite database are kept.
func SideFile(database string) string { return database + "-denorm" }

func removeSideFile(ctx context.Context, conn *sql.Conn) error {
	var path string
	if err := conn.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path); err != nil {
		return fmt.Errorf("removing change capture: reading the path of the database: %w", err)
	}
	if path == "" {
		return nil
	}
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Remove(SideFile(path) + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing change capture: %w", err)
		}
	}
	return nil
}
