package plan

import (
	"slices"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// place is where rows of a table stand in a document.
type place struct {
	table  model.Table
	entity *model.Entity // nil for a bare join table
	path   string
	from   []string  // columns that lead to the roots
	guard  expr.Expr // condition on the row itself
	hops   []Hop     // to the roots
}

// at is the same place under the name of another path.
func (p place) at(path string) place {
	p.path = path
	return p
}

// only is the place of those rows that satisfy a further condition.
func (p place) only(further expr.Expr) place {
	p.guard = and(p.guard, further)
	return p
}

// up makes the hops of rows below p: their columns equal those of p's row.
func (p place) up(from model.Table, columns []string, to []string, pair expr.Expr) []Hop {
	hop := Hop{From: from, FromColumns: columns, To: p.table, ToColumns: to, Filter: p.guard, Pair: pair}
	return append([]Hop{hop}, p.hops...)
}

// and joins two conditions, either of which may be nil.
func and(x, y expr.Expr) expr.Expr { return filter(false, x, y) }

// split parts a condition on a row and on the link to it into what concerns the row alone, the link alone
// (its columns as the link's own), and both together. All must hold.
func split(e expr.Expr) (row, link, both expr.Expr) {
	if e == nil {
		return nil, nil, nil
	}
	if b, ok := e.(*expr.Binary); ok && b.Op == expr.And {
		xRow, xLink, xBoth := split(b.X)
		yRow, yLink, yBoth := split(b.Y)
		return and(xRow, yRow), and(xLink, yLink), and(xBoth, yBoth)
	}
	columns := expr.Columns(e)
	through := func(c *expr.Column) bool { return c.Through }
	switch {
	case !slices.ContainsFunc(columns, through):
		return e, nil, nil
	case !slices.ContainsFunc(columns, func(c *expr.Column) bool { return !c.Through }):
		return nil, own(e), nil
	default:
		return nil, nil, e
	}
}

// own turns the columns of a link into columns of the row itself.
func own(e expr.Expr) expr.Expr {
	if e == nil {
		return nil
	}
	return expr.MapColumns(e, func(c *expr.Column) *expr.Column {
		moved := *c
		moved.Through = false
		return &moved
	})
}
