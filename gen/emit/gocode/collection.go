package gocode

import (
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// collection is the plan of one collection with what its declarations look up again and again.
type collection struct {
	*plan.Collection
	parents map[*plan.Loader]bool      // loaders that others hang below
	sets    map[*plan.Field]plan.Set   // how the fields that a row fills are filled
	flats   map[*plan.Field]*plan.Read // how the flattened values of to-many fields are read
}

func newCollection(c *plan.Collection) *collection {
	out := &collection{
		Collection: c,
		parents:    map[*plan.Loader]bool{},
		sets:       map[*plan.Field]plan.Set{},
		flats:      map[*plan.Field]*plan.Read{},
	}
	for _, l := range c.Loaders {
		if l.Parent != nil {
			out.parents[l.Parent] = true
			out.flats[l.Attach[len(l.Attach)-1]] = l.Element.Flat
		}
	}
	for _, e := range c.Elements {
		out.addSets(e.Sets)
	}
	return out
}

func (c *collection) addSets(sets []plan.Set) {
	for _, s := range sets {
		c.sets[s.Field] = s
		if s.Child != nil {
			c.addSets(s.Child.Sets)
		}
	}
}

// source names the loaders whose rows become an element, by the first of them.
func (c *collection) source(e *plan.Element) string {
	for _, l := range c.Loaders {
		if l.Element == e && l.Parent != nil {
			return l.Path
		}
	}
	return c.Declared.Name
}

// doc is the name of the collection's document type.
func (c *collection) doc() string { return c.Structs[0].Name }

// form tells how a field's values are read from a row, "" if they are computed.
func (c *collection) form(field *plan.Field) model.Form {
	if flat := c.flats[field]; flat != nil {
		return flat.Form
	}
	if column := c.sets[field].Column; column != nil {
		return column.Form
	}
	return ""
}
