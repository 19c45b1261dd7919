package relay

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// compact removes events older than retention that a later one of them repeats. What named consumers keep from being
// pruned while they are away is bounded so by the number of documents, not of changes. (After log compaction in Kafka,
// and Helland, Immutability Changes Everything, CIDR 2015.)
func (f *feed) compact(ctx context.Context, retention time.Duration) error {
	for {
		more, err := f.compactBatch(ctx, retention)
		if err != nil || !more {
			return err
		}
	}
}

// compactBatch removes one batch, but no row where a named consumer stands. Who else stands at one has to start anew,
// or go back to where its name stands: compacted tells that the row was not lost by other means.
func (f *feed) compactBatch(ctx context.Context, retention time.Duration) (more bool, err error) {
	err = f.update(ctx, func(q capture.Queryer) error {
		more = false
		s, err := f.sql.loadState(ctx, q, lockWait)
		if err != nil {
			return err
		}
		var repeated []any
		last := s.compacted
		err = each(ctx, q, f.sql.text(`SELECT r."seq" FROM (SELECT "seq", ROW_NUMBER() OVER (PARTITION BY "collection", `+f.sql.sortable("doc_key")+
			` ORDER BY "seq" DESC) AS "newer" FROM "denorm_feed" WHERE "at" < ? AND "seq" < ?) AS r WHERE r."newer" > 1`+
			` AND NOT EXISTS (SELECT 1 FROM "denorm_consumers" AS c WHERE c."seq" = r."seq") ORDER BY r."seq" LIMIT ?`),
			[]any{f.timeOf(&s).Add(-retention).UnixMilli(), s.seq, pruneBatch}, func(rows *sql.Rows) error {
				var seq int64
				err := rows.Scan(&seq)
				repeated = append(repeated, seq)
				last = max(last, seq)
				return err
			})
		if err != nil || len(repeated) == 0 {
			return err
		}
		more = len(repeated) == pruneBatch
		if mutant.Active(mutant.CompactedMark) {
			last = s.compacted
		}
		if _, err := q.ExecContext(ctx, f.sql.text(`UPDATE "denorm_state" SET "compacted" = ? WHERE "id" = 1`), last); err != nil {
			return err
		}
		const rows = 500
		for start := 0; start < len(repeated); start += rows {
			part := repeated[start:min(start+rows, len(repeated))]
			query, args := f.sql.inline(`DELETE FROM "denorm_feed" WHERE "seq" IN (?`+strings.Repeat(", ?", len(part)-1)+`)`, part...)
			if _, err := q.ExecContext(ctx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}
