package relay

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/keytext"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// events is a set of events: those of one document are one, and those of a collection's single documents
// are none where all of them are meant.
type events struct {
	all  map[string]bool
	keys map[string]map[string]bool
	n    int // single documents
}

func newEvents() *events { return &events{all: map[string]bool{}, keys: map[string]map[string]bool{}} }

func (e *events) add(collection, key string) {
	if e.all[collection] {
		return
	}
	set := e.keys[collection]
	if set == nil {
		set = map[string]bool{}
		e.keys[collection] = set
	}
	if !set[key] {
		set[key] = true
		e.n++
	}
}

func (e *events) addAll(collection string) {
	e.all[collection] = true
	e.n -= len(e.keys[collection])
	delete(e.keys, collection)
}

// derive adds the events of documents that are made of those which have any.
func (e *events) derive(plans []capture.Plan) error {
	if mutant.Active(mutant.DerivedEvents) {
		return nil
	}
	for _, plan := range plans {
		if !slices.ContainsFunc(plan.Of, func(source string) bool { return e.all[source] || len(e.keys[source]) > 0 }) {
			continue
		}
		for _, key := range plan.Keys {
			text, err := keytext.Append(nil, key)
			if err != nil {
				return fmt.Errorf("the key %q of %s: %w", key, plan.Collection, err)
			}
			e.add(plan.Collection, string(text))
		}
	}
	return nil
}

// Derived returns events, and those of the documents that are made of theirs.
func Derived(plans []capture.Plan, list []Event) ([]Event, error) {
	e := newEvents()
	for _, event := range list {
		if event.All {
			e.addAll(event.Collection)
		} else {
			e.add(event.Collection, event.Key)
		}
	}
	return e.list(plans)
}

// list returns the events in a fixed order, with those of documents that are made of theirs by plans.
func (e *events) list(plans []capture.Plan) ([]Event, error) {
	if err := e.derive(plans); err != nil {
		return nil, err
	}
	list := make([]Event, 0, len(e.all)+e.n)
	for _, collection := range slices.Sorted(maps.Keys(e.all)) {
		list = append(list, Event{Collection: collection, All: true})
	}
	for _, collection := range slices.Sorted(maps.Keys(e.keys)) {
		for _, key := range slices.Sorted(maps.Keys(e.keys[collection])) {
			list = append(list, Event{Collection: collection, Key: key})
		}
	}
	return list, nil
}

// appendEvents writes events behind the state, which q's transaction has locked, and moves it.
func (f *feed) appendEvents(ctx context.Context, q capture.Queryer, s *state, list []Event) error {
	if len(list) == 0 {
		return nil
	}
	stamp, err := randomStamp()
	if err != nil {
		return err
	}
	at := f.timeOf(s).UnixMilli()
	from, first := s.head(), s.seq+1
	switch f.sql {
	case postgres:
		err = f.insertArrays(ctx, q, s, list, stamp, at)
	case sqlite:
		err = f.insertJSON(ctx, q, s, list, stamp, at)
	default:
		err = f.insertRows(ctx, q, s, list, stamp, at)
	}
	if err != nil {
		return fmt.Errorf("append to the feed: %w", err)
	}
	s.seq += int64(len(list))
	s.stamp = stamp
	s.appended = stretch{from: from, to: s.head(), events: slices.Clone(list)}
	for i := range list {
		s.appended.events[i].Seq, s.appended.events[i].At = first+int64(i), time.UnixMilli(at)
	}
	for i, event := range list {
		if !event.All || event.Collection == "" {
			continue
		}
		s.everything = first + int64(i)
		_, err := q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_generations" ("collection", "generation") VALUES (?, ?)`+
			f.sql.upsert([]string{"collection"}, "generation")), event.Collection, s.everything)
		if err != nil {
			return fmt.Errorf("raise the generation of %s: %w", event.Collection, err)
		}
	}
	return f.sql.saveState(ctx, q, s)
}

// insertArrays sends all events as arrays of texts, which every driver of PostgreSQL can bind.
func (f *feed) insertArrays(ctx context.Context, q capture.Queryer, s *state, list []Event, stamp, at int64) error {
	const rows = 10_000
	for start := 0; start < len(list); start += rows {
		part := list[start:min(start+rows, len(list))]
		collections, keys := make([]*string, len(part)), make([]*string, len(part))
		for i := range part {
			collections[i] = &part[i].Collection
			if !part[i].All {
				keys[i] = &part[i].Key
			}
		}
		_, err := q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_feed" ("seq", "epoch", "stamp", "collection", "doc_key", "at")`+
			` SELECT CAST(? AS bigint) + u.n, CAST(? AS bigint), CAST(? AS bigint), u.c, u.k, CAST(? AS bigint)`+
			` FROM unnest(CAST(CAST(? AS text) AS text[]), CAST(CAST(? AS text) AS text[])) WITH ORDINALITY AS u (c, k, n)`),
			s.seq+int64(start), s.epoch, stamp, at, arrayLiteral(collections), arrayLiteral(keys))
		if err != nil {
			return err
		}
	}
	return nil
}

