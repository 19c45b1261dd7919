package plan

import (
	"slices"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// chain leads from the roots to the rows of one to-many node: every hop joined, every limit kept.
type chain struct {
	*scope
	self    string  // alias of the node's rows
	through string  // alias of its join table's rows, if any
	ids     []idRef // of the to-many nodes from the root to the node itself
	order   []OrderTerm
}

// idRef is the identity of one to-many step.
type idRef struct {
	key     Key
	refs    []Ref
	through *idRef
}

// hops returns the nodes from below the root to n.
func hops(n *node) []*node {
	var list []*node
	for ; n.include != nil; n = n.parent {
		list = append(list, n)
	}
	slices.Reverse(list)
	return list
}

// chainTo joins the roots with everything down to n, or for the root just begins.
func (b *builder) chainTo(n *node) *chain {
	c := &chain{scope: newScope(), self: RootAlias}
	root := b.declared.Root
	c.identify(b.plan.key(root), nil)
	c.order = append(c.order, c.terms(c.self, root.Key)...)
	for _, hop := range hops(n) {
		if hop.many() {
			b.hopMany(c, hop)
		} else {
			c.hopOne(hop)
		}
	}
	return c
}

// identify notes the identity of the rows at self: their key, behind the key of the link to them.
func (c *chain) identify(key Key, through *idRef) {
	c.ids = append(c.ids, idRef{key: key, refs: c.refs(c.self, names(key.Columns)), through: through})
}

// terms orders by columns of an alias, ascending.
func (c *chain) terms(alias string, columns []*model.Column) []OrderTerm {
	list := make([]OrderTerm, len(columns))
	for i, column := range columns {
		list[i] = OrderTerm{Ref: c.ref(alias, column.Name), Nullable: column.Nullable}
	}
	return list
}

// hopOne follows a to-one relation on the way to something deeper.
func (c *chain) hopOne(hop *node) {
	inc := hop.include
	c.self, c.through = c.step(inc.Relation, inc.All, inc.Where, c.self)
}

// hopMany follows a to-many relation and keeps its order, identity and limit.
func (b *builder) hopMany(c *chain, hop *node) {
	inc := hop.include
	r := inc.Relation
	parents := c.partition()
	switch {
	case r.Kind == model.Via:
		c.walk(inc)
	case hop.linkOnly():
		c.through = c.link(r, inc.All, c.self)
		c.self = c.through
		c.leadSomewhere(r)
	default:
		c.self, c.through = c.step(r, inc.All, inc.Where, c.self)
	}
	var through *idRef
	order := c.declaredOrder(hop)
	if hop.linkOnly() {
		key := b.plan.key(r.Target)
		columns := linkColumns(r, key.Columns)
		c.ids = append(c.ids, idRef{key: key, refs: c.refs(c.through, columns)})
		for _, column := range columns {
			order = append(order, OrderTerm{Ref: c.ref(c.through, column)})
		}
	} else {
		order = append(order, c.terms(c.self, r.Target.Key)...)
		if r.Join != nil && r.Join.Through != nil {
			key := b.plan.key(r.Join.Through)
			through = &idRef{key: key, refs: c.refs(c.through, names(key.Columns))}
			order = append(order, c.terms(c.through, key.Columns)...)
		}
		c.identify(b.plan.key(r.Target), through)
	}
	if inc.Limit > 0 {
		c.limit(parents, order, inc.Limit)
		c.rebaseAll()
		for i := range order {
			order[i].Ref = c.rebase(order[i].Ref)
		}
	}
	c.order = append(c.order, order...)
}

// partition are the columns that tell parents apart: the identities so far.
func (c *chain) partition() []Ref {
	var list []Ref
	for _, id := range c.ids {
		if id.through != nil {
			list = append(list, id.through.refs...)
		}
		list = append(list, id.refs...)
	}
	return list
}

// rebaseAll moves what was noted before a wrap to the outside of it.
func (c *chain) rebaseAll() {
	move := func(refs []Ref) {
		for i := range refs {
			refs[i] = c.rebase(refs[i])
		}
	}
	for _, id := range c.ids {
		move(id.refs)
		if id.through != nil {
			move(id.through.refs)
		}
	}
	for i := range c.order {
		c.order[i].Ref = c.rebase(c.order[i].Ref)
	}
}

// declaredOrder are the terms of an include's own order.
func (c *chain) declaredOrder(hop *node) []OrderTerm {
	var list []OrderTerm
	for _, o := range hop.include.Order {
		name := o.Column.Name
		if hop.linkOnly() {
			name = linkColumns(hop.include.Relation, []*model.Column{o.Column})[0]
		}
		list = append(list, OrderTerm{
			Ref: c.ref(c.holder(o.Through), name), Desc: o.Desc, Nulls: o.Nulls, Nullable: o.Column.Nullable,
		})
	}
	return list
}

// leadSomewhere leaves out the links, which were joined last, that lead nowhere: nothing else is read
// that would.
func (c *chain) leadSomewhere(r *model.Relation) {
	last := &c.sel.From[len(c.sel.From)-1]
	for _, column := range r.Join.Foreign {
		set := &expr.IsNull{X: &expr.Column{Field: column, Name: column, Nullable: true}, Not: true}
		last.On = append(last.On, c.predicate(set, last.Alias, ""))
	}
}

// walk joins the steps of a via relation: the filters of the models on the way hold, the include's own
// where is about the last.
func (c *chain) walk(inc *model.Include) {
	steps := inc.Relation.Steps
	for i, step := range steps {
		var where expr.Expr
		if i == len(steps)-1 {
			where = inc.Where
		}
		c.self, c.through = c.step(step, inc.All, where, c.self)
	}
}

// linkOnly tells whether the join table alone gives what a node shows: its target's key.
func (n *node) linkOnly() bool {
	inc := n.include
	r := inc.Relation
	if r.Kind != model.ManyToMany || inc.Flatten == nil || inc.Where != nil || inc.By != nil {
		return false
	}
	if r.Join.Through != nil || (r.Target.Where != nil && !inc.All) {
		return false
	}
	elsewhere := func(column *model.Column) bool { return !slices.Contains(r.Foreign, column) }
	return !elsewhere(inc.Flatten.Column) && !slices.ContainsFunc(r.Target.Key, elsewhere) &&
		!slices.ContainsFunc(inc.Order, func(o model.Order) bool { return elsewhere(o.Column) })
}

// linkColumns are the join table's columns that hold the given columns of the target.
func linkColumns(r *model.Relation, columns []*model.Column) []string {
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = r.Join.Foreign[slices.Index(r.Foreign, column)]
	}
	return list
}
