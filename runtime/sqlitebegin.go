package denorm

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// beginLocks tells whether the SQLite driver's BeginTx takes the write lock even for a read-only
// transaction, as _txlock=immediate makes one of them do. It tries once per engine: on a connection that
// may only query, beginning such a transaction fails.
func (e *Engine) beginLocks(ctx context.Context) (bool, error) {
	if known := e.pinned.Load(); known != nil {
		return *known, nil
	}
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return false, fmt.Errorf("begin a snapshot: %w", err)
	}
	locks, err := tryBegin(context.WithoutCancel(ctx), conn) // it waits for nothing
	release(conn, err)
	if err != nil {
		return false, fmt.Errorf("begin a snapshot: %w", err)
	}
	e.pinned.Store(&locks)
	return locks, nil
}

// tryBegin tries a read-only transaction while the connection may only query. After an error the
// connection's settings are in doubt.
func tryBegin(ctx context.Context, conn *sql.Conn) (locks bool, err error) {
	var before int
	if err := conn.QueryRowContext(ctx, "PRAGMA query_only").Scan(&before); err != nil {
		return false, err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = 1"); err != nil {
		return false, err
	}
	tx, refused := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if refused == nil {
		if err := tx.Rollback(); err != nil {
			return false, err
		}
	}
	_, err = conn.ExecContext(ctx, "PRAGMA query_only = "+strconv.Itoa(before))
	return refused != nil, err
}
