package denorm

import (
	"context"

	"github.com/denormgen/denormgen/runtime/internal/local"
)

// asked are the keys that one call asks for. Only their collection knows the types of its keys and documents: the
// caches know neither, so that their code is compiled once and not for every collection.
type asked interface {
	len() int
	// local is a key in the cache of the process; appendName appends its text in the shared one. An error means that
	// no row can have the key.
	local(i int) (local.Key, error)
	appendName(dst []byte, i int) ([]byte, error)
	// failed is what the caller is told of a key.
	failed(i int, err error) error
	// load reads keys from the database, past all caches, and returns a pointer to each document, nil for none.
	load(ctx context.Context, indexes []int, guard *guard) ([]any, error)
	// clone is the same for another goroutine.
	clone() asked
}

// typedKeys is asked of one collection, by one goroutine.
type typedKeys[K comparable, D any] struct {
	r      *registration[K, D]
	keys   []K
	values [4]any // of the key whose text is written
}

// single is what asking for one key takes, in one allocation.
type single[K comparable, D any] struct {
	typedKeys[K, D]
	key     [1]K
	indexes [1]int
	entries [1]*entry
}

func (t *typedKeys[K, D]) clone() asked { return &typedKeys[K, D]{r: t.r, keys: t.keys} }

func (t *typedKeys[K, D]) len() int                       { return len(t.keys) }
func (t *typedKeys[K, D]) local(i int) (local.Key, error) { return t.r.keys.of(t.keys[i]) }

func (t *typedKeys[K, D]) appendName(dst []byte, i int) ([]byte, error) {
	return t.r.appendName(dst, t.values[:0], t.keys[i])
}

func (t *typedKeys[K, D]) failed(i int, err error) error {
	return t.r.loadError("", keyText(t.keys[i]), err)
}

func (t *typedKeys[K, D]) load(ctx context.Context, indexes []int, guard *guard) ([]any, error) {
	keys := make([]K, len(indexes))
	for i, index := range indexes {
		keys[i] = t.keys[index]
	}
	docs, err := t.r.many(ctx, nil, keys, guard)
	if err != nil {
		return nil, err
	}
	untyped := make([]any, len(docs))
	for i, doc := range docs {
		if doc != nil {
			untyped[i] = doc
		}
	}
	return untyped, nil
}
