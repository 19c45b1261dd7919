package denorm

import (
	"context"
	"errors"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// Collection gives access to the documents of one definition. Generated accessors are thin methods over
// it. It is safe for concurrent use.
//
// Errors of the database and of values are a *LoadError. Besides those of each method, all methods return
// ErrClosed after Engine.Close, and what Register found wrong. When a context ends, its error is in the chain.
//
// After Engine.Install, documents of Get, GetMany and GetJSON may come out of a cache. They are shared with other
// callers and must not be changed; Clone makes a private copy. What they show is never older than MaxStaleness.
//
// Documents of All, Page and Load come from the database. Those of one batch share memory: to keep one of many
// for long, keep a Clone; its texts may still lie beside those of others, so keep a strings.Clone of a few texts out of many.
type Collection[K comparable, D any] struct {
	r *registration[K, D]
}

// Get returns the document of a key, or ErrNotFound, also for a key that the column cannot hold.
func (c *Collection[K, D]) Get(ctx context.Context, key K) (*D, error) {
	if err := c.r.ready(); err != nil {
		return nil, err
	}
	found, err := c.r.get(ctx, key)
	if err != nil {
		return nil, err
	}
	return found.doc.(*D), nil
}

// get returns the entry of a key; without a document it is an error.
func (r *registration[K, D]) get(ctx context.Context, key K) (*entry, error) {
	found, err := r.find(ctx, key)
	if err != nil {
		return nil, withKey(err, key)
	}
	if found.doc == nil {
		return nil, r.loadError("", keyText(key), ErrNotFound)
	}
	return found, nil
}

// find returns the entry of a key, from the nearest place that is fresh enough.
func (r *registration[K, D]) find(ctx context.Context, key K) (*entry, error) {
	cached := r.cached.Load()
	if cached == nil {
		docs, err := r.many(ctx, nil, []K{key}, nil)
		if err != nil || docs[0] == nil {
			return &entry{}, err
		}
		return &entry{doc: docs[0]}, nil
	}
	now := time.Now()
	if at, err := r.keys.of(key); err == nil {
		if found := cached.hit(at, now); found != nil {
			return found, nil
		}
	}
	one := &single[K, D]{typedKeys: typedKeys[K, D]{r: r}, key: [1]K{key}}
	one.keys = one.key[:]
	err := cached.fetch(ctx, one, one.indexes[:], one.entries[:], now)
	return one.entries[0], err
}

// GetMany returns the documents of keys, in the order asked, nil where there is none, and the same one for a
// key that is asked for again. It returns all of them or an error. Up to 1,000 different keys that no cache has
// are one batch and one snapshot; more are cut into batches.
func (c *Collection[K, D]) GetMany(ctx context.Context, keys []K) ([]*D, error) {
	if err := c.r.ready(); err != nil {
		return nil, err
	}
	cached := c.r.cached.Load()
	if cached == nil {
		return c.r.many(ctx, nil, keys, nil)
	}
	entries, err := cached.many(ctx, &typedKeys[K, D]{r: c.r, keys: keys})
	if err != nil {
		return nil, err
	}
	docs := make([]*D, len(keys))
	for i, found := range entries {
		docs[i], _ = found.doc.(*D) // nil where there is none
	}
	return docs, nil
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
	return c.r.many(ctx, q, keys, nil)
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
	if _, err := c.r.value(ctx, straight(c.r.engine.db), "(count)", &set[0], args, &count); err != nil {
		return 0, c.r.closedOr(c.r.loadError("(count)", "", err))
	}
	return count, nil
}

// value runs a statement of at most one row and one column and tells whether there was a row.
func (r *registration[K, D]) value(
	ctx context.Context, on session, path string, s *statement, args []any, into *int,
) (found bool, err error) {
	found, err = first(ctx, on, s, args, r.engine.watch(r.def.Name, path, s.text, 0), func(row Row) { *into = Int[int](row, 0) })
	return found, causedBy(ctx, err)
}

// many loads any number of keys, each once, past all caches.
func (r *registration[K, D]) many(ctx context.Context, q Queryer, keys []K, guard *guard) ([]*D, error) {
	docs := make([]*D, len(keys))
	places := make(map[K]int, len(keys)) // of a key's first mention
	for i, key := range keys {
		if _, repeated := places[key]; !repeated {
			places[key] = i
		}
	}
	distinct := keys
	if len(places) < len(keys) {
		distinct = make([]K, 0, len(places))
		for i, key := range keys {
			if places[key] == i {
				distinct = append(distinct, key)
			}
		}
	}
	load := func(batch []K) error {
		first, last := places[batch[0]], places[batch[len(batch)-1]]
		level, err := r.origin.byKeys(ctx, q, batch, guard)
		if err != nil {
			return err
		}
		for i, key := range level.keys {
			place, asked := places[key]
			asked = asked && first <= place && place <= last // by this batch
			if !asked && mutant.Active(mutant.OwnBytes) {
				place, asked = first, true
			}
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
		return nil
	}
	abreast := r.engine.settings.secondConnection && q == nil && guard == nil // which belongs to one goroutine
	if err := eachBatch(distinct, abreast, load); err != nil {
		return nil, err
	}
	if len(places) < len(keys) {
		for i, key := range keys {
			docs[i] = docs[places[key]]
		}
	}
	return docs, nil
}
