package denormtest

import (
	"context"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Collection is what Settled and Mutate need of a generated accessor: every one has these methods.
type Collection[K comparable, D any] interface {
	Get(ctx context.Context, key K) (*D, error)
	GetMany(ctx context.Context, keys []K) ([]*D, error)
	GetJSON(ctx context.Context, key K) ([]byte, denorm.Version, error)
	Invalidate(ctx context.Context, keys ...K) error
}
