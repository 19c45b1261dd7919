package local

import "iter"

// Key is the key of a document in the cache of the process. Keys and values have one type for all collections:
// as type parameters they made the compiler build the whole cache again for each of them, six times all the code
// that a collection has otherwise.
type Key struct {
	Number uint64 // of an integer, as many bits as it has
	Text   string // of anything else
}

// Keys are those of the values that are kept, in no order.
func (t *Tier) Keys() iter.Seq[Key] { return t.values.keys() }
