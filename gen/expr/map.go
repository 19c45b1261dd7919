package expr

// MapColumns returns a copy of e in which every column is replaced by what change returns for it.
func MapColumns(e Expr, change func(*Column) *Column) Expr {
	each := func(list ...Expr) []Expr {
		out := make([]Expr, len(list))
		for i, x := range list {
			out[i] = MapColumns(x, change)
		}
		return out
	}
	switch e := e.(type) {
	case *Column:
		return change(e)
	case *Unary:
		return &Unary{Op: e.Op, X: MapColumns(e.X, change)}
	case *Binary:
		x := each(e.X, e.Y)
		return &Binary{Op: e.Op, X: x[0], Y: x[1], Type: e.Type}
	case *IsNull:
		return &IsNull{X: MapColumns(e.X, change), Not: e.Not}
	case *In:
		return &In{X: MapColumns(e.X, change), List: each(e.List...)}
	case *Like:
		return &Like{X: MapColumns(e.X, change), Pattern: e.Pattern}
	case *Between:
		x := each(e.X, e.Lo, e.Hi)
		return &Between{X: x[0], Lo: x[1], Hi: x[2]}
	default:
		return e
	}
}
