package denorm

import (
	"context"
	"database/sql"
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

// sqlCursor reads *sql.Rows into cells. It is used for one loader after another.
type sqlCursor struct {
	ctx     context.Context
	rows    *sql.Rows // nil when closed
	current sqlRow
	dest    []any
	fetched int
	err     error
	watch   watch
}

// prepare makes one cell per column.
func (c *sqlCursor) prepare() error {
	columns, err := c.rows.Columns()
	if err != nil {
		return err
	}
	n := len(columns)
	if cap(c.current.cells) < n {
		c.current.cells = make([]cell, n)
		c.dest = make([]any, n)
		for i := range c.dest {
			c.dest[i] = &c.current.cells[i]
		}
	}
	c.current.cells, c.dest = c.current.cells[:n], c.dest[:n]
	c.current.failed, c.err = nil, nil
	return nil
}

func (c *sqlCursor) next() bool {
	if c.err != nil || !c.rows.Next() {
		return false
	}
	if c.err = c.rows.Scan(c.dest...); c.err != nil {
		return false
	}
	c.fetched++
	return true
}

func (c *sqlCursor) row() Row { return &c.current }

func (c *sqlCursor) failure() (column string, err error) {
	if c.current.failed == nil {
		return "", nil
	}
	return c.name(c.current.column), c.current.failed
}

// name returns the name of a column, or its number where it has none.
func (c *sqlCursor) name(i int) string {
	if columns, err := c.rows.Columns(); err == nil && i < len(columns) && columns[i] != "" {
		return columns[i]
	}
	return strconv.Itoa(i)
}

func (c *sqlCursor) close() error {
	if c.rows == nil {
		return nil
	}
	err := c.err
	if err == nil {
		err = c.rows.Err()
	}
	if closing := c.rows.Close(); err == nil {
		err = closing
	}
	c.rows = nil
	c.watch.done(c.ctx, c.fetched, err)
	return err
}

// watch measures one query, if anybody wants to know.
type watch struct {
	engine *Engine // nil if nobody does
	start  time.Time
	query  Query
}
