package model

import (
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/expr"
)

// resolveExpressions types the predicates of models and relations against the models' columns.
func (r *resolver) resolveExpressions() {
	for _, d := range r.declared {
		lines := []*directive.Directive{r.onModel(d, "where")}
		for _, obj := range d.embeds {
			lines = append(lines, firstOf(r.onType[obj], "where"))
		}
		for _, line := range lines {
			if line == nil || len(line.Pos) == 0 {
				continue
			}
			if where := r.predicate(d.entity, line.Pos[0]); where != nil {
				d.entity.Where = both(d.entity.Where, where)
			}
		}
		for _, x := range d.relations {
			when, ok := x.lookup("when")
			if !ok || x.state != resolved {
				continue
			}
			switch x.rel.WhenOn {
			case OnSource:
				x.rel.When = r.predicate(x.d.entity, when)
			case OnTarget:
				x.rel.When = r.predicate(x.target.entity, when)
			case OnJoin:
				x.rel.When = r.predicate(x.rel.Join.Through, when)
			}
		}
	}
}

func both(a, b expr.Expr) expr.Expr {
	if a == nil {
		return b
	}
	return &expr.Binary{Op: expr.And, X: a, Y: b, Type: expr.Bool}
}

// predicate parses an argument as a condition on rows of a model; nil where it is wrong, which has been
// reported.
func (r *resolver) predicate(e *Entity, arg directive.Arg) expr.Expr {
	t := trail{report: r.report, failed: r.failed}
	return place{entity: e}.parse(t, arg, expr.WantBool)
}
