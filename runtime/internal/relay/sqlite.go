package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// sqliteStore reads the log by a cursor and keeps the feed in a database of its own beside the user's: there
// commits come one after the other in the order of ids, and a relay that wrote to the user's database would
// fail the user's transactions that read before they write.
type sqliteStore struct {
	*feed
	// main reads the user's database. Where that is a file it is a pool of our own, so that a user's pool of
	// one connection is not waited for.
	main    *sql.DB
	ownMain bool
	side    *sql.DB
}

// Where the user's database is one in memory, main is the user's pool, of one connection as a rule. Who holds
// a connection of side never waits for one of main.

// sqliteSide is the DDL of the side database.
const sqliteSide = `
CREATE TABLE IF NOT EXISTS "denorm_state" ("id" INTEGER PRIMARY KEY CHECK ("id" = 1), "identity" TEXT NOT NULL,
  "epoch" INTEGER NOT NULL, "seq" INTEGER NOT NULL, "stamp" INTEGER NOT NULL, "floor" INTEGER NOT NULL,
  "plans" INTEGER NOT NULL, "everything" INTEGER NOT NULL, "cursor" INTEGER NOT NULL DEFAULT 0, "cursor_stamp" INTEGER NOT NULL DEFAULT 0,
  "compacted" INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS "denorm_feed" ("seq" INTEGER PRIMARY KEY, "epoch" INTEGER NOT NULL, "stamp" INTEGER NOT NULL,
  "collection" TEXT NOT NULL, "doc_key" TEXT, "at" INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS "denorm_generations" ("collection" TEXT PRIMARY KEY, "generation" INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS "denorm_work" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "body" TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "denorm_aside" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "at" INTEGER NOT NULL,
  "collection" TEXT NOT NULL, "change_row" TEXT NOT NULL, "error" TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "denorm_consumers" ("name" TEXT PRIMARY KEY, "epoch" INTEGER NOT NULL, "seq" INTEGER NOT NULL,
  "stamp" INTEGER NOT NULL, "seen_at" INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS "denorm_holds" ("name" TEXT PRIMARY KEY, "holder" TEXT NOT NULL, "until" INTEGER NOT NULL, "body" TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "denorm_failed" ("consumer" TEXT NOT NULL, "doc_hash" TEXT NOT NULL, "doc_key" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL, "since" INTEGER NOT NULL, "next_at" INTEGER NOT NULL, "error" TEXT NOT NULL, PRIMARY KEY ("consumer", "doc_hash"))`

// newest is the last change of the log, the zero value for none.
type newest struct{ id, stamp int64 }

const (
	selectNewest = `SELECT "id", "stamp" FROM "denorm_changes" ORDER BY "id" DESC LIMIT 1`
	selectChange = `SELECT "id", "stamp" FROM "denorm_changes" WHERE "id" = ?`
)

func readChange(ctx context.Context, q capture.Queryer, query string, args ...any) (n newest, err error) {
	err = each(ctx, q, query, args, func(rows *sql.Rows) error { return rows.Scan(&n.id, &n.stamp) })
	return n, err
}

// prepare makes the side's tables and begins the feed. A log that was read before, by a side file that was
// lost, is not read again: all documents count as changed.
func (s *sqliteStore) prepare(ctx context.Context) error {
	last, err := readChange(ctx, s.main, selectNewest)
	if err != nil {
		return s.installed(ctx, err)
	}
	collections, err := s.collections(ctx, s.main)
	if err != nil {
		return s.installed(ctx, err)
	}
	return s.again(ctx, func() error {
		return s.update(ctx, func(q capture.Queryer) error {
			if _, err := q.ExecContext(ctx, sqliteSide); err != nil {
				return fmt.Errorf("make the tables of the feed: %w", err)
			}
			_, err := s.sql.loadState(ctx, q, lockWait)
			if !errors.Is(err, errNoState) {
				return err
			}
			if err := s.begin(ctx, q); err != nil || last.id == 0 {
				return err
			}
			if err := s.moveCursor(ctx, q, last); err != nil {
				return err
			}
			state, err := s.sql.loadState(ctx, q, lockWait)
			if err != nil {
				return err
			}
			list := make([]Event, len(collections))
			for i, collection := range collections {
				list[i] = Event{Collection: collection, All: true}
			}
			return s.appendEvents(ctx, q, &state, list)
		})
	})
}

func (s *sqliteStore) reader() capture.Queryer { return s.side }

func (s *sqliteStore) source(ctx context.Context) (capture.Queryer, func(), error) {
	conn, err := s.main.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	// What is read together is read from one snapshot.
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "BEGIN DEFERRED"); err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	return conn, func() { _ = finish(ctx, conn, "ROLLBACK") }, nil
}

// update writes to the side. Its transactions take the lock at once: one that read first could not get it.
func (s *sqliteStore) update(ctx context.Context, do func(q capture.Queryer) error) error {
	conn, err := s.side.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		_ = conn.Close()
		return err
	}
	if err := do(conn); err != nil {
		return errors.Join(err, finish(ctx, conn, "ROLLBACK"))
	}
	return finish(ctx, conn, "COMMIT")
}

// finish ends a transaction, also when ctx has ended, and gives the connection back.
func finish(ctx context.Context, conn *sql.Conn, how string) error {
	ctx = context.WithoutCancel(ctx)
	_, err := conn.ExecContext(ctx, how)
	if how == "ROLLBACK" {
		err = nil // the failure that led here may have ended the transaction
	} else if err != nil {
		_, _ = conn.ExecContext(ctx, "ROLLBACK")
	}
	return errors.Join(err, conn.Close())
}

