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

// valueCursor walks over rows whose values it has read into one valueRow. It is used for one loader after another.
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
	// into says where each row's values go.
	into(values []driver.Value)
	// next reads a row, and tells whether there was one.
	next() (bool, error)
	close() error
}

// open begins with rows, and closes them if it cannot.
func (c *valueCursor) open(ctx context.Context, rows valueRows, watch watch) (cursor, error) {
	c.ctx, c.rows, c.watch = ctx, rows, watch
	c.fetched, c.err, c.current.failed = 0, nil, nil
	columns, err := rows.columns()
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	c.current.values = slices.Grow(c.current.values[:0], len(columns))[:len(columns)]
	rows.into(c.current.values)
	return c, nil
}

func (c *valueCursor) next() bool {
	if c.err != nil {
		return false
	}
	more, err := c.rows.next()
	if c.err = err; err != nil || !more {
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
	rows *sql.Rows
	dest []any
}

// target takes a value from database/sql without copying it.
type target struct{ value *driver.Value }

// Scan implements sql.Scanner.
func (t target) Scan(value any) error {
	*t.value = value
	return nil
}

func (r *sqlRows) columns() ([]string, error) { return r.rows.Columns() }

func (r *sqlRows) into(values []driver.Value) {
	r.dest = r.dest[:0]
	for i := range values {
		r.dest = append(r.dest, target{&values[i]})
	}
}

func (r *sqlRows) next() (bool, error) {
	if !r.rows.Next() {
		return false, r.rows.Err()
	}
	return true, r.rows.Scan(r.dest...)
}

func (r *sqlRows) close() error { return r.rows.Close() }

// watch measures one query, if anybody wants to know.
type watch struct {
	engine *Engine // nil if nobody does
	start  time.Time
	query  Query
}
