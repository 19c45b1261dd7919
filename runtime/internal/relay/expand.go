package relay

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// expansion is a query whose answer is, or may be, more than one chunk. It begins anew behind the last key, and so
// does what it searched and sorted; therefore all but the first read many chunks ahead, which wait as lists of keys.
type expansion struct {
	id int64 // in denorm_work, 0 if it is not there yet
	*query
	tuples []tuple
	after  tuple // the last key that was named
	// keys are documents that were read ahead: with any, there is nothing to ask.
	keys []string
	body []byte // its form in denorm_work, where that was made already
}

// savedExpansion is the JSON of an expansion. It stands for itself: its plan may be retired before it is done.
type savedExpansion struct {
	Collection string        `json:"collection"`
	Table      capture.Table `json:"table"`
	From       []string      `json:"from"`
	Root       capture.Table `json:"root"`
	Key        []string      `json:"key"`
	Roots      string        `json:"roots"`
	Values     [][]saved     `json:"values"`
	After      []saved       `json:"after"`
	Keys       []string      `json:"keys,omitempty"`
}

func (e *expansion) encode() ([]byte, error) {
	if e.body != nil {
		return e.body, nil
	}
	s := savedExpansion{Collection: e.collection, Table: e.table, From: e.from, Root: e.root, Key: e.key, Roots: e.roots,
		After: save(e.after), Keys: e.keys}
	for _, values := range e.tuples {
		s.Values = append(s.Values, save(values))
	}
	return json.Marshal(s)
}

func decodeExpansion(id int64, body []byte) (*expansion, error) {
	var s savedExpansion
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, fmt.Errorf("read the expansion %d: %w", id, err)
	}
	e := &expansion{id: id, keys: s.Keys,
		query: &query{collection: s.Collection, table: s.Table, from: s.From, root: s.Root, key: s.Key, roots: s.Roots}}
	for _, values := range s.Values {
		restored, err := restore(values)
		if err != nil {
			return nil, fmt.Errorf("read the expansion %d: %w", id, err)
		}
		e.tuples = append(e.tuples, restored)
	}
	after, err := restore(s.After)
	if err != nil {
		return nil, fmt.Errorf("read the expansion %d: %w", id, err)
	}
	e.after = after
	return e, nil
}

// errAhead ends the reading of keys where there are enough.
var errAhead = errors.New("enough was read ahead")

// ahead takes the keys that one query names: the first chunk as events, the next ones as work, until those have
// filled the bytes.
type ahead struct {
	chunk, bytes int
	events       *events
	collection   string

	n     int
	keys  []string
	size  int // of keys
	ready []*expansion
	full  bool
}

// add takes one key. It returns errAhead instead where it would be too much.
func (a *ahead) add(key string) error {
	if a.full {
		return errAhead
	}
	if a.n < a.chunk {
		a.n++
		a.events.add(a.collection, key)
		a.full = a.n == a.chunk && a.bytes == 0
		return nil
	}
	a.keys = append(a.keys, key)
	a.size += len(key) + len(`"",`)
	if len(a.keys) < a.chunk && a.size < a.bytes {
		return nil
	}
	return a.flush()
}

// flush makes work of the keys. As one text they take little memory.
func (a *ahead) flush() error {
	if len(a.keys) == 0 {
		return nil
	}
	body, err := (&expansion{query: &query{collection: a.collection}, keys: a.keys}).encode()
	if err != nil {
		return fmt.Errorf("read ahead in an expansion: %w", err)
	}
	a.ready = append(a.ready, &expansion{query: &query{collection: a.collection}, body: body})
	a.bytes -= a.size
	a.full = a.bytes <= 0
	a.keys, a.size = a.keys[:0], 0
	return nil
}

// nextWork reads the expansion that waits longest, nil if there is none. One that is not readable is every
// document of a collection that is not known: the error goes up.
func (f *feed) nextWork(ctx context.Context, q capture.Queryer) (*expansion, error) {
	var id int64
	var body []byte
	err := each(ctx, q, f.sql.text(`SELECT "id", "body" FROM "denorm_work" ORDER BY "id" LIMIT 1`), nil, func(rows *sql.Rows) error {
		return rows.Scan(&id, &body)
	})
	if err != nil || id == 0 {
		return nil, err
	}
	return decodeExpansion(id, body)
}

// saveWork stores what is left of expansions: done is one that was gone on with, nil for none.
func (f *feed) saveWork(ctx context.Context, q capture.Queryer, done *expansion, left []*expansion) error {
	for _, e := range left {
		body, err := e.encode()
		if err != nil {
			return fmt.Errorf("store an expansion: %w", err)
		}
		if _, err := q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_work" ("body") VALUES (?)`), string(body)); err != nil {
			return fmt.Errorf("store an expansion: %w", err)
		}
	}
	if done == nil {
		return nil
	}
	if _, err := q.ExecContext(ctx, f.sql.text(`DELETE FROM "denorm_work" WHERE "id" = ?`), done.id); err != nil {
		return fmt.Errorf("remove an expansion: %w", err)
	}
	return nil
}

// saveAside stores what could not be resolved.
func (f *feed) saveAside(ctx context.Context, q capture.Queryer, at time.Time, list []aside) error {
	for _, a := range list {
		row, err := json.Marshal(struct {
			From   []string  `json:"from,omitempty"`
			Values [][]saved `json:"values,omitempty"`
		}{a.from, a.values})
		if err != nil {
			return fmt.Errorf("set a change aside: %w", err)
		}
		_, err = q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_aside" ("at", "collection", "change_row", "error") VALUES (?, ?, ?, ?)`),
			at.UnixMilli(), a.collection, string(row), a.err)
		if err != nil {
			return fmt.Errorf("set a change aside: %w", err)
		}
	}
	return nil
}