// claim takes the connections in the order that avoids deadlocks, and begins the snapshot of main last: it has to
// hold everything up to the cursor.
func (s *sqliteStore) claim(ctx context.Context) (*claim, error) {
	main, err := s.main.Conn(ctx)
	if err != nil {
		return nil, err
	}
	side, err := s.side.Conn(ctx)
	if err != nil {
		_ = main.Close()
		return nil, err
	}
	if err := s.tryLock(ctx, side); err != nil {
		_ = side.Close()
		_ = main.Close()
		if isBusy(err) {
			return nil, nil
		}
		return nil, err
	}
	c := &claim{side: side, main: main}
	if _, err := main.ExecContext(context.WithoutCancel(ctx), "BEGIN DEFERRED"); err != nil {
		_ = main.Close()
		return nil, errors.Join(err, finish(ctx, side, "ROLLBACK"))
	}
	c.end = func(commit bool) error {
		how := "ROLLBACK"
		if commit {
			how = "COMMIT"
		}
		err := finish(ctx, side, how)
		return errors.Join(err, finish(ctx, main, "ROLLBACK"))
	}
	c.state, err = s.sql.loadState(ctx, side, lockTry)
	if err == nil {
		c.rewind, err = rewind(ctx, main, &c.state)
	}
	if err == nil && c.rewind != "" {
		err = s.cursorToEnd(ctx, c)
	}
	if err != nil {
		return nil, errors.Join(err, c.end(false))
	}
	return c, nil
}

// tryLock begins a transaction of the side, and waits for others only a moment.
func (s *sqliteStore) tryLock(ctx context.Context, side *sql.Conn) error {
	whole := context.WithoutCancel(ctx)
	if _, err := side.ExecContext(whole, "PRAGMA busy_timeout = 20"); err != nil {
		return err
	}
	_, err := side.ExecContext(whole, "BEGIN IMMEDIATE")
	_, reset := side.ExecContext(whole, busyTimeout)
	return errors.Join(err, reset)
}

// rewind tells why the log cannot be the one that the cursor is in, "" if it is.
func rewind(ctx context.Context, main capture.Queryer, state *state) (string, error) {
	if state.cursor == 0 || mutant.Active(mutant.LogRewind) {
		return "", nil
	}
	at, err := readChange(ctx, main, selectChange, state.cursor)
	switch {
	case err != nil:
		return "", err
	case at.id == 0:
		return "the change that was read last is not in the log", nil
	case at.stamp != state.cursorStamp:
		return "the change that was read last is another one in the log", nil
	}
	return "", nil
}

func (s *sqliteStore) cursorToEnd(ctx context.Context, c *claim) error {
	last, err := readChange(ctx, c.main, selectNewest)
	if err != nil {
		return err
	}
	// What was going on is part of "everything".
	if _, err := c.side.ExecContext(ctx, `DELETE FROM "denorm_work"`); err != nil {
		return err
	}
	return s.moveCursor(ctx, c.side, last)
}

func (s *sqliteStore) moveCursor(ctx context.Context, side capture.Queryer, to newest) error {
	_, err := side.ExecContext(ctx, `UPDATE "denorm_state" SET "cursor" = ?, "cursor_stamp" = ? WHERE "id" = 1`, to.id, to.stamp)
	return err
}

func (s *sqliteStore) take(ctx context.Context, c *claim) ([]capture.Row, error) {
	rows, err := readChanges(ctx, c.main, `SELECT `+changeColumns+` FROM "denorm_changes" WHERE "id" > ? ORDER BY "id" LIMIT ?`,
		c.state.cursor, s.Batch)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	last, err := readChange(ctx, c.main, selectChange, rows[len(rows)-1].ID)
	if err != nil {
		return nil, err
	}
	return rows, s.moveCursor(ctx, c.side, last)
}

// poll reads the log before the side: what the log held then, and the side has read by now, is in the feed.
func (s *sqliteStore) poll(ctx context.Context) (Poll, error) {
	for again := false; ; again = true {
		last, err := readChange(ctx, s.main, selectNewest)
		if err != nil {
			return Poll{}, err
		}
		p, cursor, err := s.pollSide(ctx)
		switch {
		case err != nil:
			return Poll{}, err
		case cursor == last: // all was read
		case cursor.id < last.id:
			p.Oldest, p.Newest = cursor.id+1, last.id
		case again:
			// A log that ends before the cursor, or differently: history was rewound, and nothing is known
			// until the relay has noticed.
			p.Pending, p.Newest, p.Oldest = !mutant.Active(mutant.RewoundWaits), max(last.id, 1), 0
			return p, nil
		default: // the cursor may have moved in between
			continue
		}
		p.Pending = p.Pending && !mutant.Active(mutant.WorkWaits)
		if work := p.Pending; work {
			p.Oldest = 0
		}
		p.Pending = p.Pending || p.Newest > 0
		return p, nil
	}
}

// pollSide reads the side by one statement. Pending tells of expansions.
func (s *sqliteStore) pollSide(ctx context.Context) (p Poll, cursor newest, err error) {
	found := false
	err = each(ctx, s.side, `SELECT "epoch", "seq", "stamp", "everything", "plans", "cursor", "cursor_stamp",`+
		` EXISTS (SELECT 1 FROM "denorm_work") FROM "denorm_state" WHERE "id" = 1`, nil, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&p.Head.Epoch, &p.Head.Seq, &p.Head.Stamp, &p.Everything, &p.Plans, &cursor.id, &cursor.stamp, &p.Pending)
	})
	if err == nil && !found {
		err = errNoState
	}
	return p, cursor, err
}

func (s *sqliteStore) backlog(ctx context.Context) (int64, error) {
	state, err := s.readState(ctx)
	if err != nil {
		return 0, err
	}
	return readNumber(ctx, s.main, `SELECT COUNT(*) FROM "denorm_changes" WHERE "id" > ?`, state.cursor)
}
