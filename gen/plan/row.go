package plan

import (
	"github.com/denormgen/denormgen/gen/model"
)

// sets says how the struct of a node is filled from the row of alias self and its link, and joins the
// to-one nodes below it into the row.
func (r *row) sets(n *node, self, through string) []Set {
	var list []Set
	for _, ref := range n.fields {
		alias := self
		if ref.Through {
			alias = through
		}
		read := r.read(alias, ref.Column)
		list = append(list, Set{Field: n.of.field(ref.Column.Field), Column: &read})
	}
	for _, m := range n.computed {
		list = append(list, Set{Field: m.field, Method: r.method(n.entity, m.computed, self)})
	}
	for _, number := range n.numbers {
		list = append(list, r.number(n, number, self))
	}
	for _, child := range n.children {
		if !child.many() {
			list = append(list, r.child(child, self))
		}
	}
	return list
}

func (s *Struct) field(name string) *Field {
	for _, f := range s.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// method calls a computed method on a model that has the inputs which it reads.
func (r *row) method(e *model.Entity, c *model.Computed, alias string) *Method {
	m := &Method{Computed: c, Entity: e}
	for _, column := range c.Needs {
		m.Inputs = append(m.Inputs, Input{Field: column.Field, Read: r.readAs(alias, column)})
	}
	return m
}

// child joins a to-one node into the row of source.
func (r *row) child(n *node, source string) Set {
	c, inc := r.chain, n.include
	target := inc.Relation.Target
	alias := c.joinTable(target.Table, true, c.related(inc.Relation, inc.All, inc.Where, source, ""))
	if inc.Relation.Kind == model.HasOne {
		r.lowest = append(r.lowest, c.terms(alias, target.Key)...)
	}
	if inc.Flatten != nil {
		column := inc.Flatten.Column
		read := r.read(alias, column)
		read.Type, read.Nullable = model.PointerTo(column.Base), true
		return Set{Field: n.field, Column: &read}
	}
	child := &Child{Struct: n.of}
	for _, key := range target.Key {
		child.Present = append(child.Present, r.item(alias, key.Name, false))
	}
	child.Sets = r.sets(n, alias, "")
	return Set{Field: n.field, Child: child}
}

// number computes a number about the row of alias holder.
func (r *row) number(n *node, number *model.Number, holder string) Set {
	field := n.of.field(number.Name)
	if number.Func == model.Avg {
		float := model.Type{Kind: model.Basic, Name: "float64", Shallow: true}
		whole := model.Type{Kind: model.Basic, Name: "int64", Shallow: true}
		return Set{Field: field, Number: number, Avg: &Average{
			Sum:   Read{Item: r.scalar(number, model.Sum, holder), Form: model.FormFloat, Type: float, Base: float},
			Count: Read{Item: r.scalar(number, model.Count, holder), Form: model.FormInt, Type: whole, Base: whole},
		}}
	}
	base := number.Type
	nullable := number.Func == model.Min || number.Func == model.Max
	if nullable && base.Kind == model.Pointer {
		base = *base.Elem
	}
	return Set{Field: field, Number: number, Column: &Read{
		Item: r.scalar(number, number.Func, holder),
		Form: number.Form, Type: number.Type, Base: base, Nullable: nullable,
	}}
}

// scalar adds the subquery of a number to the items.
func (r *row) scalar(number *model.Number, function model.NumberFunc, holder string) int {
	r.list = append(r.list, Item{Number: r.chain.scalar(number, function, holder)})
	return len(r.list) - 1
}
