package sqlsink

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

const (
	remembered = 24 * time.Hour   // how long it is known what was deleted
	sweepEvery = 10 * time.Minute // at most, unless more is left
	sweepMost  = 1000             // rows at a time
)

// sweep forgets some of what was deleted long ago. What fails is done by the next one.
func (s *Sink) sweep(ctx context.Context, p *place) {
	now := time.Now()
	s.mu.Lock()
	due := now.Sub(s.swept[p.table]) >= sweepEvery
	if due {
		s.swept[p.table] = now
	}
	s.mu.Unlock()
	if !due {
		return
	}
	old := fmt.Sprintf("gone_at < %s - %d", s.database.now(), int(remembered.Seconds()))
	table := s.database.quote(p.table)
	var keys []string
	query := fmt.Sprintf("SELECT doc_key FROM %s WHERE %s LIMIT %d", table, old, sweepMost)
	err := each(ctx, s.db, query, nil, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		keys = append(keys, key)
		return err
	})
	if err != nil || len(keys) == 0 {
		return
	}
	slices.Sort(keys) // as writers do
	condition, values := s.database.among(keys)
	_, err = s.db.ExecContext(ctx, fmt.Sprintf("DELETE FROM %s WHERE %s AND %s", table, condition, old), values...)
	if err != nil || len(keys) == sweepMost {
		s.mu.Lock()
		delete(s.swept, p.table)
		s.mu.Unlock()
	}
}
