package coherence

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
)

// through writes by Engine.Tx.
func (w *writer) through(ctx context.Context, body func(naive.Queryer) error) error {
	return w.process.engine.Tx(ctx, func(tx *sqlx.Tx) error {
		// A transaction of SQLite that reads first is in another's way whenever that writes before it does.
		if _, err := tx.ExecContext(ctx, "DELETE FROM books WHERE 1 = 0"); err != nil {
			return err
		}
		return body(tx)
	})
}

// told tells whether the shared cache was told of what a process has written meanwhile. Where it misses the deadline, on a
// busy machine, other processes see that within MaxStaleness.
func told(before, after denorm.Stats) bool {
	return after.CacheErrors == before.CacheErrors && after.SharedKills > before.SharedKills
}

// exact writes by Engine.Tx while nobody else writes, and sees what was written in every cache that promises so,
// at once.
func (w *writer) exact(ctx context.Context, body func(naive.Queryer) error) error {
	r := w.trial
	r.writing.Lock()
	defer r.writing.Unlock()
	before, err := naive.Read(ctx, r.dialect(), r.plain)
	if err != nil {
		return err
	}
	known := w.process.engine.Stats()
	failed := w.through(ctx, body)
	if failed != nil {
		return failed
	}
	processes := []*process{w.process}
	if r.tiers.direct() && told(known, w.process.engine.Stats()) {
		processes = r.processes
	}
	after, err := naive.Read(ctx, r.dialect(), r.plain)
	if err != nil {
		return err
	}
	for _, s := range w.process.subjects {
		c := s.About()
		rows, want := c.Touched(before, after)
		if len(rows) == 0 {
			continue
		}
		for _, p := range processes {
			got, err := p.subject(c.Name).See(ctx, rows)
			if err != nil {
				return err
			}
			for key := range want {
				if got[key] != want[key] {
					return fmt.Errorf("process %s right after Tx in %s: document %s of %s\n got %s\nwant %s", p.name, w.process.name, key, c.Name, got[key], want[key])
				}
			}
			r.own.Add(int64(len(want)))
		}
	}
	return nil
}
