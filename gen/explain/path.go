package explain

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/plan"
)

// path explains the place that name means in a collection: a relation by its path, in the model's
// field names, or a field by the path of what holds it and its name in the document.
func (s Source) path(c *plan.Collection, name string) (Path, bool) {
	place, ok := find(c.Structs[0], "", name)
	if !ok {
		return Path{}, false
	}
	one := fields(&plan.Struct{Fields: []*plan.Field{place.field}}, []*plan.Struct{place.of})
	return Path{
		Collection:   c.Declared.Name,
		Path:         name,
		Field:        one[0],
		Queries:      s.loadedBy(c, place.path),
		Dependencies: s.dependencies(c, place.depends(c)),
	}, true
}

// place is a field of a document type, or with isRelation what the field leads to.
type place struct {
	of         *plan.Struct // holds the field
	field      *plan.Field
	path       string // of the relation that holds the value, "" for the root
	isRelation bool
}

func find(of *plan.Struct, path, name string) (place, bool) {
	for _, f := range of.Fields {
		if f.Type.Cardinality == plan.Value {
			if name == join(path, f.Name) {
				return place{of: of, field: f, path: path}, true
			}
			continue
		}
		// A type that recurs is reached by the path of its first level only.
		below := relationPath(f)
		if !strings.HasPrefix(below, path) || path != "" && below == path {
			continue
		}
		alias := join(path, f.Name)
		if name == below || name == alias {
			return place{of: of, field: f, path: below, isRelation: true}, true
		}
		if f.Type.Struct == nil {
			continue
		}
		rest, ok := strings.CutPrefix(name, below+".")
		if !ok {
			rest, ok = strings.CutPrefix(name, alias+".")
		}
		if !ok || f.Type.Struct == of {
			continue
		}
		if found, ok := find(f.Type.Struct, below, join(below, rest)); ok {
			return found, true
		}
	}
	return place{}, false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// loadedBy returns the query whose rows hold a path, and those of further levels of a self-reference.
func (s Source) loadedBy(c *plan.Collection, path string) []Query {
	at := 0
	for i, loader := range c.Loaders {
		within := loader.Path == path || strings.HasPrefix(path, loader.Path+".")
		if within && len(loader.Path) >= len(c.Loaders[at].Path) {
			at = i
		}
	}
	var queries []Query
	for i, query := range s.queries(c) {
		if i == at || i > at && c.Loaders[i].Element == c.Loaders[at].Element {
			queries = append(queries, query)
		}
	}
	return queries
}

// depends picks what the place depends on: a relation on all that concerns its path and those below,
// a field on what its value is made from.
func (p place) depends(c *plan.Collection) []*plan.Dependency {
	if p.isRelation {
		return pick(c, func(d *plan.Dependency) bool {
			at := relationOf(d.Path)
			return at == p.path || strings.HasPrefix(at, p.path+".")
		})
	}
	number := p.field.Source + " as " + p.field.Name
	if p.path != "" {
		number = p.path + ": " + number
	}
	numbers := pick(c, func(d *plan.Dependency) bool {
		rest, ok := strings.CutPrefix(d.Path, number)
		return ok && (rest == "" || rest[0] == ' ')
	})
	if len(numbers) > 0 {
		return numbers
	}
	wanted := p.columns()
	var list []*plan.Dependency
	for _, d := range c.Depends {
		if relationOf(d.Path) != p.path {
			continue
		}
		narrow := *d
		narrow.Columns = slices.DeleteFunc(slices.Clone(d.Columns), func(column string) bool {
			return !slices.Contains(wanted, d.Table.Name+"."+column)
		})
		if len(narrow.Columns) > 0 {
			list = append(list, &narrow)
		}
	}
	return list
}

// columns are those that a field's value is made from, with their tables.
func (p place) columns() []string {
	list := []string{p.field.Source}
	if p.of.Entity == nil {
		return list
	}
	for _, computed := range p.of.Entity.Computed {
		if p.field.Source != p.of.Entity.Name+"."+computed.Name {
			continue
		}
		for _, column := range computed.Needs {
			list = append(list, p.of.Entity.Table.Name+"."+column.Name)
		}
	}
	return list
}

func pick(c *plan.Collection, ok func(*plan.Dependency) bool) []*plan.Dependency {
	var list []*plan.Dependency
	for _, d := range c.Depends {
		if ok(d) {
			list = append(list, d)
		}
	}
	return list
}

// relationOf cuts the remark off a dependency's path: "Authors (link)", "Authors: count of Books as Total".
func relationOf(path string) string {
	path, _, _ = strings.Cut(path, " (")
	path, _, _ = strings.Cut(path, ": ")
	return path
}
