package sqlsink

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Keys implements denorm.Sink. Documents come in the order of their keys' bytes, without bodies.
func (s *Sink) Keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	list, err := s.keys(ctx, target, after, limit)
	return list, wrap(ctx, "list keys", err)
}

func (s *Sink) keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	p, err := s.place(target)
	if err != nil {
		return nil, err
	}
	condition, value := s.database.after(after)
	query := fmt.Sprintf("SELECT doc_key, epoch, seq, NULL FROM %s WHERE %s AND document IS NOT NULL ORDER BY doc_key LIMIT %d",
		s.database.quote(p.table), condition, limit)
	list := []denorm.SinkDocument{}
	err = again(ctx, func() error {
		list = list[:0]
		return each(ctx, s.db, query, []any{value}, func(rows *sql.Rows) error {
			document, err := scan(rows)
			list = append(list, document)
			return err
		})
	})
	return list, err
}

// Get implements denorm.Sink.
func (s *Sink) Get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	list, err := s.get(ctx, target, keys)
	return list, wrap(ctx, "read documents", err)
}

func (s *Sink) get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	p, err := s.place(target)
	if err != nil {
		return nil, err
	}
	found := make(map[string]denorm.SinkDocument, len(keys))
	readable := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !isText(key) })
	for some := range slices.Chunk(readable, maxRows) {
		condition, values := s.database.among(some)
		query := fmt.Sprintf("SELECT doc_key, epoch, seq, %s FROM %s WHERE %s", s.database.text(), s.database.quote(p.table), condition)
		err := again(ctx, func() error {
			return each(ctx, s.db, query, values, func(rows *sql.Rows) error {
				document, err := scan(rows)
				found[document.Key] = document
				return err
			})
		})
		if err != nil {
			return nil, err
		}
	}
	list := make([]denorm.SinkDocument, len(keys))
	for i, key := range keys {
		list[i] = found[key]
		list[i].Key = key
	}
	return list, nil
}

func scan(rows *sql.Rows) (d denorm.SinkDocument, err error) {
	var epoch, seq int64
	if err := rows.Scan(&d.Key, &epoch, &seq, &d.Body); err != nil {
		return d, err
	}
	if epoch < 0 || seq < 0 {
		return d, errors.New("a version in the table is below zero")
	}
	d.Version = denorm.Version{Epoch: uint64(epoch), Seq: uint64(seq)}
	return d, nil
}

// each calls a function for every row of a query.
func each(ctx context.Context, q queryer, query string, args []any, row func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	for rows.Next() && err == nil {
		err = row(rows)
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// run executes statements one after the other.
func run(ctx context.Context, q queryer, statements ...string) error {
	for _, statement := range statements {
		if _, err := q.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
