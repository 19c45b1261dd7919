package explain

import (
	"slices"

	"github.com/denormgen/denormgen/gen/model"
)

// column is a column that some collection could depend on.
type column struct {
	table  model.Table
	name   string // "" for the whole row
	entity *model.Entity
	field  *model.Column
}

// methods are the computed methods that read the column.
func (c column) methods() []string {
	if c.entity == nil || c.field == nil {
		return nil
	}
	var list []string
	for _, computed := range c.entity.Computed {
		if slices.Contains(computed.Needs, c.field) {
			list = append(list, c.entity.Name+"."+computed.Name)
		}
	}
	return list
}

// spellings are the names under which a column can be asked for.
func (c column) spellings() []string {
	suffix, field := "", ""
	if c.name != "" {
		suffix = "." + c.name
	}
	list := []string{c.table.Name + suffix}
	if c.table.Schema != "" {
		list = append(list, c.table.Schema+"."+c.table.Name+suffix)
	}
	if c.entity != nil {
		if c.field != nil {
			field = "." + c.field.Field
		}
		list = append(list, c.entity.Name+field)
	}
	return append(list, c.methods()...)
}

// columns lists every table and column that the sources know, models first, each once.
func columns(sources []Source) []column {
	var list []column
	type id struct {
		table model.Table
		name  string
	}
	seen := map[id]bool{}
	add := func(c column) {
		if !seen[id{c.table, c.name}] {
			seen[id{c.table, c.name}] = true
			list = append(list, c)
		}
	}
	for _, s := range sources {
		for _, entity := range s.Plan.Package.Entities {
			add(column{table: entity.Table, entity: entity})
			for _, field := range entity.Columns {
				add(column{table: entity.Table, name: field.Name, entity: entity, field: field})
			}
		}
	}
	for _, s := range sources {
		for _, c := range s.Plan.Collections {
			for _, d := range c.Depends {
				add(column{table: d.Table})
				for _, name := range d.Columns {
					add(column{table: d.Table, name: name})
				}
			}
		}
	}
	return list
}

func (c column) change(sources []Source) Change {
	out := Change{Table: tableName(c.table), Column: c.name, Touches: []Touched{}}
	if c.entity != nil {
		out.Model = c.entity.Name
	}
	if c.field != nil {
		out.Field = c.field.Field
	}
	for _, s := range sources {
		first := len(out.Touches)
		for _, collection := range s.Plan.Collections {
			for _, d := range collection.Depends {
				if d.Table == c.table && (c.name == "" || slices.Contains(d.Columns, c.name)) {
					out.Touches = append(out.Touches, Touched{
						Collection: collection.Declared.Name,
						Document:   collection.Declared.Doc,
						Dependency: s.dependency(collection, d),
					})
				}
			}
		}
		out.Aggregates = append(out.Aggregates, s.remade(out.Touches[first:])...)
	}
	return out
}
