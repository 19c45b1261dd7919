package relay

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/denormgen/denormgen/runtime/capture"
)

// expansion is a query whose answer is, or may be, more than one chunk.
type expansion struct {
	id int64 // in denorm_work, 0 if it is not there yet
	*query
	tuples []tuple
	after  tuple // the last key that was named
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
}

func (e *expansion) encode() ([]byte, error) {
	s := savedExpansion{Collection: e.collection, Table: e.table, From: e.from, Root: e.root, Key: e.key, Roots: e.roots, After: save(e.after)}
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
	e := &expansion{id: id, query: &query{collection: s.Collection, table: s.Table, from: s.From, root: s.Root, key: s.Key, roots: s.Roots}}
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
	kept := false
	for _, e := range left {
		body, err := e.encode()
		if err != nil {
			return fmt.Errorf("store an expansion: %w", err)
		}
		text, args := `INSERT INTO "denorm_work" ("body") VALUES (?)`, []any{string(body)}
		if done != nil && e.id == done.id {
			kept = true
			text, args = `UPDATE "denorm_work" SET "body" = ? WHERE "id" = ?`, append(args, e.id)
		}
		if _, err := q.ExecContext(ctx, f.sql.text(text), args...); err != nil {
			return fmt.Errorf("store an expansion: %w", err)
		}
	}
	if done == nil || kept {
		return nil
	}
	if _, err := q.ExecContext(ctx, f.sql.text(`DELETE FROM "denorm_work" WHERE "id" = ?`), done.id); err != nil {
		return fmt.Errorf("remove an expansion: %w", err)
	}
	return nil
}

// saveAside stores what could not be resolved.
func (f *feed) saveAside(ctx context.Context, q capture.Queryer, list []aside) error {
	for _, a := range list {
		row, err := json.Marshal(struct {
			From   []string  `json:"from,omitempty"`
			Values [][]saved `json:"values,omitempty"`
		}{a.from, a.values})
		if err != nil {
			return fmt.Errorf("set a change aside: %w", err)
		}
		_, err = q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_aside" ("at", "collection", "change_row", "error") VALUES (?, ?, ?, ?)`),
			f.Clock().UnixMilli(), a.collection, string(row), a.err)
		if err != nil {
			return fmt.Errorf("set a change aside: %w", err)
		}
	}
	return nil
}
