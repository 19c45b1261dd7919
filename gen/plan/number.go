package plan

import (
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// scalar plans the subquery of a number about the row of alias holder. It counts what an include of
// the same path would list, without the include's filter and limit: a row reached twice through one
// bare join table, or by a via relation, counts once.
func (s *scope) scalar(number *model.Number, function model.NumberFunc, holder string) *Number {
	return s.segment(number, number.Steps, function, holder)
}

// correlate makes a condition of what ties the first table to the outer row: in a subquery there is nothing
// to its left to be joined to.
func (s *scope) correlate() {
	first := &s.sel.From[0]
	s.sel.Where = append(first.On, s.sel.Where...)
	first.On = nil
}

// segment plans the steps up to the next one that needs a set of rows; from there on the number of
// each row so far is a subquery of its own.
func (s *scope) segment(number *model.Number, steps []*model.Relation, function model.NumberFunc, holder string) *Number {
	end := 1
	for end < len(steps) && !isSet(steps[end]) {
		end++
	}
	out := &Number{Func: function, Value: number.Value, Form: number.Form, Self: holder}
	inner := &scope{sel: &Select{}, aliases: s.aliases, wraps: s.wraps}
	for i, step := range steps[:end] {
		var where expr.Expr
		if i == len(steps)-1 {
			where = number.Where
		}
		if isSet(step) {
			out.Self, out.Through = inner.memberOf(step, number.All, where, out.Self), ""
		} else {
			out.Self, out.Through = inner.step(step, number.All, where, out.Self)
		}
	}
	inner.correlate()
	if end < len(steps) {
		out.Inner, out.Value = inner.segment(number, steps[end:], function, out.Self), nil
		if function == model.Count {
			out.Func = model.Sum
		}
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
func (s *scope) memberOf(r *model.Relation, lifted bool, further expr.Expr, holder string) string {
	self := s.alias()
	s.sel.From = []Source{{Alias: self, Table: &r.Target.Table}}
	members := &scope{sel: &Select{}, aliases: s.aliases, wraps: s.wraps}
	var from string
	var columns, outer []string
	if r.Kind == model.Via {
		from = holder
		for _, step := range r.Steps {
			from, _ = members.step(step, lifted, nil, from)
		}
		columns, outer = names(r.Target.Key), names(r.Target.Key)
	} else {
		from = members.link(r, lifted, holder)
		columns, outer = r.Join.Foreign, names(r.Foreign)
	}
	members.correlate()
	for _, column := range columns {
		ref := members.ref(from, column)
		members.sel.Items = append(members.sel.Items, Item{Column: &ref})
	}
	s.aliases = members.aliases
	s.sel.Where = []Condition{{In: &InSelect{Refs: s.refs(self, outer), Select: members.sel}}}
	if where := filter(lifted, r.Target.Where, further); where != nil {
		s.sel.Where = append(s.sel.Where, s.predicate(where, self, ""))
	}
	return self
}