// insertRows sends events in lists of values.
func (f *feed) insertRows(ctx context.Context, q capture.Queryer, s *state, list []Event, stamp, at int64) error {
	const rows = 500
	for start := 0; start < len(list); start += rows {
		part := list[start:min(start+rows, len(list))]
		args := make([]any, 0, 6*len(part))
		for i, event := range part {
			var key any
			if !event.All {
				key = event.Key
			}
			args = append(args, s.seq+int64(start+i)+1, s.epoch, stamp, event.Collection, key, at)
		}
		_, err := q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_feed" ("seq", "epoch", "stamp", "collection", "doc_key", "at") VALUES `+
			strings.Repeat("(?, ?, ?, ?, ?, ?), ", len(part)-1)+"(?, ?, ?, ?, ?, ?)"), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// insertJSON sends the keys of one collection after the other as one text: drivers of SQLite bind many values
// slowly, one of them in quadratic time.
func (f *feed) insertJSON(ctx context.Context, q capture.Queryer, s *state, list []Event, stamp, at int64) error {
	for start := 0; start < len(list); {
		end := start
		var keys []*string
		for ; end < len(list) && list[end].Collection == list[start].Collection; end++ {
			if list[end].All {
				keys = append(keys, nil)
			} else {
				keys = append(keys, &list[end].Key)
			}
		}
		body, err := json.Marshal(keys)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, `INSERT INTO "denorm_feed" ("seq", "epoch", "stamp", "collection", "doc_key", "at")`+
			` SELECT ? + "key", ?, ?, ?, "value", ? FROM json_each(?)`,
			s.seq+int64(start)+1, s.epoch, stamp, list[start].Collection, at, string(body))
		if err != nil {
			return err
		}
		start = end
	}
	return nil
}

// Append implements Feed.
func (f *feed) Append(ctx context.Context, list []Event) (Position, error) {
	var s state
	err := f.update(ctx, func(q capture.Queryer) (err error) {
		s, err = f.sql.loadState(ctx, q, lockWait)
		if err == nil {
			err = f.appendEvents(ctx, q, &s, list)
		}
		return err
	})
	if err != nil {
		return Position{}, fmt.Errorf("append events: %w", err)
	}
	f.recent.add(s.appended)
	return s.head(), nil
}

// update runs a transaction on the feed's tables, again while others are in the way, and begins the feed where
// that was not done.
func (f *feed) update(ctx context.Context, do func(q capture.Queryer) error) error {
	err := f.again(ctx, func() error { return f.store.update(ctx, do) })
	if errors.Is(err, errNoState) {
		if err = f.store.prepare(ctx); err == nil {
			err = f.again(ctx, func() error { return f.store.update(ctx, do) })
		}
	}
	return f.installed(ctx, err)
}

// rewound begins a new epoch, unless that was done since the state `seen`: everything is changed.
func (f *feed) rewound(ctx context.Context, seen int64, reason string) (Position, error) {
	var head Position
	source, done, err := f.store.source(ctx)
	if err != nil {
		return Position{}, fmt.Errorf("begin a new epoch: %w", err)
	}
	collections, err := f.collections(ctx, source)
	done()
	if err != nil {
		return Position{}, fmt.Errorf("begin a new epoch: %w", err)
	}
	err = f.update(ctx, func(q capture.Queryer) error {
		s, err := f.sql.loadState(ctx, q, lockWait)
		if err == nil && s.epoch <= seen {
			err = f.newEpoch(ctx, q, &s, max(s.epoch, seen)+1, collections, reason)
		}
		head = s.head()
		return err
	})
	if err != nil {
		return Position{}, fmt.Errorf("begin a new epoch: %w", err)
	}
	return head, nil
}

// sound begins a new epoch where the feed goes on behind its head: a database was restored table by table, under
// processes that are gone by now.
func (f *feed) sound(ctx context.Context) error {
	var epoch, behind int64
	err := each(ctx, f.store.reader(), f.sql.text(`SELECT s."epoch", (SELECT COUNT(*) FROM "denorm_feed" AS e WHERE e."seq" > s."seq")`+
		` FROM "denorm_state" AS s WHERE s."id" = 1`), nil, func(rows *sql.Rows) error { return rows.Scan(&epoch, &behind) })
	if err == nil && behind > 0 {
		_, err = f.rewound(ctx, epoch, "the feed has rows behind its head")
	}
	return err
}

// newEpoch begins an epoch in a transaction that has locked the state.
func (f *feed) newEpoch(ctx context.Context, q capture.Queryer, s *state, epoch int64, collections []string, reason string) error {
	f.Logger.WarnContext(ctx, "denorm: history was rewound, all documents count as changed", "reason", reason, "epoch", epoch)
	s.epoch = epoch
	// Nothing is behind the head, but where the tables were restored one after the other under running relays.
	if _, err := q.ExecContext(ctx, f.sql.text(`DELETE FROM "denorm_feed" WHERE "seq" > ?`), s.seq); err != nil {
		return fmt.Errorf("clear what is behind the head: %w", err)
	}
	list := []Event{{All: true}} // names no collection: it says only where the epoch begins
	for _, collection := range collections {
		list = append(list, Event{Collection: collection, All: true})
	}
	err := f.appendEvents(ctx, q, s, list)
	s.appended = stretch{} // its first event is none to anybody
	return err
}
