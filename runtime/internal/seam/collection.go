package seam

import (
	"context"

	"github.com/denormgen/denormgen/runtime/capture"
)

// Collection is a collection of an engine as denormtest sees it.
type Collection[K comparable, D any] struct {
	Dialect capture.Dialect
	Plan    capture.Plan
	// Fresh builds documents from the database, past all caches: nil where there is none.
	Fresh func(ctx context.Context, keys []K) ([]*D, error)
	// Keys are those of all documents in the database, in its order, and of what the cache of this process holds.
	Keys func(ctx context.Context) ([]K, error)
}

// Bounds are page options, read. Nil bounds are none.
type Bounds[K comparable] struct {
	After, Before *K
	Prefix        []any
}
