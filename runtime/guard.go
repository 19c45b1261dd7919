package denorm

import (
	"context"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// guard looks from inside a snapshot at how much of the feed it shows. A database handle may lead to a replica,
// without our knowledge: what was loaded from one that lags must not be cached.
type guard struct {
	atLeast relay.Position
	shown   relay.Position // what the snapshot that lags most showed
	torn    bool           // they are of several epochs
	looked  bool
}

// guard returns the guard of a load, nil where a handle cannot lead to a replica.
func (l *live) guard(atLeast relay.Position) *guard {
	if l.engine.dialect == SQLite {
		return nil
	}
	return &guard{atLeast: atLeast}
}

// current tells whether every snapshot so far showed as much as was wanted.
func (g *guard) current() bool { return g.looked && g.shows(g.atLeast) }

func (g *guard) shows(at relay.Position) bool {
	return !g.torn && g.shown.Epoch == at.Epoch && g.shown.Seq >= at.Seq
}

// look reads the feed's head. It comes before the loaders, so that it fixes the snapshot.
func (g *guard) look(ctx context.Context, on session) error {
	var head relay.Position
	_, err := first(ctx, on, &statement{text: relay.HeadSQL}, nil, watch{}, func(row Row) {
		head.Epoch, head.Seq = row.Int64(0), row.Int64(1)
	})
	if err == nil {
		g.note(head)
	}
	return err
}

// noteOf takes what the snapshots of another guard showed.
func (g *guard) noteOf(other *guard) {
	if mutant.Active(mutant.BuildHead) {
		g.note(g.atLeast)
	} else if other != nil && other.looked {
		g.note(other.shown)
		g.torn = g.torn || other.torn
	}
}

// note takes what one more snapshot showed.
func (g *guard) note(head relay.Position) {
	switch {
	case !g.looked:
		g.shown, g.looked = head, true
	case head.Epoch != g.shown.Epoch:
		g.torn = true
	case head.Seq < g.shown.Seq:
		g.shown = head
	}
}
