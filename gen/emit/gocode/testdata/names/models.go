// Package names declares what generated code would like to.
package names

import geo "github.com/denormgen/denormgen/gen/emit/gocode/testdata/names/go-geo.v2"

type (
	row    int64
	list   string
	denorm string
)

func json(denorm) int { return urlsQueries }

var urlsQueries = 0 // counts

type URL struct {
	ID    row
	Kind  list
	Place geo.Point
	Any   any
}

type Part struct {
	ID   int64
	Type list
}

// Clone is the user's own.
func (d *URLDoc) Clone() *URLDoc {
	json("")
	return d
}

func (d *PartDoc) detach() { urlsQueries++ }

var _ = (*PartDoc).detach
