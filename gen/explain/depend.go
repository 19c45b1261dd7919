package explain

import (
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/plan"
)

func (s Source) dependencies(c *plan.Collection, list []*plan.Dependency) []Dependency {
	out := make([]Dependency, len(list))
	for i, d := range list {
		out[i] = s.dependency(c, d)
	}
	return out
}

func (s Source) dependency(c *plan.Collection, d *plan.Dependency) Dependency {
	out := Dependency{
		Table:   tableName(d.Table),
		Columns: d.Columns,
		Path:    d.Path,
		Reason:  string(d.Reason),
		Guard:   exprText(d.Guard),
		From:    d.From,
		Hops:    make([]Hop, len(d.Hops)),
		View:    d.View,
	}
	for i, hop := range d.Hops {
		out.Hops[i] = Hop{
			From: tableName(hop.From), FromColumns: hop.FromColumns,
			To: tableName(hop.To), ToColumns: hop.ToColumns,
			Filter: exprText(hop.Filter),
		}
		if i > 0 {
			out.Hops[i].Pair = exprText(hop.Pair) // of the changed row only the values of From are known
		}
	}
	if texts := s.sql(c).Changes; texts != nil {
		for i, w := range c.Watches() {
			if i < len(texts) && w.Covers(d) {
				out.Roots = texts[i]
			}
		}
	}
	return out
}

func exprText(e expr.Expr) string {
	if e == nil {
		return ""
	}
	return e.String()
}
