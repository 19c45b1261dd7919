package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// claim is the transaction of one step.
type claim struct {
	side  capture.Queryer // the feed's tables
	main  capture.Queryer // plans, log, and the tables of documents; the same transaction where they are in one database
	state state
	// rewind says why history must have been rewound, if it was: then there are no changes to take.
	rewind string
	end    func(commit bool) error
}

// Relay implements Feed.
func (f *feed) Relay(ctx context.Context) (bool, error) {
	if _, err := f.Identity(ctx); err != nil { // begins the feed
		return false, fmt.Errorf("relay changes: %w", err)
	}
	worked := false
	err := f.again(ctx, func() error {
		var err error
		worked, err = f.step(ctx, false)
		if errors.Is(err, errSuspect) {
			// A column may be gone, or be of another type by now.
			f.forget()
			worked, err = f.step(ctx, true)
		}
		return err
	})
	if errors.Is(err, errNoState) {
		err = f.store.prepare(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("relay changes: %w", f.installed(ctx, err))
	}
	return worked, nil
}

// again repeats what failed because others were in the way, a few times.
func (f *feed) again(ctx context.Context, do func() error) error {
	const attempts = 5
	pause := 2 * time.Millisecond
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil || attempt == attempts || !isBusy(err) || errors.Is(err, errNoState) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
			pause *= 4
		}
	}
}

// step is one transaction: a chunk of an expansion, or a batch of changes, by turns.
func (f *feed) step(ctx context.Context, careful bool) (worked bool, err error) {
	c, err := f.store.claim(ctx)
	if err != nil || c == nil {
		return false, err
	}
	committed := false
	defer func() {
		if !committed {
			err = errors.Join(err, c.end(false))
		}
	}()
	worked, expanded, err := f.do(ctx, c, careful)
	if err != nil || !worked {
		return false, err
	}
	committed = true
	if err := c.end(true); err != nil {
		// Whether it was done or not: what was not done is still there.
		return false, fmt.Errorf("commit a batch of events: %w", err)
	}
	f.recent.add(c.state.appended)
	f.mu.Lock()
	f.worked = expanded
	f.mu.Unlock()
	return true, nil
}

// do fills the transaction of a step. It tells whether there is anything to commit, and whether it was an
// expansion.
func (f *feed) do(ctx context.Context, c *claim, careful bool) (worked, expanded bool, err error) {
	if c.rewind != "" {
		return true, false, f.startOver(ctx, c)
	}
	f.mu.Lock()
	turn := !f.worked
	f.mu.Unlock()
	work, err := f.nextWork(ctx, c.side)
	if err != nil {
		return false, false, err
	}
	var rows []capture.Row
	if work == nil || !turn {
		if rows, err = f.store.take(ctx, c); err != nil {
			return false, false, fmt.Errorf("claim changes: %w", err)
		}
		for i := range rows {
			c.state.claimed = max(c.state.claimed, rows[i].ID)
		}
	}
	if len(rows) > 0 {
		work = nil
	}
	if work == nil && len(rows) == 0 {
		return false, false, nil
	}
	program, err := f.programFor(ctx, c.main, c.state.plans, rows)
	if err != nil {
		return false, false, err
	}
	r := &resolver{feed: f, q: c.main, program: program, careful: careful, isolate: careful && f.sql == postgres,
		chunk: f.Chunk, events: newEvents()}
	if work != nil {
		err = r.expand(ctx, work)
	} else {
		err = r.changes(ctx, rows)
	}
	if err == nil {
		err = f.saveWork(ctx, c.side, work, r.work)
	}
	if err == nil {
		err = f.saveAside(ctx, c.side, f.timeOf(&c.state), r.aside)
	}
	var list []Event
	if err == nil {
		list, err = r.events.list(program.plans)
	}
	if err == nil {
		err = f.appendEvents(ctx, c.side, &c.state, list)
	}
	if err == nil && len(list) == 0 && len(rows) > 0 && f.sql != sqlite {
		err = f.sql.saveState(ctx, c.side, &c.state)
	}
	return err == nil, work != nil, err
}

// startOver begins a new epoch where the log is not the one that was read before.
func (f *feed) startOver(ctx context.Context, c *claim) error {
	collections, err := f.collections(ctx, c.main)
	if err != nil {
		return fmt.Errorf("begin a new epoch: %w", err)
	}
	if err := f.newEpoch(ctx, c.side, &c.state, c.state.epoch+1, collections, c.rewind); err != nil {
		return fmt.Errorf("begin a new epoch: %w", err)
	}
	return nil
}

// programFor returns the program for rows, read anew if it does not know all of their layouts.
func (f *feed) programFor(ctx context.Context, q capture.Queryer, version int64, rows []capture.Row) (*program, error) {
	p, err := f.load(ctx, q, version)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if p.layouts[rows[i].Layout] == nil {
			return f.reload(ctx, q, version)
		}
	}
	return p, nil
}
