package relay

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// pruneBatch is how many events one transaction removes.
const pruneBatch = 10_000

// Prune implements Feed.
func (f *feed) Prune(ctx context.Context, retention time.Duration) error {
	for {
		more, err := f.pruneFeed(ctx, retention)
		if err != nil {
			return fmt.Errorf("prune the feed: %w", err)
		}
		if !more {
			break
		}
	}
	if err := f.compact(ctx, retention); err != nil {
		return fmt.Errorf("compact the feed: %w", err)
	}
	if err := f.store.pruneLog(ctx); err != nil {
		return fmt.Errorf("prune the log of changes: %w", f.installed(ctx, err))
	}
	return nil
}

// pruneFeed removes one batch. The floor moves in the same transaction, so that no reader sees a gap without it.
func (f *feed) pruneFeed(ctx context.Context, retention time.Duration) (more bool, err error) {
	err = f.update(ctx, func(q capture.Queryer) error {
		more = false
		s, err := f.sql.loadState(ctx, q, lockWait)
		if err != nil {
			return err
		}
		now := f.timeOf(&s)
		// The last row stays, for its stamp; so does the one where a consumer stands.
		bound, err := readNumber(ctx, q, f.sql.text(`SELECT COALESCE(MIN("seq"), ?) FROM "denorm_consumers" WHERE "seen_at" > ? AND "epoch" <= ?`),
			s.seq, now.Add(-f.KeepFor).Unix(), s.epoch)
		if err != nil {
			return err
		}
		if mutant.Active(mutant.ConsumersHold) {
			bound = s.seq
		}
		bound = min(bound, s.seq)
		if mutant.Active(mutant.LastRowStays) {
			bound++
		}
		to, n := s.floor, 0
		err = each(ctx, q, f.sql.text(`SELECT "seq" FROM "denorm_feed" WHERE "seq" > ? AND "seq" < ? AND "at" < ? ORDER BY "seq" LIMIT ?`),
			[]any{s.floor, bound, now.Add(-retention).UnixMilli(), pruneBatch}, func(rows *sql.Rows) error {
				n++
				return rows.Scan(&to)
			})
		if err != nil || n == 0 {
			return err
		}
		more = n == pruneBatch
		if _, err := q.ExecContext(ctx, f.sql.text(`UPDATE "denorm_state" SET "floor" = ? WHERE "id" = 1`), to); err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, f.sql.text(`DELETE FROM "denorm_feed" WHERE "seq" <= ?`), to)
		return err
	})
	return more, err
}

// Status implements Feed.
func (f *feed) Status(ctx context.Context) (Status, error) {
	status, err := f.status(ctx)
	if err != nil {
		return Status{}, fmt.Errorf("read the status of the feed: %w", f.installed(ctx, err))
	}
	return status, nil
}

func (f *feed) status(ctx context.Context) (Status, error) {
	poll, err := f.Poll(ctx)
	if err != nil {
		return Status{}, err
	}
	status := Status{Head: poll.Head}
	f.mu.Lock()
	if len(f.seen) > 0 {
		status.Age = time.Since(f.seen[0].at)
	}
	f.mu.Unlock()
	if status.Backlog, err = f.store.backlog(ctx); err != nil {
		return Status{}, err
	}
	q := f.store.reader()
	if status.Work, err = readNumber(ctx, q, f.sql.text(`SELECT COUNT(*) FROM "denorm_work"`)); err != nil {
		return Status{}, err
	}
	err = each(ctx, q, f.sql.text(`SELECT "at", "collection", "error" FROM "denorm_aside" ORDER BY "id" DESC LIMIT 100`), nil, func(rows *sql.Rows) error {
		var a Aside
		var at int64
		err := rows.Scan(&at, &a.Collection, &a.Error)
		a.At = time.UnixMilli(at)
		status.Aside = append(status.Aside, a)
		return err
	})
	if err != nil {
		return Status{}, err
	}
	err = each(ctx, q, f.sql.text(`SELECT "name", "epoch", "seq", "stamp", "seen_at" FROM "denorm_consumers" ORDER BY "name"`), nil, func(rows *sql.Rows) error {
		var c ConsumerStatus
		var seen int64
		err := rows.Scan(&c.Name, &c.At.Epoch, &c.At.Seq, &c.At.Stamp, &seen)
		c.SeenAt, c.Behind = time.Unix(seen, 0), max(poll.Head.Seq-c.At.Seq, 0)
		status.Consumers = append(status.Consumers, c)
		return err
	})
	return status, err
}
