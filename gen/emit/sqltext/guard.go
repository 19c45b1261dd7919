package sqltext

import (
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
)

// guard renders a condition on the row of a trigger, "" for none.
func (r *renderer) guard(e expr.Expr, row string) string {
	if e == nil {
		return ""
	}
	d := Dialect(r)
	if r.Name() == Postgres {
		d = postgresGuard{r}
	}
	return printer{d, row, ""}.expr(e).sql
}

// tolerant dialects compare texts of which they do not know how the loaders compare them.
type tolerant interface {
	// among renders `x = y` or `x IN (y, ...)`, or the contrary: NULL where it depends.
	among(x string, list []string, negated bool) string
}

// postgresGuard renders conditions for a function of which the search path holds nothing but pg_catalog.
// There the operators of extensions are not found: citext, which ignores case, would be compared as text.
// So what differs in case only, or is equal under the column's collation only, is neither true nor false.
type postgresGuard struct{ Dialect }

func (g postgresGuard) operand(o operand) string {
	if _, column := o.expr.(*expr.Column); column && o.expr.Kind() == expr.Text && !o.ordered {
		return o.sql + "::text"
	}
	return g.Dialect.operand(o)
}

func (g postgresGuard) among(x string, list []string, negated bool) string {
	lower := make([]string, len(list))
	for i, y := range list {
		lower[i] = g.lower(y)
	}
	return function("NULLIF", equals(g.lower(x), lower, negated), equals(x, list, !negated))
}

func (g postgresGuard) lower(text string) string {
	if strings.HasSuffix(text, "::text") {
		text += ` COLLATE "default"`
	}
	return "lower(" + text + ")"
}

// equals renders `x = y` or `x IN (y, ...)`, or the contrary.
func equals(x string, list []string, negated bool) string {
	switch {
	case len(list) != 1:
		return x + " " + not(negated, "IN") + " (" + strings.Join(list, ", ") + ")"
	case negated:
		return x + " <> " + list[0]
	default:
		return x + " = " + list[0]
	}
}
