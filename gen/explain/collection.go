package explain

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// All explains every collection and every aggregate of the sources.
func All(sources []Source) *Explanation {
	e := newExplanation(sources)
	for _, s := range sources {
		for _, c := range s.Plan.Collections {
			e.Collections = append(e.Collections, s.collection(c))
		}
		for _, a := range s.Plan.Aggregates {
			e.Aggregates = append(e.Aggregates, s.aggregate(a))
		}
	}
	return e
}

func newExplanation(sources []Source) *Explanation {
	e := &Explanation{}
	for _, s := range sources {
		e.Dialect = s.Dialect
	}
	return e
}

func (s Source) collection(c *plan.Collection) Collection {
	out := Collection{
		Name:            c.Declared.Name,
		Package:         s.Plan.Package.Path,
		Accessor:        c.Declared.Accessor,
		Document:        c.Declared.Doc,
		Model:           c.Declared.Root.Name,
		Table:           tableName(c.Roots.Table),
		Key:             c.Roots.Key,
		Fields:          fields(c.Structs[0], nil),
		QueriesPerBatch: len(c.Loaders),
		Roots:           s.sql(c).Roots,
		Queries:         s.queries(c),
		Dependencies:    s.dependencies(c, c.Depends),
		Shape:           c.Shape,
	}
	if c.Roots.Filter != nil {
		out.Where = c.Roots.Filter.String()
	}
	return out
}

func (s Source) sql(c *plan.Collection) SQL {
	if s.SQL == nil {
		return SQL{}
	}
	return s.SQL(c)
}

func (s Source) queries(c *plan.Collection) []Query {
	texts := s.sql(c).Loaders
	queries := make([]Query, len(c.Loaders))
	for i, loader := range c.Loaders {
		queries[i].Path = loader.Path
		if i < len(texts) {
			queries[i].SQL = texts[i]
		}
	}
	return queries
}

// fields lists a document type's fields; above are the types that it is nested in.
func fields(of *plan.Struct, above []*plan.Struct) []Field {
	above = append(slices.Clone(above), of)
	list := make([]Field, 0, len(of.Fields))
	for _, f := range of.Fields {
		field := Field{
			Name:        f.Name,
			JSON:        jsonName(f),
			Type:        f.Type.String(),
			Cardinality: string(f.Type.Cardinality),
			Source:      f.Source,
		}
		if f.Type.Cardinality != plan.Value {
			field.Path = relationPath(f)
		}
		if below := f.Type.Struct; below != nil {
			if field.Recursive = slices.Contains(above, below); !field.Recursive {
				field.Fields = fields(below, above)
			}
		}
		list = append(list, field)
	}
	if of.Extra != nil {
		list = append(list, Field{
			Name: of.Extra.Name, Type: of.Extra.String(), Cardinality: string(plan.Value), Source: "set by the transform",
		})
	}
	return list
}

// relationPath is where a child's field leads; a flattened one's source names the target's field too.
func relationPath(f *plan.Field) string {
	if f.Type.Struct == nil {
		if cut := strings.LastIndexByte(f.Source, '.'); cut >= 0 {
			return f.Source[:cut]
		}
	}
	return f.Source
}

func jsonName(f *plan.Field) string {
	name, _, _ := strings.Cut(f.Tag, ",")
	switch name {
	case "-":
		return ""
	case "":
		return f.Name
	default:
		return name
	}
}

func tableName(t model.Table) string {
	if t.Schema != "" {
		return t.Schema + "." + t.Name
	}
	return t.Name
}
