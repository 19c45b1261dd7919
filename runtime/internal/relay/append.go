package relay

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/keytext"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// events is a set of events: those of one document are one, and those of a collection's single documents
// are none where all of them are meant.
type events struct {
	all  map[string]bool
	keys map[string]*keys
	n    int // single documents
}

// keys are distinct, in the order in which they came.
type keys struct {
	list []string
	set  map[string]struct{}
}

func newEvents() *events { return &events{all: map[string]bool{}, keys: map[string]*keys{}} }

func (e *events) add(collection, key string) {
	if e.all[collection] {
		return
	}
	k := e.keys[collection]
	if k == nil {
		k = &keys{set: map[string]struct{}{}}
		e.keys[collection] = k
	}
	if _, known := k.set[key]; !known {
		k.set[key] = struct{}{}
		k.list = append(k.list, key)
		e.n++
	}
}

func (e *events) addAll(collection string) {
	e.all[collection] = true
	if k := e.keys[collection]; k != nil {
		e.n -= len(k.list)
		delete(e.keys, collection)
	}
}

// derive adds the events of documents that are made of those which have any.
func (e *events) derive(plans []capture.Plan) error {
	if mutant.Active(mutant.DerivedEvents) {
		return nil
	}
	for _, plan := range plans {
		if !slices.ContainsFunc(plan.Of, func(source string) bool { return e.all[source] || e.keys[source] != nil }) {
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
		for _, key := range e.keys[collection].list {
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
	if err := f.insert(ctx, q, s, list, stamp, at); err != nil {
		return fmt.Errorf("append to the feed: %w", err)
	}
	s.seq += int64(len(list))
	s.stamp = stamp
	s.appended = stretch{from: from, to: s.head(), events: slices.Clone(list)}
	for i := range s.appended.events {
		event := &s.appended.events[i]
		event.Seq, event.At = first+int64(i), time.UnixMilli(at)
		if !event.All || event.Collection == "" {
			continue
		}
		s.everything = event.Seq
		_, err := q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_generations" ("collection", "generation") VALUES (?, ?)`+
			f.sql.upsert([]string{"collection"}, "generation")), event.Collection, s.everything)
		if err != nil {
			return fmt.Errorf("raise the generation of %s: %w", event.Collection, err)
		}
	}
	return f.sql.saveState(ctx, q, s)
}

// insertKeys is the text that appends documents of one collection, whose keys it takes as one JSON array: drivers bind
// many values slowly, one of SQLite's in quadratic time, and MySQL's make three statements of one.
func (d sqlDialect) insertKeys() string {
	values, from := `? + u.n, ?, ?, ?, u.k, ?`, `(SELECT "key" + 1 AS n, "value" AS k FROM json_each(?)) AS u`
	switch d {
	case postgres:
		values = `CAST(? AS bigint) + u.n, CAST(? AS bigint), CAST(? AS bigint), CAST(? AS text), u.k, CAST(? AS bigint)`
		from = `json_array_elements_text(CAST(CAST(? AS text) AS json)) WITH ORDINALITY AS u (k, n)`
	case mysql:
		from = `JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY, k LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS u`
	}
	return `INSERT INTO "denorm_feed" ("seq", "epoch", "stamp", "collection", "doc_key", "at") SELECT ` + values + ` FROM ` + from
}

// insertAll is the text that appends one event for all documents of a collection.
const insertAll = `INSERT INTO "denorm_feed" ("seq", "epoch", "stamp", "collection", "doc_key", "at") VALUES (?, ?, ?, ?, NULL, ?)`

// maxStatement is about how many bytes of keys one statement appends; hexadecimal digits double it. That is far below what
// servers are told to take.
const maxStatement = 256 << 10

// insert writes events behind a state, by one statement for as many of a collection as may be.
func (f *feed) insert(ctx context.Context, q capture.Queryer, s *state, list []Event, stamp, at int64) error {
	for start := 0; start < len(list); {
		text, values := insertAll, []any{s.seq + int64(start) + 1, s.epoch, stamp, list[start].Collection, at}
		end := start + 1
		if !list[start].All {
			end = start
			var keys []string
			for size := 0; end < len(list) && !list[end].All && list[end].Collection == list[start].Collection && size < maxStatement; end++ {
				keys = append(keys, list[end].Key)
				size += len(list[end].Key) + len(`"",`)
			}
			body, err := json.Marshal(keys)
			if err != nil {
				return err
			}
			text, values = f.sql.insertKeys(), []any{s.seq + int64(start), s.epoch, stamp, list[start].Collection, at, string(body)}
		}
		query, args := f.sql.inline(text, values...)
		if _, err := q.ExecContext(ctx, query, args...); err != nil {
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
