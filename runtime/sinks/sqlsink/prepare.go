package sqlsink

import (
	"context"
	"errors"
	"fmt"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Prepare implements denorm.SinkPreparer: it makes the table and its indexes. Where somebody else has one of the names,
// it returns ErrNameTaken and does nothing.
func (s *Sink) Prepare(ctx context.Context, target *denorm.SinkTarget) error {
	return s.change(ctx, "prepare a table", target, func(q queryer, p *place, _, table object) error {
		return s.database.create(ctx, q, p)
	})
}

// Serve implements denorm.SinkSwapper: it has the view show the target's table.
func (s *Sink) Serve(ctx context.Context, before, target *denorm.SinkTarget) error {
	return s.change(ctx, "switch a view", target, func(q queryer, p *place, view, table object) error {
		switch {
		case !table.exists:
			return errors.New("the table is not there")
		case view.mark == p.mark:
			return nil // what is in the table before has grown old
		case before == nil:
			return s.database.serve(ctx, q, nil, p)
		}
		old, err := s.place(before)
		if err != nil {
			return err
		}
		found, err := s.database.object(ctx, q, old.table)
		if err != nil {
			return err
		}
		if found.view || found.mark != old.mark {
			old = nil // there is nothing left to carry over
		}
		return s.database.serve(ctx, q, old, p)
	})
}

// Drop implements denorm.SinkSwapper: it drops the target's table.
func (s *Sink) Drop(ctx context.Context, target *denorm.SinkTarget) error {
	return s.change(ctx, "drop a table", target, func(q queryer, p *place, view, table object) error {
		switch {
		case !table.exists:
			return nil
		case view.mark == p.mark:
			return errors.New("its documents are served")
		}
		return run(ctx, q, "DROP TABLE "+s.database.quote(p.table))
	})
}

// change changes something of a target as the only one, unless somebody else has its names.
func (s *Sink) change(ctx context.Context, doing string, target *denorm.SinkTarget,
	do func(q queryer, p *place, view, table object) error) error {
	p, err := s.place(target)
	if err != nil {
		return wrap(ctx, doing, err)
	}
	err = again(ctx, func() error {
		return s.database.alone(ctx, s.db, s.prefix, func(q queryer) error {
			view, err := s.database.object(ctx, q, p.view)
			if err != nil {
				return err
			}
			if view.exists && !p.ownsView(view) {
				return taken(p.view)
			}
			table, err := s.database.object(ctx, q, p.table)
			if err != nil {
				return err
			}
			if table.exists && (table.view || table.mark != p.mark) {
				return taken(p.table)
			}
			return do(q, p, view, table)
		})
	})
	return wrap(ctx, doing, err)
}

func taken(name string) error {
	return fmt.Errorf("%w %q; give the sink's tables and views other names by sqlsink.Prefix", ErrNameTaken, name)
}
