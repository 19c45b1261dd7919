package denorm

import (
	"fmt"
	"math"
	"reflect"
)

// PageOption bounds what All and Page read.
type PageOption func(*pageOptions)

type pageOptions struct {
	after, before any // keys, nil for none
	prefix        []any
	size          int // of All's batches, 0 for the default
}

// After takes only documents whose key comes behind key in the database's order.
func After[K comparable](key K) PageOption {
	return func(o *pageOptions) { o.after = key }
}

// Before takes only documents whose key comes ahead of key. For Page these are the nearest ones, so that
// it pages backwards; for All it is where to end.
func Before[K comparable](key K) PageOption {
	return func(o *pageOptions) { o.before = key }
}

// Prefix takes only documents whose composite key begins with these values, one tenant for example: as many
// key columns as there are values equal them. It is not a prefix of text.
func Prefix(parts ...any) PageOption {
	return func(o *pageOptions) { o.prefix = parts }
}

// defaultPage is how many documents All loads at a time.
const defaultPage = 500

// BatchSize sets how many documents All loads at a time, 1 to 1,000; the default is 500.
func BatchSize(n int) PageOption {
	return func(o *pageOptions) { o.size = n }
}

// collect applies options.
func collect(opts []PageOption) pageOptions {
	var o pageOptions
	for _, option := range opts {
		if option != nil {
			option(&o)
		}
	}
	return o
}

// checkSize refuses sizes of pages that are out of bounds.
func checkSize(n int) error {
	if n < 1 || n > maxBatch {
		return fmt.Errorf("%w: a page holds 1 to %d documents, not %d", ErrValue, maxBatch, n)
	}
	return nil
}

// checkPage refuses options that Page cannot follow.
func (o *pageOptions) checkPage(n int) error {
	if err := checkSize(n); err != nil {
		return err
	}
	if o.after != nil && o.before != nil {
		return fmt.Errorf("%w: a page is After or Before a key, not both; All takes both", ErrValue)
	}
	return nil
}

// checkAll refuses options that All cannot follow, and sets the size of its batches where nobody did.
func (o *pageOptions) checkAll() error {
	if o.size == 0 {
		o.size = defaultPage
	}
	return checkSize(o.size)
}

// asKey turns what After or Before was given into the collection's key type: After(42) makes an int
// where the key may be an int64.
func asKey[K comparable](given any) (K, error) {
	if key, ok := given.(K); ok {
		return key, nil
	}
	var key K
	from, to := reflect.ValueOf(given), reflect.ValueOf(&key).Elem()
	switch {
	case from.CanInt() && to.CanInt() && !to.OverflowInt(from.Int()):
		to.SetInt(from.Int())
	case from.CanInt() && to.CanUint() && from.Int() >= 0 && !to.OverflowUint(uint64(from.Int())):
		to.SetUint(uint64(from.Int()))
	case from.CanUint() && to.CanUint() && !to.OverflowUint(from.Uint()):
		to.SetUint(from.Uint())
	case from.CanUint() && to.CanInt() && from.Uint() <= math.MaxInt64 && !to.OverflowInt(int64(from.Uint())):
		to.SetInt(int64(from.Uint()))
	case from.Kind() == reflect.String && to.Kind() == reflect.String:
		to.SetString(from.String())
	default:
		return key, fmt.Errorf("%w: After and Before need a key of type %T, not %T", ErrValue, key, given)
	}
	return key, nil
}
