package relay

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// serverStore keeps all in one database, PostgreSQL, MySQL or MariaDB.
type serverStore struct {
	*feed
	floor   floor
	running running // on MySQL
}

func (s *serverStore) prepare(ctx context.Context) error {
	return s.update(ctx, func(q capture.Queryer) error { return s.begin(ctx, q) })
}

func (s *serverStore) reader() capture.Queryer { return s.DB }

func (s *serverStore) source(context.Context) (capture.Queryer, func(), error) {
	return s.DB, func() {}, nil
}

func (s *serverStore) update(ctx context.Context, do func(q capture.Queryer) error) error {
	tx, err := s.DB.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the connection leaves the pool if that fails
		return err
	}
	return tx.Commit()
}

// claim begins with the lock of the state: it makes the order of commits the order of numbers, whoever else
// believes to be the relay.
func (s *serverStore) claim(ctx context.Context) (*claim, error) {
	mark, seen := s.floor.candidate(), s.floor.seen()
	isolation, how := sql.LevelReadCommitted, lockTry
	if mutant.Active(mutant.ReadCommitted) {
		isolation = sql.LevelDefault
	}
	if mutant.Active(mutant.CounterLock) {
		how = lockNone
	}
	tx, err := s.DB.BeginTx(ctx, &sql.TxOptions{Isolation: isolation})
	if err != nil {
		return nil, err
	}
	state, err := s.sql.loadState(ctx, tx, how)
	if err != nil {
		_ = tx.Rollback()
		if isBusy(err) || errors.Is(err, errNoState) {
			return nil, nil
		}
		return nil, err
	}
	if !s.floor.follow(seen, logEnd{state.head(), state.claimed}) {
		mark = 0
	}
	if s.sql == postgres && mark > 0 {
		number, err := readNumber(ctx, tx, `SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)`)
		if err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
		s.floor.bound(mark, number)
	}
	if s.sql == mysql {
		if err := s.running.look(ctx, tx, &s.floor, mark); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
	}
	return &claim{side: tx, main: tx, state: state, end: func(commit bool) error {
		if commit {
			return tx.Commit()
		}
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			return err
		}
		return nil
	}}, nil
}

const changeColumns = `"id", "layout", "op", "changed", "old_in", "new_in", "old_row", "new_row"`

func (s *serverStore) take(ctx context.Context, c *claim) ([]capture.Row, error) {
	if s.sql == postgres {
		rows, err := readChanges(ctx, c.main, s.sql.text(`DELETE FROM "denorm_changes" WHERE "id" = ANY (ARRAY(`+
			`SELECT "id" FROM "denorm_changes" WHERE "id" > ? ORDER BY "id" LIMIT ? FOR UPDATE SKIP LOCKED)) RETURNING `+changeColumns),
			s.floor.get(), s.Batch)
		slices.SortFunc(rows, func(a, b capture.Row) int { return int(a.ID - b.ID) })
		return rows, err
	}
	query, args := s.sql.inline(`SELECT `+changeColumns+
		` FROM "denorm_changes" WHERE "id" > ? ORDER BY "id" LIMIT ? FOR UPDATE SKIP LOCKED`, s.floor.get(), int64(s.Batch))
	rows, err := readChanges(ctx, c.main, query, args...)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(rows, maxUnions) {
		ids := make([]any, len(part))
		for i := range part {
			ids[i] = part[i].ID
		}
		// A list of ids may be searched for by a scan, which waits for the rows of all running writers. A join
		// looks up each by its key.
		query, args := s.sql.inline(`DELETE "c" FROM (SELECT CAST(? AS SIGNED) AS "id"`+
			strings.Repeat(` UNION ALL SELECT CAST(? AS SIGNED)`, len(part)-1)+
			`) AS "d" STRAIGHT_JOIN "denorm_changes" AS "c" FORCE INDEX (PRIMARY) ON "c"."id" = "d"."id"`, ids...)
		if _, err := c.main.ExecContext(ctx, query, args...); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// readChanges reads rows of the log by a query that returns changeColumns.
func readChanges(ctx context.Context, q capture.Queryer, query string, args ...any) ([]capture.Row, error) {
	var list []capture.Row
	err := each(ctx, q, query, args, func(rows *sql.Rows) error {
		var r capture.Row
		err := rows.Scan(&r.ID, &r.Layout, &r.Op, &r.Changed, &r.OldIn, &r.NewIn, &r.Old, &r.New)
		list = append(list, r)
		return err
	})
	return list, err
}

func (s *serverStore) poll(ctx context.Context) (Poll, error) {
	for {
		seen := s.floor.seen()
		p, claimed, err := s.pollAbove(ctx, s.floor.get())
		if err != nil || s.floor.follow(seen, logEnd{p.Head, claimed}) {
			return p, err
		}
	}
}

// pollAbove looks at the log from a floor on, and returns the greatest number that was claimed of it.
func (s *serverStore) pollAbove(ctx context.Context, above int64) (p Poll, claimed int64, err error) {
	xmin := strconv.FormatInt(s.running.below(), 10) // known before the snapshot of this statement begins
	if s.sql == postgres {
		xmin = `CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)`
	}
	var ended int64
	var work, found bool
	query, args := s.sql.inline(`SELECT s."epoch", s."seq", s."stamp", s."everything", s."plans", s."claimed",`+
		` COALESCE((SELECT MIN(c."id") FROM "denorm_changes" AS c WHERE c."id" > ?), 0),`+
		` COALESCE((SELECT MAX(c."id") FROM "denorm_changes" AS c WHERE c."id" > ?), 0),`+
		` EXISTS (SELECT 1 FROM "denorm_work"), `+xmin+` FROM "denorm_state" AS s WHERE s."id" = 1`, above, above)
	err = each(ctx, s.DB, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&p.Head.Epoch, &p.Head.Seq, &p.Head.Stamp, &p.Everything, &p.Plans, &claimed, &p.Oldest, &p.Newest, &work, &ended)
	})
	if err != nil {
		return Poll{}, 0, err
	}
	if !found {
		return Poll{}, 0, errNoState
	}
	s.floor.look(above, p.Oldest, p.Newest, ended)
	work = work && !mutant.Active(mutant.WorkWaits)
	p.Pending = work || p.Newest > 0
	if work {
		p.Oldest = 0
	}
	return p, claimed, nil
}

func (s *serverStore) mark(ctx context.Context) (int64, error) {
	query := `SELECT COALESCE(MAX("id"), 0) FROM "denorm_changes"`
	if s.sql == postgres { // the newest visible row may be long gone; what comes later is above this anyway
		query = `SELECT COALESCE(pg_sequence_last_value(CAST(pg_get_serial_sequence('denorm_changes', 'id') AS regclass)), 0)`
	}
	return readNumber(ctx, s.DB, s.sql.text(query))
}

func (s *serverStore) above(_ context.Context, _ capture.Queryer, mark int64) (int64, error) {
	return max(mark, s.floor.get()), nil
}

func (s *serverStore) backlog(ctx context.Context) (int64, error) {
	return readNumber(ctx, s.DB, s.sql.text(`SELECT COUNT(*) FROM "denorm_changes"`))
}

// pruneLog does nothing: claimed changes are deleted.
func (s *serverStore) pruneLog(context.Context) error { return nil }

func (s *serverStore) close() error { return nil }

func readNumber(ctx context.Context, q capture.Queryer, query string, args ...any) (n int64, err error) {
	err = each(ctx, q, query, args, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}
