package relay

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// never is the time of a next attempt that is not made.
const never = math.MaxInt64

// docHash stands for a key in an index, whose entries are bounded in length.
func docHash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// SaveFailures implements Feed.
func (f *feed) SaveFailures(ctx context.Context, consumer string, list []Failure) error {
	err := f.update(ctx, func(q capture.Queryer) error {
		s, err := f.sql.loadState(ctx, q, lockNone)
		if err != nil {
			return err
		}
		now := f.timeOf(&s)
		for _, failure := range list {
			since, next := now.UnixMilli(), int64(never)
			if !failure.Since.IsZero() {
				since = failure.Since.UnixMilli()
			}
			if failure.Pause > 0 {
				next = now.Add(failure.Pause).UnixMilli()
			}
			_, err := q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_failed" ("consumer", "doc_hash", "doc_key", "attempts", "since", "next_at", "error")`+
				` VALUES (?, ?, ?, ?, ?, ?, ?)`+f.sql.upsert([]string{"consumer", "doc_hash"}, "attempts", "next_at", "error")),
				consumer, docHash(failure.Key), failure.Key, failure.Attempts, since, next, failure.Error)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set %d documents of %s aside: %w", len(list), consumer, err)
	}
	return nil
}

// Failures implements Feed.
func (f *feed) Failures(ctx context.Context, consumer string, due bool, limit int) ([]Failure, error) {
	s, err := f.readState(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what %s could not take: %w", consumer, err)
	}
	now, until := f.timeOf(&s), int64(never)
	if due {
		until = now.UnixMilli()
	}
	var list []Failure
	err = each(ctx, f.store.reader(), f.sql.text(`SELECT "doc_key", "attempts", "since", "next_at", "error" FROM "denorm_failed"`+
		` WHERE "consumer" = ? AND "next_at" <= ? ORDER BY "next_at", "since" LIMIT ?`), []any{consumer, until, limit}, func(rows *sql.Rows) error {
		var failure Failure
		var since, next int64
		err := rows.Scan(&failure.Key, &failure.Attempts, &since, &next, &failure.Error)
		failure.Since = time.UnixMilli(since)
		if next != never {
			failure.Pause = max(time.UnixMilli(next).Sub(now), time.Millisecond)
		}
		list = append(list, failure)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what %s could not take: %w", consumer, f.installed(ctx, err))
	}
	return list, nil
}

// ForgetFailures implements Feed.
func (f *feed) ForgetFailures(ctx context.Context, consumer string, keys []string) error {
	err := f.update(ctx, func(q capture.Queryer) error {
		for _, key := range keys {
			_, err := q.ExecContext(ctx, f.sql.text(`DELETE FROM "denorm_failed" WHERE "consumer" = ? AND "doc_hash" = ?`), consumer, docHash(key))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget what %s could not take: %w", consumer, err)
	}
	return nil
}
