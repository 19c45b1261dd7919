package relay

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// errNoState tells that the tables are there but the feed was not begun.
var errNoState = errors.New("the feed has no state")

// state is the row of denorm_state.
type state struct {
	identity                 string
	epoch, seq, stamp, floor int64
	compacted                int64
	plans, everything        int64
	cursor, cursorStamp      int64   // SQLite
	claimed                  int64   // the greatest number of a change that was taken; not stored on SQLite, which has the cursor
	now                      int64   // when it was read, by the server's clock in milliseconds; 0 on SQLite
	appended                 stretch // what the transaction appended in this epoch
}

func (s *state) head() Position { return Position{Epoch: s.epoch, Seq: s.seq, Stamp: s.stamp} }

// lock says how a read of the state locks it.
type lock int

const (
	lockNone lock = iota
	lockWait
	lockTry // do not wait: no state is returned, or a busy error, where somebody holds it
)

// selectState is the text that reads the state.
func (d sqlDialect) selectState(how lock) string {
	columns := `SELECT "identity", "epoch", "seq", "stamp", "floor", "compacted", "plans", "everything"`
	if d == sqlite {
		columns += `, "cursor", "cursor_stamp", 0`
	} else {
		columns += `, 0, 0, "claimed"`
	}
	columns += `, ` + d.clock()
	text := columns + ` FROM "denorm_state" WHERE "id" = 1`
	switch {
	case d == sqlite || how == lockNone:
	case how == lockTry && d == mysql:
		text += ` FOR UPDATE NOWAIT`
	case how == lockTry:
		text += ` FOR UPDATE SKIP LOCKED`
	default:
		text += ` FOR UPDATE`
	}
	return d.text(text)
}

// loadState reads the state. Where the feed was not begun, or another holds it and how is lockTry, it is
// errNoState.
func (d sqlDialect) loadState(ctx context.Context, q capture.Queryer, how lock) (state, error) {
	var s state
	found := false
	err := each(ctx, q, d.selectState(how), nil, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&s.identity, &s.epoch, &s.seq, &s.stamp, &s.floor, &s.compacted, &s.plans, &s.everything, &s.cursor, &s.cursorStamp, &s.claimed, &s.now)
	})
	if err != nil {
		return state{}, err
	}
	if !found || s.stamp == 0 {
		return s, errNoState
	}
	return s, nil
}

// saveState stores what a step moved in the state, which q's transaction has locked.
func (d sqlDialect) saveState(ctx context.Context, q capture.Queryer, s *state) error {
	set, values := `"epoch" = ?, "seq" = ?, "stamp" = ?, "everything" = ?`, []any{s.epoch, s.seq, s.stamp, s.everything}
	if d != sqlite {
		set, values = set+`, "claimed" = ?`, append(values, s.claimed)
	}
	query, args := d.inline(`UPDATE "denorm_state" SET `+set+` WHERE "id" = 1`, values...)
	if _, err := q.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("move the head of the feed: %w", err)
	}
	return nil
}

// readState reads the state outside of a transaction, and begins the feed if need be.
func (f *feed) readState(ctx context.Context) (state, error) {
	s, err := f.sql.loadState(ctx, f.store.reader(), lockNone)
	if errors.Is(err, errNoState) {
		if err = f.store.prepare(ctx); err == nil {
			s, err = f.sql.loadState(ctx, f.store.reader(), lockNone)
		}
	}
	return s, f.installed(ctx, err)
}

// installed turns the error of a missing table into ErrNotInstalled.
func (f *feed) installed(ctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil && !errors.Is(err, ErrNotInstalled) && isMissingTable(err) {
		return fmt.Errorf("%w: %w", ErrNotInstalled, err)
	}
	return err
}

// begin makes the state row of a new feed where there is none. Its first epoch is the time, so that the
// versions of a feed that was lost, and begun anew, are not greater than its own.
func (f *feed) begin(ctx context.Context, q capture.Queryer) error {
	name, err := randomName()
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_state"`+
		` ("id", "identity", "epoch", "seq", "stamp", "floor", "plans", "everything") VALUES (1, ?, 0, 0, 0, 0, 0, 0)`+
		f.sql.ignore("id")), name)
	if err != nil {
		return err
	}
	s, err := f.sql.loadState(ctx, q, lockWait)
	if !errors.Is(err, errNoState) {
		return err
	}
	if s.stamp, err = randomStamp(); err != nil {
		return err
	}
	at := f.timeOf(&s)
	s.epoch = max(s.epoch+1, at.Unix())
	_, err = q.ExecContext(ctx, f.sql.text(`UPDATE "denorm_state" SET "epoch" = ?, "stamp" = ?, "floor" = -1 WHERE "id" = 1`), s.epoch, s.stamp)
	if err != nil {
		return err
	}
	// The row that says where the feed begins: a position there is checked like any other.
	_, err = q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_feed" ("seq", "epoch", "stamp", "collection", "doc_key", "at")`+
		` VALUES (?, ?, ?, '', NULL, ?)`), s.seq, s.epoch, s.stamp, at.UnixMilli())
	return err
}

// timeOf is when a state was read. Processes on several machines share a server, and only its clock then: one that
// is off would have others prune too early. Those that share a file are on one machine.
func (f *feed) timeOf(s *state) time.Time {
	if s.now == 0 || mutant.Active(mutant.ServerClock) {
		return f.Clock()
	}
	return time.UnixMilli(s.now)
}

// randomStamp tells one life of a row of the feed from another.
func randomStamp() (int64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("draw a random stamp: %w", err)
	}
	return int64(binary.LittleEndian.Uint64(b[:])>>1) | 1, nil // not 0, which is no stamp
}

func randomName() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("draw a random name: %w", err)
	}
	return fmt.Sprintf("%x", b), nil
}

// each runs a query and calls do for every row.
func each(ctx context.Context, q capture.Queryer, query string, args []any, do func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}
