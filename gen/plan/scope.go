package plan

import (
	"fmt"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// scope builds one Select. Aliases stay valid for the whole construction: once the sources so far have
// been wrapped into a derived table, a reference to one of them becomes a column that the derived
// table exposes on demand.
type scope struct {
	sel     *Select
	aliases int
	wraps   map[string]*wrap // by alias that now lies inside
}

// wrap is a derived table and the columns that it exposes.
type wrap struct {
	alias string
	inner *Select
}

func newScope() *scope {
	return &scope{
		sel:   &Select{From: []Source{{Alias: RootAlias, Roots: true}}},
		wraps: map[string]*wrap{},
	}
}

// alias returns a fresh alias.
func (s *scope) alias() string {
	s.aliases++
	return fmt.Sprintf("a%d", s.aliases)
}

// ref refers to a column of an alias from the outermost level.
func (s *scope) ref(alias, column string) Ref {
	w := s.wraps[alias]
	if w == nil {
		return Ref{Alias: alias, Column: column}
	}
	inner := Ref{Alias: alias, Column: column}
	name := alias + "_" + column
	for _, item := range w.inner.Items {
		if item.Column != nil && *item.Column == inner {
			return s.ref(w.alias, name)
		}
	}
	w.inner.Items = append(w.inner.Items, Item{Name: name, Column: &inner})
	return s.ref(w.alias, name)
}

func (s *scope) refs(alias string, columns []string) []Ref {
	list := make([]Ref, len(columns))
	for i, c := range columns {
		list[i] = s.ref(alias, c)
	}
	return list
}

// rebase follows a reference made before a wrap.
func (s *scope) rebase(r Ref) Ref { return s.ref(r.Alias, r.Column) }

// predicate is an expression over the rows of alias self, whether wrapped or not.
func (s *scope) predicate(e expr.Expr, self, through string) Condition {
	e = expr.MapColumns(e, func(c *expr.Column) *expr.Column {
		alias := self
		if c.Through {
			alias = through
		}
		moved := *c
		moved.Name = s.ref(alias, c.Name).Column
		return &moved
	})
	return Condition{Predicate: &Predicate{Expr: e, Self: s.outer(self), Through: s.outer(through)}}
}

// outer is the alias by which the rows of an alias are reached from the outermost level.
func (s *scope) outer(alias string) string {
	for s.wraps[alias] != nil {
		alias = s.wraps[alias].alias
	}
	return alias
}

// equal pairs columns of two aliases.
func (s *scope) equal(left string, leftColumns []string, right string, rightColumns []string) []Condition {
	list := make([]Condition, len(leftColumns))
	for i := range leftColumns {
		list[i] = Condition{Equal: &Equal{Left: s.ref(left, leftColumns[i]), Right: s.ref(right, rightColumns[i])}}
	}
	return list
}

// joinTable adds a table and returns its alias; on is given the alias.
func (s *scope) joinTable(table model.Table, left bool, on func(alias string) []Condition) string {
	alias := s.alias()
	s.sel.From = append(s.sel.From, Source{Alias: alias, Table: &table, Left: left, On: on(alias)})
	return alias
}

// limit wraps everything so far into a derived table which keeps the first max rows of each parent.
// Rows are ranked densely, so that a row that came twice counts once.
func (s *scope) limit(partition []Ref, order []OrderTerm, max int) {
	inner := s.sel
	w := &wrap{alias: s.alias(), inner: inner}
	const rank = "denorm_rank"
	inner.Items = append(inner.Items, Item{Name: rank, Rank: &Rank{Partition: partition, Order: distinct(order)}})
	for _, source := range inner.From {
		s.wraps[source.Alias] = w
	}
	s.sel = &Select{From: []Source{{Alias: w.alias, Inner: inner}}}
	s.sel.Where = []Condition{{RankAtMost: &RankAtMost{Ref: Ref{Alias: w.alias, Column: rank}, Max: max}}}
}

// link joins the join table of a many-to-many relation to the rows of source and returns its alias.
func (s *scope) link(r *model.Relation, lifted bool, source string) string {
	return s.joinTable(r.Join.Table, false, func(alias string) []Condition {
		on := s.equal(alias, r.Join.Local, source, names(r.Local))
		if r.When != nil {
			on = append(on, s.predicate(r.When, alias, alias))
		}
		if t := r.Join.Through; t != nil && t.Where != nil && !lifted {
			on = append(on, s.predicate(t.Where, alias, ""))
		}
		return on
	})
}

// step joins one relation of any kind but via and returns the aliases of its rows and of its link.
// further is a condition on the rows beside the target model's own, which lifted leaves out.
func (s *scope) step(r *model.Relation, lifted bool, further expr.Expr, source string) (self, through string) {
	if r.Kind == model.ManyToMany {
		through = s.link(r, lifted, source)
	}
	self = s.joinTable(r.Target.Table, false, s.related(r, lifted, further, source, through))
	if r.Kind == model.HasOne {
		s.keepLowest(r, lifted, further, source, self)
	}
	return self, through
}

// keepLowest leaves of the rows of a hasone, which were joined last, the one that counts.
func (s *scope) keepLowest(r *model.Relation, lifted bool, further expr.Expr, source, self string) {
	lower := s.alias()
	last := &s.sel.From[len(s.sel.From)-1]
	last.On = append(last.On, Condition{Lowest: &Lowest{
		Table: r.Target.Table,
		Alias: lower,
		On:    s.related(r, lifted, further, source, "")(lower),
		Key:   names(r.Target.Key),
		Of:    self,
	}})
}

// related says which rows of an alias belong to the row of source, or of the link where there is one.
func (s *scope) related(r *model.Relation, lifted bool, further expr.Expr, source, through string) func(alias string) []Condition {
	return func(alias string) []Condition {
		var on []Condition
		if through != "" {
			on = s.equal(alias, names(r.Foreign), through, r.Join.Foreign)
		} else {
			on = s.equal(alias, names(r.Foreign), source, names(r.Local))
		}
		if r.When != nil && r.WhenOn == model.OnSource {
			on = append(on, s.predicate(r.When, source, ""))
		}
		if r.When != nil && r.WhenOn == model.OnTarget {
			on = append(on, s.predicate(r.When, alias, ""))
		}
		if where := filter(lifted, r.Target.Where, further); where != nil {
			on = append(on, s.predicate(where, alias, through))
		}
		return on
	}
}

// distinct leaves out terms that repeat an earlier column, which decide nothing any more.
func distinct(order []OrderTerm) []OrderTerm {
	seen := make(map[Ref]bool, len(order))
	var list []OrderTerm
	for _, term := range order {
		if !seen[term.Ref] {
			seen[term.Ref] = true
			list = append(list, term)
		}
	}
	return list
}
