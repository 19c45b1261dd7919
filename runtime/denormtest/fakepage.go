package denormtest

import (
	"context"
	"iter"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/seam"
)

// All returns the documents in key order, all of them or those that the options name. Those that are put or
// deleted while the loop runs show if their turn comes later.
func (f *FakeCollection[K, D]) All(ctx context.Context, options ...denorm.PageOption) iter.Seq2[*D, error] {
	return func(yield func(*D, error) bool) {
		bounds, err := f.bounds(nil, options)
		for err == nil {
			var next []fakeEntry[K, D]
			if next, err = f.within(ctx, bounds); err != nil || len(next) == 0 {
				break
			}
			if !yield(next[0].doc, nil) {
				return
			}
			bounds.After = &next[0].key
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// Page returns up to size documents in key order, and the keys from which the next and the previous page are read.
func (f *FakeCollection[K, D]) Page(ctx context.Context, size int, options ...denorm.PageOption) (denorm.Page[K, D], error) {
	bounds, err := f.bounds(&size, options)
	if err != nil {
		return denorm.Page[K, D]{}, err
	}
	found, err := f.within(ctx, bounds)
	if err != nil {
		return denorm.Page[K, D]{}, err
	}
	whole, err := f.within(ctx, seam.Bounds[K]{Prefix: bounds.Prefix})
	if err != nil {
		return denorm.Page[K, D]{}, err
	}
	if more := len(found) - size; more > 0 && bounds.Before != nil {
		found = found[more:]
	} else if more > 0 {
		found = found[:size]
	}
	page := denorm.Page[K, D]{Docs: make([]*D, len(found))}
	for i, entry := range found {
		page.Docs[i] = entry.doc
	}
	if len(found) > 0 {
		first, last := found[0].key, found[len(found)-1].key
		if compareKeys(last, whole[len(whole)-1].key) < 0 {
			page.Next = &last
		}
		if compareKeys(first, whole[0].key) > 0 {
			page.Prev = &first
		}
	}
	return page, nil
}

// Count returns the number of documents, at most a limit that is above zero.
func (f *FakeCollection[K, D]) Count(ctx context.Context, limit int) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failure(ctx); err != nil {
		return 0, err
	}
	if limit > 0 {
		return min(limit, len(f.entries)), nil
	}
	return len(f.entries), nil
}

// bounds reads options, for pages if they have a size.
func (f *FakeCollection[K, D]) bounds(size *int, options []denorm.PageOption) (seam.Bounds[K], error) {
	bounds, err := denorm.ReadPageOptions[K](seam.Permit{}, size, options)
	if err == nil {
		err = checkPrefix[K](bounds.Prefix)
	}
	if err != nil {
		return seam.Bounds[K]{}, f.loadError("", err)
	}
	return bounds, nil
}

// within are the entries of a stretch, as they are now.
func (f *FakeCollection[K, D]) within(ctx context.Context, bounds seam.Bounds[K]) ([]fakeEntry[K, D], error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failure(ctx); err != nil {
		return nil, err
	}
	var found []fakeEntry[K, D]
	for _, entry := range f.entries {
		if (bounds.After == nil || compareKeys(entry.key, *bounds.After) > 0) &&
			(bounds.Before == nil || compareKeys(entry.key, *bounds.Before) < 0) && hasPrefix(entry.key, bounds.Prefix) {
			found = append(found, entry)
		}
	}
	return found, nil
}
