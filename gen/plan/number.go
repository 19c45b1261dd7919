package plan

import (
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// scalar plans the subquery of a number about the row of alias holder. It counts what an include of
// the same path would list, without the include's filter and limit: a row reached twice through one
// bare join table, or by a via relation, counts once.
func (s *scope) scalar(number *model.Number, function model.NumberFunc, holder string) *Number {
	out := &Number{Func: function, Value: number.Value, Form: number.Form}
	inner := &scope{sel: &Select{}, aliases: s.aliases, wraps: s.wraps}
	first := number.Steps[0]
	if len(number.Steps) == 1 && isSet(first) {
		out.Self = inner.memberOf(number, holder)
	} else {
		out.Self, out.Through = holder, ""
		for i, step := range number.Steps {
			var where expr.Expr
			if i == len(number.Steps)-1 {
				where = number.Where
			}
			out.Self, out.Through = inner.step(step, number.All, where, out.Self)
		}
		// The first table has nothing to its left to be joined to: what ties it to the outer row is a
		// condition of the subquery.
		inner.sel.Where = append(inner.sel.From[0].On, inner.sel.Where...)
		inner.sel.From[0].On = nil
	}
	s.aliases = inner.aliases
	out.From, out.Where = inner.sel.From, inner.sel.Where
	return out
}

// isSet tells whether a relation may reach a row twice that a list shows once.
func isSet(r *model.Relation) bool {
	return r.Kind == model.Via || (r.Kind == model.ManyToMany && r.Join.Through == nil)
}

// memberOf selects from the target's table the rows whose key is among those that the relation reaches.
func (s *scope) memberOf(number *model.Number, holder string) string {
	r := number.Steps[0]
	self := s.alias()
	s.sel.From = []Source{{Alias: self, Table: &r.Target.Table}}
	members := &scope{sel: &Select{}, aliases: s.aliases, wraps: s.wraps}
	var from string
	var columns, outer []string
	if r.Kind == model.Via {
		from = holder
		for _, step := range r.Steps {
			from, _ = members.step(step, number.All, nil, from)
		}
		columns, outer = names(r.Target.Key), names(r.Target.Key)
	} else {
		from = members.link(r, number.All, holder)
		columns, outer = r.Join.Foreign, names(r.Foreign)
	}
	members.sel.Where = append(members.sel.From[0].On, members.sel.Where...)
	members.sel.From[0].On = nil
	for _, column := range columns {
		ref := members.ref(from, column)
		members.sel.Items = append(members.sel.Items, Item{Column: &ref})
	}
	s.aliases = members.aliases
	s.sel.Where = []Condition{{In: &InSelect{Refs: s.refs(self, outer), Select: members.sel}}}
	if where := filter(number.All, r.Target.Where, number.Where); where != nil {
		s.sel.Where = append(s.sel.Where, s.predicate(where, self, ""))
	}
	return self
}
