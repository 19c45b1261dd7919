package denorm

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
)

// Collection gives access to the documents of one definition. Generated accessors are thin methods over
// it. It is safe for concurrent use.
//
// Errors of the database and of values are a *LoadError. Besides those of each method, all methods return
// ErrClosed after Engine.Close, and what Register found wrong. When a context ends, its error is in the chain.
//
// Documents of one batch share memory: to keep one of many for long, keep a Clone.
type Collection[K comparable, D any] struct {
	r *registration[K, D]
}

// Get returns the document of a key, or ErrNotFound, also for a key that the column cannot hold.
func (c *Collection[K, D]) Get(ctx context.Context, key K) (*D, error) {
	if err := c.r.ready(); err != nil {
		return nil, err
	}
	level, err := c.r.byKeys(ctx, nil, []K{key})
	if err != nil {
		return nil, withKey(err, key)
	}
	// The database may find rows whose key differs in case, under its collation.
	if i := slices.Index(level.keys, key); i >= 0 {
		doc := &level.items[i]
		keep, err := c.r.finish(ctx, key, doc)
		if err != nil {
			return nil, err
		}
		if keep {
			return doc, nil
		}
	}
	return nil, c.r.loadError("", keyText(key), ErrNotFound)
}

// GetMany returns the documents of keys, in the order asked, nil where there is none, and the same one for a
// key that is asked for again. It returns all of them or an error. Up to 1,000 different keys are one batch and
// one snapshot; more are cut into batches.
func (c *Collection[K, D]) GetMany(ctx context.Context, keys []K) ([]*D, error) {
	if err := c.r.ready(); err != nil {
		return nil, err
	}
	return c.r.many(ctx, nil, keys)
}

// GetJSON returns the document of a key as json.Marshal writes it, or ErrNotFound. The version is zero in
// this release.
func (c *Collection[K, D]) GetJSON(ctx context.Context, key K) ([]byte, Version, error) {
	doc, err := c.Get(ctx, key)
	if err != nil {
		return nil, Version{}, err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, Version{}, c.r.loadError("", keyText(key), err)
	}
	return text, Version{}, nil
}

// Load returns the documents of keys like GetMany, through a queryer of the caller: inside its
// transaction and with what that has written. It begins no transaction of its own, so documents are whole
// only where the queryer's isolation makes them so. Nothing is tried again.
func (c *Collection[K, D]) Load(ctx context.Context, q Queryer, keys ...K) ([]*D, error) {
	if err := c.r.ready(); err != nil {
		return nil, err
	}
	if isNil(q) {
		return nil, c.r.loadError("", "", errors.New("the queryer is nil; pass a transaction, or use GetMany"))
	}
	return c.r.many(ctx, q, keys)
}

// Count returns the number of rows that have documents, those that a transform drops included. A limit
// above zero bounds the count and its cost; zero or less does not.
func (c *Collection[K, D]) Count(ctx context.Context, limit int) (int, error) {
	if err := c.r.ready(); err != nil {
		return 0, err
	}
	kind := statementKind{count: true, limit: limit > 0}
	set, err := c.r.statements(ctx, kind)
	if err != nil {
		return 0, c.r.closedOr(err)
	}
	var args []any
	if limit > 0 {
		args = append(args, limit)
	}
	var count int
	if _, err := c.r.value(ctx, direct{c.r.engine.db}, "(count)", &set[0], args, &count); err != nil {
		return 0, c.r.closedOr(c.r.loadError("(count)", "", err))
	}
	return count, nil
}

// value runs a statement of at most one row and one column and tells whether there was a row.
func (r *registration[K, D]) value(
	ctx context.Context, on session, path string, s *statement, args []any, into *int,
) (found bool, err error) {
	watch := r.engine.watch(r.def.Name, path, s.text, 0)
	rows := 0
	defer func() { watch.done(ctx, rows, err) }()
	result, err := on.query(ctx, s, args)
	if err != nil {
		return false, causedBy(ctx, err)
	}
	defer result.Close()
	if result.Next() {
		rows = 1
		if err := result.Scan(into); err != nil {
			return false, err
		}
	}
	return rows == 1, causedBy(ctx, result.Err())
}

// many loads any number of keys, each once.
func (r *registration[K, D]) many(ctx context.Context, q Queryer, keys []K) ([]*D, error) {
	docs := make([]*D, len(keys))
	places := make(map[K]int, len(keys)) // of a key's first mention
	batch := make([]K, 0, min(len(keys), maxBatch))
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		level, err := r.byKeys(ctx, q, batch)
		if err != nil {
			return err
		}
		for i, key := range level.keys {
			place, asked := places[key]
			if !asked {
				continue // equal under the database's collation only
			}
			keep, err := r.finish(ctx, key, &level.items[i])
			if err != nil {
				return err
			}
			if keep {
				docs[place] = &level.items[i]
			}
		}
		batch = batch[:0]
		return nil
	}
	for i, key := range keys {
		if _, repeated := places[key]; repeated {
			continue
		}
		places[key] = i
		if batch = append(batch, key); len(batch) == maxBatch {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	if len(places) < len(keys) {
		for i, key := range keys {
			docs[i] = docs[places[key]]
		}
	}
	return docs, nil
}
