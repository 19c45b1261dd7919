package denorm

import (
	"context"
	"errors"
	"fmt"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/seam"
)

// Inspect shows the collection of an engine that has these types, for denormtest.
func Inspect[K comparable, D any](_ seam.Permit, e *Engine) (seam.Collection[K, D], error) {
	r, err := find[K, D](e)
	if err != nil {
		return seam.Collection[K, D]{}, err
	}
	return seam.Collection[K, D]{
		Dialect: capture.Dialect(e.dialect),
		Plan:    r.plan(),
		Fresh:   func(ctx context.Context, keys []K) ([]*D, error) { return r.many(ctx, nil, keys, nil) },
		Keys:    r.allKeys,
	}, nil
}

// find returns the registration of documents of a type.
func find[K comparable, D any](e *Engine) (*registration[K, D], error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found *registration[K, D]
	for _, list := range e.collections {
		for _, other := range list {
			r, ok := other.(*registration[K, D])
			switch {
			case ok && found != nil:
				return nil, fmt.Errorf("the engine has two collections of %T, %s and %s", *new(D), found.def.Name, r.def.Name)
			case ok:
				found = r
			}
		}
	}
	if found == nil {
		return nil, fmt.Errorf("the engine has no collection of %T: was the accessor made for another one?", *new(D))
	}
	return found, found.failure()
}

// allKeys are the keys of all documents, and those that are cached in this process.
func (r *registration[K, D]) allKeys(ctx context.Context) ([]K, error) {
	var keys []K
	known := map[K]bool{}
	add := func(key K) {
		if !known[key] {
			known[key] = true
			keys = append(keys, key)
		}
	}
	err := (&Collection[K, D]{r}).each(ctx, pageOptions{}, nil, func(key K, _ *D) bool {
		add(key)
		return true
	})
	if err != nil {
		return nil, err
	}
	if cached := r.cached.Load(); cached != nil {
		for key := range cached.tier.Keys() {
			original, err := r.keys.back(key)
			if err != nil {
				return nil, err
			}
			add(original)
		}
	}
	return keys, nil
}

// ReadPageOptions reads options as Page does for a size, and as All does where size is nil, for denormtest.
func ReadPageOptions[K comparable](_ seam.Permit, size *int, opts []PageOption) (seam.Bounds[K], error) {
	o := collect(opts)
	var err error
	if size == nil {
		err = o.checkAll()
	} else {
		err = o.checkPage(*size)
	}
	bounds, wrong := newBounds[K](o)
	return seam.Bounds[K]{After: bounds.after, Before: bounds.before, Prefix: bounds.prefix}, errors.Join(err, wrong)
}
