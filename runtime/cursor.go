package denorm

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"strconv"
	"time"
)

// keySource runs the loaders of a batch on a session.
type keySource struct {
	ctx        context.Context
	engine     *Engine
	collection string
	loaders    []string
	session    session
	statements []statement // one per loader
	args       []any       // bound to each
	keys       int         // in args; 0 for a page
	guard      *guard      // nil for none
}

func (s *keySource) open(loader int) (cursor, error) {
	if s.engine.closed.Load() {
		return nil, ErrClosed
	}
	watch := s.engine.watch(s.collection, s.loaders[loader], s.statements[loader].text, s.keys)
	return s.session.query(s.ctx, &s.statements[loader], s.args, watch)
}

// valueCursor walks over rows of values. It is used for one loader after another.
type valueCursor struct {
	ctx     context.Context
	rows    valueRows // nil when closed
	current valueRow
	fetched int
	err     error
	watch   watch
}

// valueRows are the rows of one result.
type valueRows interface {
	columns() ([]string, error)
	// next returns the values of the next row, which are valid until it is called again, and nil behind the last.
	next() ([]driver.Value, error)
	close() error
}

// open begins with the rows of another result.
func (c *valueCursor) open(ctx context.Context, rows valueRows, watch watch) {
	c.ctx, c.rows, c.watch = ctx, rows, watch
	c.fetched, c.err, c.current.failed = 0, nil, nil
}

func (c *valueCursor) next() bool {
	if c.err != nil {
		return false
	}
	c.current.values, c.err = c.rows.next()
	if c.err != nil || c.current.values == nil {
		return false
	}
	c.fetched++
	return true
}

func (c *valueCursor) row() Row { return &c.current }

func (c *valueCursor) failure() (column string, err error) {
	if c.current.failed == nil {
		return "", nil
	}
	return c.name(c.current.column), c.current.failed
}

// name returns the name of a column, or its number where it has none.
func (c *valueCursor) name(i int) string {
	if columns, err := c.rows.columns(); err == nil && i < len(columns) && columns[i] != "" {
		return columns[i]
	}
	return strconv.Itoa(i)
}

func (c *valueCursor) close() error {
	if c.rows == nil {
		return nil
	}
	err := c.err
	if closing := c.rows.close(); err == nil {
		err = closing
	}
	c.rows = nil
	c.watch.done(c.ctx, c.fetched, err)
	return err
}

// sqlRows are those of database/sql.
type sqlRows struct {
	rows   *sql.Rows
	values []driver.Value
	dest   []any
}

// target takes a value from database/sql without copying it.
type target struct{ value *driver.Value }

// Scan implements sql.Scanner.
func (t target) Scan(value any) error {
	*t.value = value
	return nil
}

// open goes on to another result, which it closes if it cannot.
func (r *sqlRows) open(rows *sql.Rows) error {
	columns, err := rows.Columns()
	if err != nil {
		return errors.Join(err, rows.Close())
	}
	r.rows = rows
	r.values = slices.Grow(r.values[:0], len(columns))[:len(columns)]
	r.dest = r.dest[:0]
	for i := range r.values {
		r.dest = append(r.dest, target{&r.values[i]})
	}
	return nil
}

func (r *sqlRows) columns() ([]string, error) { return r.rows.Columns() }

func (r *sqlRows) next() ([]driver.Value, error) {
	if !r.rows.Next() {
		return nil, r.rows.Err()
	}
	return r.values, r.rows.Scan(r.dest...)
}

func (r *sqlRows) close() error { return r.rows.Close() }

// watch measures one query, if anybody wants to know.
type watch struct {
	engine *Engine // nil if nobody does
	start  time.Time
	query  Query
}
