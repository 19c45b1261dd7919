package denorm

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// driverSession is a snapshot of SQLite on the driver's own connection: database/sql would convert, lock and check for each
// value of each row.
type driverSession struct {
	engine *Engine
	conn   driverConn
	loan   *loan
	lost   bool // the connection
	args   []driver.NamedValue
	rows   driverRows
	cursor valueCursor
}

// driverConn is what a driver's connection has to know. What is behind it answers driver.ErrSkip where it does not.
type driverConn interface {
	driver.ExecerContext
	driver.QueryerContext
}

// onDriver begins a snapshot on a connection of the pool. It returns driver.ErrSkip, and remembers it, where the driver has to be
// asked through database/sql. As in pin, a context that ends does not cancel the transaction.
func (e *Engine) onDriver(ctx context.Context) (session, error) {
	pooled, err := e.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin a snapshot: %w", err)
	}
	loan, err := lend(pooled)
	if err != nil {
		return nil, fmt.Errorf("begin a snapshot: %w", err)
	}
	err = driver.ErrSkip
	conn, ok := loan.driverConn.(driverConn)
	if ok {
		_, err = conn.ExecContext(context.WithoutCancel(ctx), "BEGIN DEFERRED", nil)
	}
	if err != nil {
		loan.end(err)
		e.skipDriver(err)
		return nil, fmt.Errorf("begin a snapshot: %w", err)
	}
	return &driverSession{engine: e, conn: conn, loan: loan}, nil
}

// skipDriver remembers that a driver is not to be asked directly.
func (e *Engine) skipDriver(err error) {
	if errors.Is(err, driver.ErrSkip) {
		e.driverSkips.Store(true)
	}
}

func (d *driverSession) query(ctx context.Context, s *statement, args []any, watch watch) (cursor, error) {
	err := d.bind(args)
	if err == nil {
		d.rows.ctx = ctx
		d.rows.rows, err = d.conn.QueryContext(ctx, s.text, d.args)
	}
	if err != nil {
		d.lost = errors.Is(err, driver.ErrBadConn)
		d.engine.skipDriver(err)
		watch.done(ctx, 0, err)
		return nil, err
	}
	return d.cursor.open(ctx, &d.rows, watch)
}

// bind makes of arguments what drivers take, by the driver's own rules if it has some, as database/sql does.
func (d *driverSession) bind(args []any) (err error) {
	checker, _ := d.conn.(driver.NamedValueChecker)
	d.args = d.args[:0]
	for i, arg := range args {
		value := driver.NamedValue{Ordinal: i + 1, Value: arg}
		err := driver.ErrSkip
		if checker != nil {
			err = checker.CheckNamedValue(&value)
		}
		if errors.Is(err, driver.ErrSkip) {
			value.Value, err = driver.DefaultParameterConverter.ConvertValue(arg)
		}
		if err != nil {
			return fmt.Errorf("bind argument %d: %w", i+1, err)
		}
		d.args = append(d.args, value)
	}
	return nil
}

func (d *driverSession) end(ctx context.Context, _ bool) {
	// A context that ended must not leave the transaction open.
	_, err := d.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK", nil)
	if err != nil || d.lost {
		err = driver.ErrBadConn
	}
	d.loan.end(err)
}

// driverRows are those of a driver.
type driverRows struct {
	ctx    context.Context
	rows   driver.Rows
	values []driver.Value
}

func (r *driverRows) columns() ([]string, error) { return r.rows.Columns(), nil }

func (r *driverRows) into(values []driver.Value) { r.values = values }

func (r *driverRows) next() (bool, error) {
	if err := r.ctx.Err(); err != nil {
		return false, err
	}
	switch err := r.rows.Next(r.values); {
	case errors.Is(err, io.EOF):
		return false, nil
	default:
		return err == nil, err
	}
}

func (r *driverRows) close() error { return r.rows.Close() }

// loan is a driver's connection, out of the pool.
type loan struct {
	driverConn any
	pooled     *sql.Conn
	back       chan<- error
	raw        *task[struct{}]
}

// lend takes the driver's connection out of a pooled one, which it closes when it fails. Raw runs in a goroutine that only waits:
// a panic of the user's code that passed through it would throw the connection away, and with it a database in memory.
func lend(pooled *sql.Conn) (*loan, error) {
	lent, back := make(chan any), make(chan error)
	raw := begin(func() (struct{}, error) {
		return struct{}{}, pooled.Raw(func(driverConn any) error {
			lent <- driverConn
			return <-back
		})
	})
	select {
	case driverConn := <-lent:
		return &loan{driverConn: driverConn, pooled: pooled, back: back, raw: raw}, nil
	case <-raw.done:
		_ = pooled.Close()
		_, err := raw.wait()
		return nil, err
	}
}

// end gives the connection back to the pool, which throws it away if err is driver.ErrBadConn.
func (l *loan) end(err error) {
	l.back <- err
	_, _ = l.raw.wait()
	_ = l.pooled.Close()
}
