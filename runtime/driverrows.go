package denorm

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
)

// rowsAhead is how many rows are read from a driver at once.
const rowsAhead = 32

// errThroughSQL is what comes of a driver that takes no queries but those of prepared statements.
var errThroughSQL = errors.New("the driver has to be asked through database/sql")

// driverRows are those of a driver, some of which are read ahead within Conn.Raw. Of the user's code nothing runs there but what is
// registered with the driver: Raw holds a lock that closing any statement may want, and a panic in it throws the connection away,
// and with it a database in memory.
type driverRows struct {
	ctx    context.Context
	conn   *sql.Conn
	rows   driver.Rows // nil once all are read, or closed
	names  []string    // of the columns
	buffer []driver.Value
	ahead  []driver.Value // of buffer: rows that were read and not asked for yet, one behind the other
	err    error          // that ended the rows; it comes behind those ahead
}

// open runs a query. It returns errThroughSQL where the driver does not take it so.
func (r *driverRows) open(ctx context.Context, conn *sql.Conn, text string, args []any) error {
	return conn.Raw(func(driverConn any) error {
		queryer, ok := driverConn.(driver.QueryerContext)
		if !ok {
			return errThroughSQL
		}
		bound, err := bind(driverConn, args)
		if err != nil {
			return err
		}
		rows, err := queryer.QueryContext(ctx, text, bound)
		if errors.Is(err, driver.ErrSkip) {
			return errThroughSQL
		}
		if err != nil {
			return err
		}
		r.ctx, r.conn, r.rows, r.names, r.err = ctx, conn, rows, rows.Columns(), nil
		return r.read()
	})
}

// bind makes of arguments what a driver takes, as database/sql does: by the driver's own rules, where it has some.
func bind(driverConn any, args []any) ([]driver.NamedValue, error) {
	checker, _ := driverConn.(driver.NamedValueChecker)
	bound := make([]driver.NamedValue, 0, len(args))
	for _, arg := range args {
		value := driver.NamedValue{Ordinal: len(bound) + 1, Value: arg}
		err := driver.ErrSkip
		if checker != nil {
			err = checker.CheckNamedValue(&value)
		}
		if errors.Is(err, driver.ErrRemoveArgument) {
			continue
		}
		if errors.Is(err, driver.ErrSkip) {
			value.Value, err = driver.DefaultParameterConverter.ConvertValue(value.Value)
		}
		if err != nil {
			return nil, err
		}
		bound = append(bound, value)
	}
	return bound, nil
}

// read reads some rows ahead, and closes the result where it ends. What it returns is for Raw: that the connection is lost.
func (r *driverRows) read() error {
	width := len(r.names)
	r.buffer = slices.Grow(r.buffer[:0], rowsAhead*width)[:rowsAhead*width]
	r.ahead = r.buffer[:0]
	for range rowsAhead {
		row := r.buffer[len(r.ahead):][:width]
		if err := r.step(row); err != nil {
			closing := r.finish()
			if errors.Is(err, io.EOF) {
				err = closing
			}
			r.err = err
			if errors.Is(err, driver.ErrBadConn) {
				return err
			}
			return nil
		}
		r.ahead = r.buffer[:len(r.ahead)+width]
	}
	return nil
}

// step reads one row.
func (r *driverRows) step(row []driver.Value) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if err := r.rows.Next(row); err != nil {
		return err
	}
	for i, value := range row {
		if b, ok := value.([]byte); ok {
			row[i] = bytes.Clone(b) // which the driver may use again for the next row
		}
	}
	return nil
}

func (r *driverRows) finish() error {
	rows := r.rows
	r.rows = nil
	return rows.Close()
}

func (r *driverRows) columns() ([]string, error) { return r.names, nil }

func (r *driverRows) next() ([]driver.Value, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	if len(r.ahead) == 0 && r.rows != nil {
		if err := r.conn.Raw(func(any) error { return r.read() }); err != nil {
			return nil, err
		}
	}
	if len(r.ahead) == 0 {
		return nil, r.err
	}
	width := len(r.names)
	row := r.ahead[:width:width]
	r.ahead = r.ahead[width:]
	return row, nil
}

func (r *driverRows) close() error {
	if r.rows == nil {
		return nil
	}
	return r.conn.Raw(func(any) error { return r.finish() })
}
