package denorm

import (
	"context"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// guard looks from inside a snapshot at how much of the feed it shows. A database handle may lead to a replica,
// without our knowledge: what was loaded from one that lags must not be cached.
type guard struct {
	atLeast relay.Position
	current bool // every snapshot so far showed as much
	looked  bool
}

// guard returns the guard of a load, nil where a handle cannot lead to a replica.
func (l *live) guard(atLeast relay.Position) *guard {
	if l.engine.dialect == SQLite {
		return nil
	}
	return &guard{atLeast: atLeast}
}

// look reads the feed's head. It comes before the loaders, so that it fixes the snapshot.
func (g *guard) look(ctx context.Context, on session) error {
	rows, err := on.query(ctx, &statement{text: relay.HeadSQL}, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	var head relay.Position
	if rows.Next() {
		if err := rows.Scan(&head.Epoch, &head.Seq); err != nil {
			return err
		}
	}
	current := head.Epoch == g.atLeast.Epoch && head.Seq >= g.atLeast.Seq
	g.current = current && (g.current || !g.looked)
	g.looked = true
	return rows.Err()
}
