package relay

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
	modernc "modernc.org/sqlite"

	"github.com/denormgen/denormgen/internal/testservers"
)

// errCut is the failure of a connection that was cut.
var errCut = errors.New("the connection was cut")

// fuse cuts a connection at one of the statements of a database handle, counted from 1.
type fuse struct {
	count atomic.Int64
	at    atomic.Int64 // 0 for never
	after atomic.Bool  // the statement is done, but its answer lost
	// pause, if it is set, is called before each statement.
	pause atomic.Pointer[func(n int64)]
}

// faulty is a driver whose connections the fuse cuts.
type faulty struct {
	inner driver.Driver
	fuse  *fuse
}

func (d faulty) Open(name string) (driver.Conn, error) {
	conn, err := d.inner.Open(name)
	if err != nil {
		return nil, err
	}
	return &faultyConn{Conn: conn, fuse: d.fuse}, nil
}

type faultyConn struct {
	driver.Conn
	fuse *fuse
	dead atomic.Bool
}

// do runs a statement, or not.
func (c *faultyConn) do(run func() error) error {
	if c.dead.Load() {
		return errCut
	}
	n := c.fuse.count.Add(1)
	if pause := c.fuse.pause.Load(); pause != nil {
		(*pause)(n)
	}
	if n != c.fuse.at.Load() {
		return run()
	}
	if c.fuse.after.Load() {
		_ = run()
	}
	c.dead.Store(true)
	return errCut
}

func (c *faultyConn) IsValid() bool { return !c.dead.Load() }

func (c *faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	failed := c.do(func() error {
		rows, err = c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
		return err
	})
	if errors.Is(failed, errCut) && rows != nil {
		_ = rows.Close()
	}
	return rows, failed
}

func (c *faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (result driver.Result, err error) {
	return result, c.do(func() error {
		result, err = c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
		return err
	})
}

func (c *faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c *faultyConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *faultyConn) BeginTx(ctx context.Context, options driver.TxOptions) (tx driver.Tx, err error) {
	failed := c.do(func() error {
		tx, err = c.Conn.(driver.ConnBeginTx).BeginTx(ctx, options)
		return err
	})
	return faultyTx{tx, c}, failed
}

type faultyTx struct {
	driver.Tx
	conn *faultyConn
}

func (t faultyTx) Commit() error { return t.conn.do(t.Tx.Commit) }

func (t faultyTx) Rollback() error { return t.conn.do(t.Tx.Rollback) }

// eachFaulty runs a test on databases that two handles lead to: a plain one, that the fixture has, and one that
// the fuse cuts.
func eachFaulty(t *testing.T, test func(t *testing.T, x *fixture, cut *sql.DB, f *fuse)) {
	t.Helper()
	run := func(name string, inner driver.Driver, open func(t *testing.T) (db *sqlx.DB, dsn string)) {
		t.Run(name, func(t *testing.T) {
			db, dsn := open(t)
			f := &fuse{}
			cut := sql.OpenDB(connector{faulty{inner, f}, dsn, nil})
			t.Cleanup(func() { cut.Close() })
			test(t, newFixture(t, db), cut, f)
		})
	}
	file := func(driver string) func(t *testing.T) (*sqlx.DB, string) {
		return func(t *testing.T) (*sqlx.DB, string) {
			path := filepath.Join(t.TempDir(), "odd name?#%.db")
			return testservers.OpenSQLiteDSN(t, driver, fileURL(path)), fileURL(path)
		}
	}
	run("sqlite", &modernc.Driver{}, file(testservers.Pure))
	run("sqlite3", &sqlite3.SQLiteDriver{}, file(testservers.Cgo))
	server := func(driver string, dsn func(t *testing.T) string) func(t *testing.T) (*sqlx.DB, string) {
		return func(t *testing.T) (*sqlx.DB, string) {
			name := dsn(t)
			db, err := sqlx.Open(driver, name)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return db, name
		}
	}
	run("postgres", stdlib.GetDefaultDriver(), server("pgx", func(t *testing.T) string { return testservers.PostgresDSN(t) }))
	run("mysql", &mysqldriver.MySQLDriver{}, server("mysql", func(t *testing.T) string { return testservers.MySQLDSN(t) }))
}
