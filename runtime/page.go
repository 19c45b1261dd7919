package denorm

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// Page is a stretch of a collection, in key order. An empty one has neither Next nor Prev.
type Page[K comparable, D any] struct {
	Docs []*D
	// Next is the key to go on After, nil where nothing follows.
	Next *K
	// Prev is the key to go back Before, nil where nothing comes ahead.
	Prev *K
}

// Page returns up to n documents, 1 to 1,000, from the start of the collection, After a key, or the
// nearest Before a key; After and Before exclude each other. Pages never count rows that they skip, so
// the last costs what the first does. A transform that drops documents makes a page shorter.
func (c *Collection[K, D]) Page(ctx context.Context, n int, opts ...PageOption) (Page[K, D], error) {
	if err := c.r.ready(); err != nil {
		return Page[K, D]{}, err
	}
	o := collect(opts)
	if err := o.checkPage(n); err != nil {
		return Page[K, D]{}, c.r.loadError("", "", err)
	}
	bounds, err := newBounds[K](o)
	if err != nil {
		return Page[K, D]{}, c.r.loadError("", "", err)
	}
	roots := &pageRoots[K, D]{r: c.r, bounds: bounds, size: n, ahead: 1, backward: bounds.before != nil, around: true}
	level, err := roots.load(ctx)
	if err != nil {
		return Page[K, D]{}, c.r.closedOr(err)
	}
	page := Page[K, D]{Docs: make([]*D, 0, len(level.keys))}
	page.Next, page.Prev = roots.neighbours(level.keys)
	for i, key := range level.keys {
		keep, err := c.r.finish(ctx, key, &level.items[i])
		if err != nil {
			return Page[K, D]{}, err
		}
		if keep {
			page.Docs = append(page.Docs, &level.items[i])
		}
	}
	return page, nil
}

// All returns the documents of the collection in key order, all of them or those After, Before and with
// Prefix. It loads them in batches, each one snapshot, and holds no connection while the loop's body
// runs, but for that of the batch ahead with WithSecondConnection. An error is yielded once, and ends the sequence.
func (c *Collection[K, D]) All(ctx context.Context, opts ...PageOption) iter.Seq2[*D, error] {
	return func(yield func(*D, error) bool) {
		err := c.each(ctx, collect(opts), nil, func(_ K, doc *D) bool { return yield(doc, nil) })
		if err != nil {
			yield(nil, err)
		}
	}
}

// errEndless means that the database finds a row behind its own key: SQLite does where a key is bound as text
// and stored as a BLOB.
var errEndless = fmt.Errorf("%w: the key is not stored in the form that its Go type is bound in", ErrValue)

// each hands documents over until told to stop.
func (c *Collection[K, D]) each(ctx context.Context, o pageOptions, guard *guard, yield func(K, *D) bool) error {
	wrong := o.checkAll()
	bounds, err := newBounds[K](o)
	if err := errors.Join(err, wrong); err != nil {
		return c.r.loadError("", "", err)
	}
	pages := &pages[K, D]{r: c.r, size: o.size, guard: guard, ahead: c.r.engine.settings.secondConnection && guard == nil}
	defer pages.close()
	for {
		if err := c.r.ready(); err != nil {
			return err
		}
		level, err := pages.at(ctx, bounds)
		if err != nil {
			return c.r.closedOr(err)
		}
		for i, key := range level.keys {
			keep, err := c.r.finish(ctx, key, &level.items[i])
			if err != nil {
				return err
			}
			if keep && !yield(key, &level.items[i]) {
				return nil
			}
		}
		if len(level.keys) < o.size {
			return nil
		}
		last := level.keys[len(level.keys)-1]
		if bounds.after != nil && *bounds.after == last {
			return c.r.loadError("", keyText(last), errEndless)
		}
		bounds.after = &last
	}
}
