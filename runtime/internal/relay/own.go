package relay

import (
	"context"
	"errors"
	"fmt"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// Mark implements Feed.
func (f *feed) Mark(ctx context.Context) (int64, error) {
	mark, err := f.store.mark(ctx)
	if err != nil {
		return 0, fmt.Errorf("mark the end of the log: %w", f.installed(ctx, err))
	}
	return mark, nil
}

// Own implements Feed.
func (f *feed) Own(ctx context.Context, q capture.Queryer, mark int64) ([]capture.Row, error) {
	if f.sql == postgres && !mutant.Active(mutant.DeferredFirst) { // deferred constraint triggers may write, and that is logged only then
		if _, err := q.ExecContext(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
			return nil, fmt.Errorf("check deferred constraints: %w", err)
		}
	}
	mark, err := f.store.above(ctx, q, mark)
	if err != nil {
		return nil, fmt.Errorf("read the transaction's own changes: %w", f.installed(ctx, err))
	}
	rows, err := readChanges(ctx, q, f.sql.text(`SELECT `+changeColumns+` FROM "denorm_changes" WHERE "id" > ? ORDER BY "id"`), mark)
	if err != nil {
		return nil, fmt.Errorf("read the transaction's own changes: %w", f.installed(ctx, err))
	}
	return rows, nil
}

// Resolve implements Feed.
func (f *feed) Resolve(ctx context.Context, changes []capture.Row, limit int) ([]Event, bool, error) {
	if len(changes) == 0 {
		return nil, true, nil
	}
	list, within, err := f.resolve(ctx, changes, limit, false)
	if errors.Is(err, errSuspect) {
		f.forget()
		list, within, err = f.resolve(ctx, changes, limit, true)
	}
	if err != nil {
		return nil, false, fmt.Errorf("find the documents of changes: %w", f.installed(ctx, err))
	}
	return list, within, nil
}

func (f *feed) resolve(ctx context.Context, changes []capture.Row, limit int, careful bool) ([]Event, bool, error) {
	state, err := f.readState(ctx)
	if err != nil {
		return nil, false, err
	}
	q, done, err := f.store.source(ctx)
	if err != nil {
		return nil, false, err
	}
	defer done()
	program, err := f.programFor(ctx, q, state.plans, changes)
	if err != nil {
		return nil, false, err
	}
	r := &resolver{feed: f, q: q, program: program, careful: careful, chunk: max(1, min(limit, f.Chunk)), events: newEvents()}
	if err := r.changes(ctx, changes); err != nil {
		return nil, false, err
	}
	within := len(r.work) == 0 && r.events.n <= limit
	if !within {
		for name := range r.events.keys {
			r.events.addAll(name)
		}
		for _, e := range r.work {
			r.events.addAll(e.collection)
		}
	}
	list, err := r.events.list(program.plans)
	return list, within, err
}
