package denorm

import "reflect"

// maxBatch is the largest number of roots that one batch loads.
const maxBatch = 1000

// padded returns the size that a list of n keys is filled up to, so that few texts serve all sizes.
func padded(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return min(size, maxBatch)
}

// keyList is a list of keys, bound.
type keyList struct {
	size int   // of the statement: padded, or 1, or any number where arrays are bound
	keys int   // asked for
	args []any // as many as the statement of that size takes
}

// bindKeys binds up to maxBatch keys. Keys that no row can have are left out, so the list may be empty.
// at is how many keys it bound when it failed.
func bindKeys[K comparable](c composer, bind func([]any, K) []any, keys []K) (list keyList, at int, err error) {
	width := len(c.statements.Roots.Key)
	array := c.arrays && len(keys) > 1
	size := padded(len(keys))
	capacity := size * width
	if array {
		capacity = len(keys) * width
	}
	list.args = make([]any, 0, capacity)
	for i, key := range keys {
		start := len(list.args)
		list.args = bind(list.args, key)
		switch err := keyValues(c.dialect, list.args[start:]); err {
		case nil:
			list.keys++
		case errImpossible:
			list.args = list.args[:start]
		default:
			return keyList{}, i, err
		}
	}
	if list.keys == 0 {
		return keyList{}, 0, nil
	}
	if array && list.keys > 1 {
		list.size = 2
		list.args = arrays(c.dialect, list.args, width)
		return list, 0, nil
	}
	list.size = padded(list.keys)
	last := list.args[len(list.args)-width:]
	for len(list.args) < list.size*width {
		list.args = append(list.args, last...)
	}
	return list, 0, nil
}

// wideUnsigned returns the value of a named unsigned type that is too wide for an int64.
func wideUnsigned(value any) (uint64, bool) {
	v := reflect.ValueOf(value)
	if !v.IsValid() || !v.CanUint() {
		return 0, false
	}
	return v.Uint(), true
}
