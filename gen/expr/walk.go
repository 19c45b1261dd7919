package expr

import "slices"

// Walk calls visit for e and then, if that returned true, for everything inside it, from left to
// right. A nil Expr is not visited.
func Walk(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	for _, child := range children(e) {
		Walk(child, visit)
	}
}

func children(e Expr) []Expr {
	switch e := e.(type) {
	case *Unary:
		return []Expr{e.X}
	case *Binary:
		return []Expr{e.X, e.Y}
	case *IsNull:
		return []Expr{e.X}
	case *In:
		return append([]Expr{e.X}, e.List...)
	case *Like:
		return []Expr{e.X}
	case *Between:
		return []Expr{e.X, e.Lo, e.Hi}
	default:
		return nil
	}
}

// Columns returns the columns that e reads, each once, in the order of their first use.
func Columns(e Expr) []*Column {
	var columns []*Column
	Walk(e, func(e Expr) bool {
		if c, ok := e.(*Column); ok && !slices.ContainsFunc(columns, c.same) {
			columns = append(columns, c)
		}
		return true
	})
	return columns
}

func (c *Column) same(other *Column) bool {
	return c.Through == other.Through && c.Field == other.Field && c.Name == other.Name
}
