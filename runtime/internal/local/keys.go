package local

import "iter"

// Keys are those of the values that are kept, in no order.
func (t *Tier[K, V]) Keys() iter.Seq[K] {
	if t.cache == nil {
		return func(func(K) bool) {}
	}
	return t.cache.Keys()
}
