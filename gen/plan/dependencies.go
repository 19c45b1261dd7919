package plan

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// dependencies lists every column that the documents of a tree depend on, by path and reason.
func dependencies(roots Roots, root *node) []*Dependency {
	d := &depender{}
	d.add(roots.Table, "", Linked, nil, roots.Key...)
	d.columns(roots.Table, "", Filter, nil, roots.Filter, false)
	d.node(root, nil)
	return d.list
}

// depender collects dependencies; one entry per table, path and reason.
type depender struct {
	list []*Dependency
}

func (d *depender) add(table model.Table, path string, reason Reason, hops []Hop, columns ...string) {
	if len(columns) == 0 {
		return
	}
	at := slices.IndexFunc(d.list, func(e *Dependency) bool {
		return e.Table == table && e.Path == path && e.Reason == reason
	})
	if at < 0 {
		at = len(d.list)
		d.list = append(d.list, &Dependency{Table: table, Path: path, Reason: reason, Hops: hops})
	}
	e := d.list[at]
	e.Columns = append(e.Columns, columns...)
	slices.Sort(e.Columns)
	e.Columns = slices.Compact(e.Columns)
}

// columns adds those that an expression reads, of the row itself or of the link.
func (d *depender) columns(table model.Table, path string, reason Reason, hops []Hop, e expr.Expr, through bool) {
	if e == nil {
		return
	}
	for _, c := range expr.Columns(e) {
		if c.Through == through {
			d.add(table, path, reason, hops, c.Name)
		}
	}
}

// node adds what a node shows and what is below it; hops lead from its table to the roots.
func (d *depender) node(n *node, hops []Hop) {
	path := strings.Join(n.path, ".")
	d.shown(n, path, hops)
	for _, child := range n.children {
		inc := child.include
		below := d.relation(inc.Relation, strings.Join(child.path, "."), inc.All, inc.Where, hops)
		if !child.linkOnly() {
			d.order(child, below)
		}
		d.node(child, below)
	}
}

func (d *depender) shown(n *node, path string, hops []Hop) {
	table := n.entity.Table
	if n.include == nil || !n.linkOnly() {
		d.add(table, path, Shown, hops, names(n.entity.Key)...)
	}
	for _, m := range n.computed {
		d.add(table, path, Shown, hops, names(m.computed.Needs)...)
	}
	for _, ref := range n.shownRefs() {
		switch {
		case ref.Through:
			link := n.include.Relation.Join
			d.add(link.Table, path+" (link)", Shown, hops[1:], ref.Column.Name)
		case n.include == nil || !n.linkOnly():
			d.add(table, path, Shown, hops, ref.Column.Name)
		}
	}
	for _, number := range n.numbers {
		d.number(number, path, hops)
	}
}

// shownRefs are the columns whose values stand in the document.
func (n *node) shownRefs() []model.FieldRef {
	list := slices.Clone(n.fields)
	if n.include == nil {
		return list
	}
	for _, ref := range []*model.FieldRef{n.include.Flatten, n.include.By} {
		if ref != nil {
			list = append(list, *ref)
		}
	}
	return list
}

// order adds what decides the order of a node's rows, or who is within its limit.
func (d *depender) order(n *node, hops []Hop) {
	path := strings.Join(n.path, ".")
	for _, o := range n.include.Order {
		if o.Through {
			d.add(n.include.Relation.Join.Table, path+" (link)", Sorted, hops[1:], o.Column.Name)
		} else {
			d.add(n.entity.Table, path, Sorted, hops, o.Column.Name)
		}
	}
}

// relation adds the columns that tie a relation's rows to their source, and the filters on the way, and
// returns the hops from the relation's target to the roots.
func (d *depender) relation(r *model.Relation, path string, lifted bool, where expr.Expr, hops []Hop) []Hop {
	if r.Kind == model.Via {
		for i, step := range r.Steps {
			at, further := path, where
			if i < len(r.Steps)-1 {
				at, further = path+" (via "+step.Name+")", nil
			}
			hops = d.relation(step, at, lifted, further, hops)
		}
		return hops
	}
	source, target := r.Source.Table, r.Target.Table
	sourcePath := path + " (reference)"
	d.add(source, sourcePath, Linked, hops, names(r.Local)...)
	if r.WhenOn == model.OnSource {
		d.columns(source, sourcePath, Filter, hops, r.When, false)
	}
	below := hops
	local, localTable := names(r.Local), source
	if j := r.Join; j != nil {
		linkPath := path + " (link)"
		below = append([]Hop{{From: j.Table, FromColumns: j.Local, To: source, ToColumns: names(r.Local)}}, hops...)
		d.add(j.Table, linkPath, Linked, below, slices.Concat(j.Local, j.Foreign)...)
		if r.WhenOn == model.OnJoin {
			d.columns(j.Table, linkPath, Filter, below, r.When, false)
			d.columns(j.Table, linkPath, Filter, below, r.When, true)
		}
		if j.Through != nil {
			d.add(j.Table, linkPath, Linked, below, names(j.Through.Key)...)
			if !lifted {
				d.columns(j.Table, linkPath, Filter, below, j.Through.Where, false)
			}
		}
		d.columns(j.Table, linkPath, Filter, below, where, true)
		local, localTable = j.Foreign, j.Table
	}
	below = append([]Hop{{From: target, FromColumns: names(r.Foreign), To: localTable, ToColumns: local}}, below...)
	d.add(target, path, Linked, below, names(r.Foreign)...)
	if r.WhenOn == model.OnTarget {
		d.columns(target, path, Filter, below, r.When, false)
	}
	d.columns(target, path, Filter, below, filter(lifted, r.Target.Where, where), false)
	return below
}

// number adds what a number is computed from.
func (d *depender) number(n *model.Number, path string, hops []Hop) {
	name := numberSource(n) + " as " + n.Name
	if path != "" {
		name = path + ": " + name
	}
	for i, step := range n.Steps {
		var where expr.Expr
		at := name
		if i == len(n.Steps)-1 {
			where = n.Where
		} else {
			at += " (via " + step.Name + ")"
		}
		hops = d.relation(step, at, n.All, where, hops)
	}
	last := n.Steps[len(n.Steps)-1]
	d.add(last.Target.Table, name, Linked, hops, names(last.Target.Key)...)
	if n.Value == nil {
		return
	}
	d.columns(last.Target.Table, name, Counted, hops, n.Value, false)
	if last.Join != nil {
		d.columns(last.Join.Table, name+" (link)", Counted, hops[1:], n.Value, true)
	}
}
