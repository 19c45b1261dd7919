package denorm_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/jmoiron/sqlx"
)

// wrapper is SQLite's driver as others wrap it: connections are made by wrap.
type wrapper struct {
	known driver.Driver
	dsn   string
	wrap  func(driver.Conn) driver.Conn
}

func (w *wrapper) Driver() driver.Driver { return w.known }

func (w *wrapper) Connect(context.Context) (driver.Conn, error) {
	conn, err := w.known.Open(w.dsn)
	if err != nil {
		return nil, err
	}
	return w.wrap(conn), nil
}

// wrapped opens a database with books through wrap.
func wrapped(t *testing.T, wrap func(driver.Conn) driver.Conn) *sqlx.DB {
	t.Helper()
	plain := "file:" + filepath.Join(t.TempDir(), "test.db")
	execute(t, testservers.OpenSQLiteDSN(t, testservers.Pure, plain), bookTables...)
	known, err := sql.Open(testservers.Pure, plain)
	if err != nil {
		t.Fatal(err)
	}
	defer known.Close()
	db := sqlx.NewDb(sql.OpenDB(&wrapper{known: known.Driver(), dsn: plain, wrap: wrap}), testservers.Pure)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// bare hides all abilities of a connection that are not in the interface.
type bare struct{ driver.Conn }

func (b bare) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return b.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (b bare) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	return b.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
}

// told is a connection whose texts are counted where they come unprepared, and answered by fail if that has an error.
type told struct {
	bare
	texts *atomic.Int64
	fail  func(text string) error
}

func (c told) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.tell(text); err != nil {
		return nil, err
	}
	for _, arg := range args {
		if !driver.IsValue(arg.Value) {
			return nil, fmt.Errorf("argument %d is a %T", arg.Ordinal, arg.Value)
		}
	}
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
}

func (c told) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.tell(text); err != nil {
		return nil, err
	}
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
}

func (c told) tell(text string) error {
	if strings.Contains(text, "PRAGMA") { // how beginning is tried
		return nil
	}
	c.texts.Add(1)
	return c.fail(text)
}

// checking is a connection that takes values by rules of its own.
type checking struct {
	told
	check func(*driver.NamedValue) error
}

func (c checking) CheckNamedValue(value *driver.NamedValue) error { return c.check(value) }
