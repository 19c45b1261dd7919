package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// Read implements Feed.
func (f *feed) Read(ctx context.Context, after Position, limit int) (Page, error) {
	page, lost, err := f.read(ctx, after, max(limit, 1))
	if errors.Is(err, errNoState) {
		if err = f.store.prepare(ctx); err == nil {
			page, lost, err = f.read(ctx, after, max(limit, 1))
		}
	}
	if err != nil {
		return Page{}, fmt.Errorf("read the feed after %v: %w", after, f.installed(ctx, err))
	}
	if lost && after.Epoch >= page.To.Epoch {
		if page.To, err = f.rewound(ctx, after.Epoch, "a consumer stands where the feed never was"); err != nil {
			return Page{}, err
		}
	}
	return page, nil
}

// Recent implements Feed.
func (f *feed) Recent(after, to Position, limit int) (Page, bool) {
	return f.recent.page(after, to, max(limit, 1))
}

// read reads a page by one statement, so that events, floor and the row at the position are of one snapshot.
// It tells whether the position is of a history that was lost.
func (f *feed) read(ctx context.Context, after Position, limit int) (page Page, lost bool, err error) {
	var (
		found       bool
		s           state
		epoch       sql.NullInt64 // of the row at the position
		stamp       sql.NullInt64
		last        Position
		n           int
		query, args = f.pageQuery(after, limit)
	)
	err = each(ctx, f.store.reader(), query, args, func(rows *sql.Rows) error {
		found = true
		var seq, rowEpoch, rowStamp, at sql.NullInt64
		var collection, key sql.NullString
		err := rows.Scan(&s.epoch, &s.seq, &s.stamp, &s.floor, &s.compacted, &epoch, &stamp, &seq, &rowEpoch, &rowStamp, &collection, &key, &at)
		if err != nil || !seq.Valid {
			return err
		}
		if n++; n > limit {
			page.More = true
			return nil
		}
		last = Position{rowEpoch.Int64, seq.Int64, rowStamp.Int64}
		if collection.String != "" {
			page.Events = append(page.Events, Event{Seq: seq.Int64, Collection: collection.String, Key: key.String,
				All: !key.Valid, At: time.UnixMilli(at.Int64)})
		}
		return nil
	})
	if err == nil && !found {
		err = errNoState
	}
	if err != nil {
		return Page{}, false, err
	}
	start := after == Position{}
	switch {
	case after.Seq > s.seq: // a row that is there was left by a restore, table by table
		if mutant.Active(mutant.RewindCheck) {
			break
		}
		return Page{To: s.head(), Reset: true}, true, nil
	case !start && epoch.Valid && epoch.Int64 == after.Epoch && stamp.Int64 == after.Stamp:
	case start && s.floor < 0: // everything since the beginning is there
	case after.Seq <= s.floor && mutant.Active(mutant.PruneFloor), after.Seq > s.floor && mutant.Active(mutant.RewindCheck):
	default:
		missing := after.Seq <= s.floor || after.Seq <= s.compacted && !epoch.Valid
		pruned := start || missing && after.Epoch <= s.epoch
		return Page{To: s.head(), Reset: true}, !pruned, nil
	}
	page.To = last
	if n == 0 {
		page.To = s.head()
	}
	return page, false, nil
}

// pageQuery always has a row: the state, beside the row at the position and those after it, if there are any.
func (f *feed) pageQuery(after Position, limit int) (string, []any) {
	return f.sql.inline(`SELECT s."epoch", s."seq", s."stamp", s."floor", s."compacted", p."epoch", p."stamp",`+
		` e."seq", e."epoch", e."stamp", e."collection", e."doc_key", e."at"`+
		` FROM "denorm_state" AS s LEFT JOIN "denorm_feed" AS p ON p."seq" = ?`+
		` LEFT JOIN (SELECT "seq", "epoch", "stamp", "collection", "doc_key", "at" FROM "denorm_feed"`+
		` WHERE "seq" > ? ORDER BY "seq" LIMIT ?) AS e ON 1 = 1 WHERE s."id" = 1 ORDER BY e."seq"`,
		after.Seq, after.Seq, int64(limit)+1)
}

// Generations implements Feed.
func (f *feed) Generations(ctx context.Context) (map[string]int64, error) {
	generations := map[string]int64{}
	err := each(ctx, f.store.reader(), f.sql.text(`SELECT "collection", "generation" FROM "denorm_generations"`), nil, func(rows *sql.Rows) error {
		var collection string
		var generation int64
		err := rows.Scan(&collection, &generation)
		generations[collection] = generation
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the generations: %w", f.installed(ctx, err))
	}
	return generations, nil
}
