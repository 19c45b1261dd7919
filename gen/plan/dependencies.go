package plan

import (
	"reflect"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// dependencies lists every column that the documents of a tree depend on, by path and reason. What it leaves
// out does not change a document; what it lists may: a row beyond a limit is listed too.
func dependencies(roots Roots, root *node) []*Dependency {
	d := &depender{}
	top := place{table: roots.Table, entity: root.entity, from: roots.Key, guard: roots.Filter}
	d.add(top, Linked, roots.Key...)
	d.columns(top, Filter, roots.Filter)
	d.node(root, top, place{})
	return d.list
}

// depender collects dependencies; one entry per place and reason.
type depender struct {
	list []*Dependency
}

func (d *depender) add(at place, reason Reason, columns ...string) {
	if len(columns) == 0 {
		return
	}
	fresh := &Dependency{
		Table: at.table, Path: at.path, Reason: reason, Guard: at.guard, From: at.from, Hops: at.hops,
		View: at.entity != nil && len(at.entity.View) > 0,
	}
	found := slices.IndexFunc(d.list, func(e *Dependency) bool {
		return e.Path == fresh.Path && e.Reason == fresh.Reason && e.sameWay(fresh)
	})
	if found < 0 {
		found = len(d.list)
		d.list = append(d.list, fresh)
		if fresh.View {
			d.view(at)
		}
	}
	e := d.list[found]
	e.Columns = append(e.Columns, columns...)
	slices.Sort(e.Columns)
	e.Columns = slices.Compact(e.Columns)
}

// sameWay tells whether two dependencies lead from the same rows to the same documents.
func (e *Dependency) sameWay(other *Dependency) bool {
	return e.Table == other.Table && e.View == other.View && slices.Equal(e.From, other.From) &&
		reflect.DeepEqual(e.Guard, other.Guard) && reflect.DeepEqual(e.Hops, other.Hops)
}

// columns adds those that a condition or a number reads of the row itself.
func (d *depender) columns(at place, reason Reason, e expr.Expr) {
	if e == nil {
		return
	}
	for _, c := range expr.Columns(e) {
		if !c.Through {
			d.add(at, reason, c.Name)
		}
	}
}

// linkColumns adds those that an expression about the target reads of the link.
func (d *depender) linkColumns(at place, reason Reason, e expr.Expr) {
	if e == nil {
		return
	}
	for _, c := range expr.Columns(e) {
		if c.Through {
			d.add(at, reason, c.Name)
		}
	}
}

// node adds what a node shows and what is below it. The link is that of its relation, if there is one.
func (d *depender) node(n *node, at, link place) {
	d.shown(n, at, link)
	for _, child := range n.children {
		inc := child.include
		path := strings.Join(child.path, ".")
		step := step{relation: inc.Relation, path: path, lifted: inc.All, where: inc.Where, linkOnly: child.linkOnly()}
		below, link := d.relation(step, at)
		if !step.linkOnly {
			d.order(child, below, link)
		}
		d.node(child, below, link)
	}
}

func (d *depender) shown(n *node, at, link place) {
	linkOnly := n.include != nil && n.linkOnly()
	if !linkOnly {
		d.add(at, Shown, names(n.entity.Key)...)
	}
	for _, m := range n.computed {
		d.add(at, Shown, names(m.computed.Needs)...)
	}
	for _, ref := range n.shownRefs() {
		switch {
		case ref.Through:
			d.add(link, Shown, ref.Column.Name)
		case !linkOnly:
			d.add(at, Shown, ref.Column.Name)
		}
	}
	for _, number := range n.numbers {
		d.number(number, at)
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
func (d *depender) order(n *node, at, link place) {
	for _, o := range n.include.Order {
		if o.Through {
			d.add(link, Sorted, o.Column.Name)
		} else {
			d.add(at, Sorted, o.Column.Name)
		}
	}
}

// number adds what a number is computed from.
func (d *depender) number(n *model.Number, at place) {
	name := numberSource(n) + " as " + n.Name
	if at.path != "" {
		name = at.path + ": " + name
	}
	var link place
	for i, relation := range n.Steps {
		step := step{relation: relation, path: name, lifted: n.All}
		if i == len(n.Steps)-1 {
			step.where = n.Where
		} else {
			step.path += viaPath(n.Steps[:i+1])
		}
		at, link = d.relation(step, at)
	}
	d.add(at, Linked, names(at.entity.Key)...)
	d.columns(at, Counted, n.Value)
	d.linkColumns(link, Counted, n.Value)
}

// viaPath names the rows that lie between the two ends of a path.
func viaPath(steps []*model.Relation) string {
	names := make([]string, len(steps))
	for i, step := range steps {
		names[i] = step.Name
	}
	return " (via " + strings.Join(names, ".") + ")"
}
