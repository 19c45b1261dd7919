package denorm

import (
	"context"
	"database/sql"
	"errors"
)

// driverSession is a snapshot of SQLite whose queries are read from the driver itself: for each row database/sql takes locks, and
// at each value it looks for its type.
type driverSession struct {
	engine *Engine
	conn   *sql.Conn
	plain  overSQL // on the same connection, for a driver that has to be asked through database/sql
	rows   driverRows
	cursor valueCursor
}

func (e *Engine) driverSession(ctx context.Context) (session, error) {
	pinned, err := e.pinText(ctx)
	if err != nil {
		return nil, err
	}
	return &driverSession{engine: e, conn: pinned.conn, plain: overSQL{on: pinned}}, nil
}

func (d *driverSession) query(ctx context.Context, s *statement, args []any, watch watch) (cursor, error) {
	err := d.rows.open(ctx, d.conn, s.text, args)
	if errors.Is(err, errThroughSQL) {
		d.engine.driverSkips.Store(true)
		return d.plain.query(ctx, s, args, watch)
	}
	if err != nil {
		watch.done(ctx, 0, err)
		return nil, err
	}
	d.cursor.open(ctx, &d.rows, watch)
	return &d.cursor, nil
}

func (d *driverSession) end(ctx context.Context, ok bool) { d.plain.end(ctx, ok) }
