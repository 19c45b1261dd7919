package plan

import (
	"slices"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// step is a relation as an include or a number follows it.
type step struct {
	relation *model.Relation
	path     string
	lifted   bool      // the conditions of models do not hold
	where    expr.Expr // a further one, on the target and the link
	linkOnly bool      // the target's rows are not read
}

// relation adds the columns that tie a relation's rows to their source, and the filters on the way, and
// returns the places of the relation's target and of the link to it, if there is one.
func (d *depender) relation(s step, source place) (target, link place) {
	r := s.relation
	if r.Kind == model.Via {
		return d.via(s, source)
	}
	path := s.path
	reference := source.at(path + " (reference)")
	if r.WhenOn == model.OnSource {
		reference = reference.only(r.When)
	}
	d.add(reference, Linked, names(r.Local)...)
	if r.WhenOn == model.OnSource {
		d.columns(reference, Filter, r.When)
	}
	row, ofLink, both := split(filter(s.lifted, r.Target.Where, s.where))
	above, columns := reference, names(r.Local)
	if j := r.Join; j != nil {
		link = d.link(s, reference, ofLink)
		d.linkColumns(link, Filter, both)
		above, columns = link, j.Foreign
	}
	target = place{
		table: r.Target.Table, entity: r.Target, path: path, from: names(r.Foreign), guard: row,
		hops: above.up(r.Target.Table, names(r.Foreign), columns, both),
	}
	if r.WhenOn == model.OnTarget {
		target = target.only(r.When)
	}
	if s.linkOnly {
		return target, link
	}
	d.add(target, Linked, names(r.Foreign)...)
	if r.Kind == model.HasOne {
		d.add(target, Linked, names(r.Target.Key)...) // the lowest wins
	}
	d.columns(target, Filter, target.guard)
	d.columns(target, Filter, both)
	return target, link
}

// link adds what ties the rows of a join table to both sides; where is the part of the step's condition that
// is about them alone.
func (d *depender) link(s step, source place, where expr.Expr) place {
	r, j := s.relation, s.relation.Join
	guard := where
	if r.WhenOn == model.OnJoin {
		guard = and(own(r.When), guard)
	}
	if j.Through != nil && !s.lifted {
		guard = and(guard, j.Through.Where)
	}
	link := place{
		table: j.Table, entity: j.Through, path: s.path + " (link)", from: j.Local,
		guard: guard,
		hops:  source.up(j.Table, j.Local, names(r.Local), nil),
	}
	d.add(link, Linked, slices.Concat(j.Local, j.Foreign)...)
	if j.Through != nil {
		d.add(link, Linked, names(j.Through.Key)...)
	}
	d.columns(link, Filter, guard)
	return link
}

// via follows the steps of a relation over several. The step's own condition is about the last.
func (d *depender) via(s step, source place) (target, link place) {
	steps := s.relation.Steps
	at := source
	for i, relation := range steps {
		each := step{relation: relation, path: s.path, lifted: s.lifted}
		if i == len(steps)-1 {
			each.where = s.where
		} else {
			each.path += viaPath(steps[:i+1])
		}
		at, link = d.relation(each, at)
	}
	return at, link
}

// view adds the tables that a view at this place reads: all columns that their models name, for nobody says
// which of them the view shows. Where the view's row is known by the key of the row that it reads, the view
// itself is not asked: the row may have left it.
func (d *depender) view(at place) {
	for _, read := range at.entity.View {
		key := names(read.Entity.Key)
		below := place{table: read.Entity.Table, entity: read.Entity, path: at.path + " (view)", from: key}
		if at.path == "" {
			below.path = "(view)"
		}
		switch {
		case !slices.Equal(at.from, []string{read.Field.Name}):
			below.hops = place{table: at.table, hops: at.hops}.up(below.table, key, []string{read.Field.Name}, nil)
		case len(at.hops) > 0:
			below.hops = slices.Clone(at.hops)
			below.hops[0].From, below.hops[0].FromColumns = below.table, key
		}
		d.add(below, Viewed, names(read.Entity.Columns)...)
	}
}
