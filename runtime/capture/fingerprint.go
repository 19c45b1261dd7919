package capture

import "slices"

// Fingerprint is how captured tables and their triggers were when a backend looked at them.
type Fingerprint struct {
	definitions [][]string  // of tables and triggers
	contents    [][]string  // what emptying a table changes where it leaves the definition as it was
	opened      mysqlOpened // before the definitions were read
}

// Equal tells whether nothing was altered between two looks at the same layouts.
func (f Fingerprint) Equal(other Fingerprint) bool {
	return slices.EqualFunc(f.definitions, other.definitions, slices.Equal) && slices.EqualFunc(f.contents, other.contents, slices.Equal)
}
