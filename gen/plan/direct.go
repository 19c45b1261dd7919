package plan

import (
	"slices"

	"github.com/denormgen/denormgen/gen/model"
)

// direct makes a loader's Select do without the roots, where it can: rows are found, and sorted, by their own column that holds the
// root's key. That saves a join, often the sorting, and planners that know nothing of a join's keys from reading whole tables.
//
// It takes an integer, for a database may call texts equal that are not the same. What points at the key is of its type where it has a
// model. A bare join table with texts for integers may have them in another order, which loading refuses. Rows of roots that a filter
// keeps out find no parent.
func (b *builder) direct(n *node, sel *Select) *Select {
	key := b.out.Key.Columns
	if n.include == nil || len(key) > 1 || key[0].Form != model.FormInt && key[0].Form != model.FormUint {
		return sel
	}
	m := &mover{key: Ref{Alias: RootAlias, Column: key[0].Name}}
	if moved := m.query(sel); m.ok() {
		return moved
	}
	return sel
}

// mover copies a Select and reads the roots' key from the table that is joined to them.
type mover struct {
	key, link Ref
	needs     bool // more of the roots than their key
}

func (m *mover) ok() bool { return m.link.Alias != "" && !m.needs }

func (m *mover) query(s *Select) *Select {
	out := *s
	switch {
	case !s.From[0].Roots:
		out.From, out.Where = m.sources(s.From), m.conditions(s.Where)
	case len(s.From) > 1 && m.links(s.From[1]):
		out.From = append([]Source{{Alias: s.From[1].Alias, Table: s.From[1].Table}}, m.sources(s.From[2:])...)
		out.Where = append([]Condition{{Listed: &m.link}}, m.conditions(slices.Concat(m.others(s.From[1].On), s.Where))...)
	default:
		m.needs = true
	}
	out.Items = make([]Item, len(s.Items))
	for i, item := range s.Items {
		out.Items[i] = m.item(item)
	}
	out.Order = distinct(m.order(s.Order))
	return &out
}

// links notes the column of a source that equals the roots' key.
func (m *mover) links(s Source) bool {
	if s.Table == nil || s.Left {
		return false
	}
	for _, c := range s.On {
		if c.Equal != nil && c.Equal.Right == m.key && c.Equal.Left.Alias == s.Alias {
			m.link = c.Equal.Left
			return true
		}
	}
	return false
}

// others are the conditions but the one that Listed stands for.
func (m *mover) others(on []Condition) []Condition {
	return slices.DeleteFunc(slices.Clone(on), func(c Condition) bool { return c.Equal != nil && *c.Equal == Equal{Left: m.link, Right: m.key} })
}

func (m *mover) ref(r Ref) Ref {
	if r == m.key {
		return m.link
	}
	m.root(r.Alias)
	return r
}

// root notes what reads the roots in another way.
func (m *mover) root(alias string) { m.needs = m.needs || alias == RootAlias }

func (m *mover) refs(list []Ref) []Ref {
	out := make([]Ref, len(list))
	for i, r := range list {
		out[i] = m.ref(r)
	}
	return out
}

func (m *mover) item(item Item) Item {
	switch {
	case item.Column != nil:
		moved := m.ref(*item.Column)
		item.Column = &moved
	case item.Number != nil:
		item.Number = m.number(item.Number)
	case item.Rank != nil:
		item.Rank = &Rank{Partition: m.refs(item.Rank.Partition), Order: m.order(item.Rank.Order)}
	}
	return item
}

func (m *mover) number(n *Number) *Number {
	out := *n
	m.root(n.Self)
	m.root(n.Through)
	if n.Inner != nil {
		out.Inner = m.number(n.Inner)
	}
	out.From, out.Where = m.sources(n.From), m.conditions(n.Where)
	return &out
}

func (m *mover) order(list []OrderTerm) []OrderTerm {
	out := slices.Clone(list)
	for i := range out {
		out[i].Ref = m.ref(out[i].Ref)
	}
	return out
}

func (m *mover) sources(list []Source) []Source {
	out := slices.Clone(list)
	for i := range out {
		out[i].On = m.conditions(out[i].On)
		if out[i].Inner != nil {
			out[i].Inner = m.query(out[i].Inner)
		}
	}
	return out
}

func (m *mover) conditions(list []Condition) []Condition {
	var out []Condition
	for _, c := range list {
		switch {
		case c.Equal != nil:
			c.Equal = &Equal{Left: m.ref(c.Equal.Left), Right: m.ref(c.Equal.Right)}
		case c.Predicate != nil:
			m.root(c.Predicate.Self)
			m.root(c.Predicate.Through)
		case c.RankAtMost != nil:
			m.root(c.RankAtMost.Ref.Alias)
		case c.Lowest != nil:
			lowest := *c.Lowest
			lowest.On = m.conditions(lowest.On)
			m.root(lowest.Of)
			c.Lowest = &lowest
		case c.In != nil:
			c.In = &InSelect{Refs: m.refs(c.In.Refs), Select: m.query(c.In.Select)}
		}
		out = append(out, c)
	}
	return out
}
