package denorm

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
)

// Queryer runs a query: *sql.DB, *sql.Tx, *sql.Conn, and those of sqlx and most wrappers.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// isNil tells whether there is nothing in an interface, or a pointer that is nil.
func isNil[T any](value T) bool {
	v := reflect.ValueOf(value)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// statement is a text, with its prepared form where there is one.
type statement struct {
	text string
	stmt *sql.Stmt // nil if the text is to be sent
}

// session is what the queries of one batch run on.
type session interface {
	// query runs a statement. Its cursor has to be closed before the next one is opened.
	query(ctx context.Context, s *statement, args []any, watch watch) (cursor, error)
	// end releases what the session holds; ok tells that the batch went well.
	end(ctx context.Context, ok bool)
}

// overSQL is a session of database/sql.
type overSQL struct {
	on     sqlSession
	rows   sqlRows
	cursor valueCursor
}

// sqlSession is how database/sql runs the queries of a session.
type sqlSession interface {
	query(ctx context.Context, s *statement, args []any) (*sql.Rows, error)
	end(ctx context.Context, ok bool)
}

func (o *overSQL) query(ctx context.Context, s *statement, args []any, watch watch) (cursor, error) {
	rows, err := o.on.query(ctx, s, args)
	if err == nil {
		err = o.rows.open(rows)
	}
	if err != nil {
		watch.done(ctx, 0, err)
		return nil, err
	}
	o.cursor.open(ctx, &o.rows, watch)
	return &o.cursor, nil
}

func (o *overSQL) end(ctx context.Context, ok bool) { o.on.end(ctx, ok) }

// first runs a statement on a session and has the first row read, and tells whether there is one.
func first(ctx context.Context, on session, s *statement, args []any, watch watch, read func(Row)) (found bool, err error) {
	rows, err := on.query(ctx, s, args, watch)
	if err != nil {
		return false, err
	}
	if found = rows.next(); found {
		read(rows.row())
		_, err = rows.failure()
	}
	return found, errors.Join(err, rows.close())
}

// straight is a session without a transaction of its own.
func straight(to Queryer) session { return &overSQL{on: direct{to}} }

// direct sends every query on its own: for a single loader, or on what the caller handed over.
type direct struct{ to Queryer }

func (d direct) query(ctx context.Context, s *statement, args []any) (*sql.Rows, error) {
	if s.stmt != nil {
		return s.stmt.QueryContext(ctx, args...)
	}
	return d.to.QueryContext(ctx, s.text, args...)
}

func (direct) end(context.Context, bool) {}

// transaction is a snapshot that database/sql began.
type transaction struct {
	tx   *sql.Tx
	conn *sql.Conn // that it runs on if it was taken for it, else nil
}

func (t transaction) query(ctx context.Context, s *statement, args []any) (*sql.Rows, error) {
	if s.stmt != nil {
		return t.tx.StmtContext(ctx, s.stmt).QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, s.text, args...)
}

// end ignores failures: nothing was written, and a broken connection leaves the pool by itself.
func (t transaction) end(_ context.Context, ok bool) {
	if !ok || t.tx.Commit() != nil {
		_ = t.tx.Rollback()
	}
	if t.conn != nil {
		_ = t.conn.Close()
	}
}

// pinned is a snapshot on one connection, begun by a statement of ours: for SQLite drivers whose BeginTx
// would take the write lock, and those that are asked past database/sql.
type pinned struct{ conn *sql.Conn }

func (p pinned) query(ctx context.Context, s *statement, args []any) (*sql.Rows, error) {
	return p.conn.QueryContext(ctx, s.text, args...)
}

func (p pinned) end(ctx context.Context, ok bool) {
	ctx = context.WithoutCancel(ctx) // that ended must not leave the transaction open
	release(p.conn, endTransaction(ok, func(text string) error {
		_, err := p.conn.ExecContext(ctx, text)
		return err
	}))
}

// endTransaction ends one of SQLite's, which does so by itself after some errors. Then ROLLBACK fails, but another one may begin:
// the connection is well, and worth keeping, for a database in memory is lost with it.
func endTransaction(ok bool, execute func(text string) error) error {
	if ok && execute("COMMIT") == nil {
		return nil
	}
	err := execute("ROLLBACK")
	if err != nil && execute("BEGIN DEFERRED") == nil {
		err = execute("ROLLBACK")
	}
	return err
}

// release gives a connection back to the pool, or throws it away if err says that it is in doubt.
func release(conn *sql.Conn, err error) {
	if err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = conn.Close()
}

// snapshot begins a read-only transaction whose first read fixes what all others see.
func (e *Engine) snapshot(ctx context.Context) (session, error) {
	if e.dialect == SQLite { // whose every transaction is a snapshot
		return e.pin(ctx)
	}
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("begin a snapshot: %w", err)
	}
	return &overSQL{on: transaction{tx: tx}}, nil
}

// pin begins a snapshot on a connection of SQLite. A context that ends cancels the queries but not the
// transaction, for then database/sql may throw the connection away, and with it a database in memory.
func (e *Engine) pin(ctx context.Context) (session, error) {
	locks, err := e.beginLocks(ctx)
	if err != nil {
		return nil, err
	}
	if locks {
		pinned, err := e.pinText(ctx)
		if err != nil {
			return nil, err
		}
		return &overSQL{on: pinned}, nil
	}
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin a snapshot: %w", err)
	}
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{ReadOnly: true}) // it waits for nothing
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("begin a snapshot: %w", err)
	}
	return &overSQL{on: transaction{tx, conn}}, nil
}

// pinText is pin by a statement of ours.
func (e *Engine) pinText(ctx context.Context) (pinned, error) {
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return pinned{}, fmt.Errorf("begin a snapshot: %w", err)
	}
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "BEGIN DEFERRED"); err != nil {
		_ = conn.Close()
		return pinned{}, fmt.Errorf("begin a snapshot: %w", err)
	}
	return pinned{conn}, nil
}
