package denorm

import (
	"context"
	"encoding"
	"encoding/json"
	"reflect"

	"github.com/denormgen/denormgen/runtime/capture"
)

// origin is where the documents of a registration come from: tables, or other collections. What it loads is past all
// caches.
type origin[K comparable, D any] interface {
	// prepare tells what is wrong with the definition.
	prepare() error
	plan() capture.Plan
	// byKeys loads up to maxBatch documents, in key order. q is nil for the engine's database, guard for documents that
	// need not be newer than anything.
	byKeys(ctx context.Context, q Queryer, keys []K, guard *guard) (*Level[K, D], error)
	// page loads n documents or more in key order, from the first one behind a key on; fewer are the last.
	page(ctx context.Context, after *K, n int, guard *guard) (*Level[K, D], error)
	// count is how many documents there may be.
	count(ctx context.Context) (int, error)
	// sample picks up to n keys by chance.
	sample(ctx context.Context, n int) ([]string, error)
}

// selected are documents that are selected from tables.
type selected[K comparable, D any] struct{ *registration[K, D] }

func (r selected[K, D]) page(ctx context.Context, after *K, n int, guard *guard) (*Level[K, D], error) {
	roots := &pageRoots[K, D]{r: r.registration, size: n, guard: guard}
	roots.bounds.after = after
	return roots.load(ctx)
}

func (r selected[K, D]) count(ctx context.Context) (int, error) {
	return (&Collection[K, D]{r.registration}).Count(ctx, 0)
}

// enclosure is the field that a document stands in where a sink has to merge it with the fields of others, and it is
// no object.
const enclosure = "value"

func (r *registration[K, D]) fields() []string {
	if r.enclosed {
		return []string{enclosure}
	}
	return jsonNames(pointee(reflect.TypeFor[D]()))
}

// sinkJSON is a document as sinks hold it.
func (r *registration[K, D]) sinkJSON(doc *D) ([]byte, error) {
	if !r.enclosed {
		return r.def.AppendJSON(nil, doc)
	}
	body, err := r.def.AppendJSON([]byte(`{"`+enclosure+`":`), doc)
	return append(body, '}'), err
}

func pointee(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isObject tells whether the JSON of a type is an object whose names are known.
func isObject(document reflect.Type) bool {
	document = pointee(document)
	writes := func(method reflect.Type) bool { return reflect.PointerTo(document).Implements(method) }
	return document.Kind() == reflect.Struct &&
		!writes(reflect.TypeFor[json.Marshaler]()) && !writes(reflect.TypeFor[encoding.TextMarshaler]())
}
