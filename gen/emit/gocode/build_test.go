package gocode

import (
	"path/filepath"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// Short ways to build plans by hand.

const testdataPath = "github.com/denormgen/denormgen/gen/emit/gocode/testdata/"

func basic(name string) model.Type {
	return model.Type{Kind: model.Basic, Name: name, Shallow: name != "any"}
}

func named(pkg, name string) model.Type {
	return model.Type{Kind: model.Named, Pkg: pkg, Name: name}
}

// plainNamed says what a named type without methods is declared as.
func plainNamed(t, under model.Type) model.Type {
	t.Under, t.Plain = &under, true
	return t
}

func shallow(t model.Type) model.Type { t.Shallow = true; return t }

func sliceOf(t model.Type) model.Type { return model.Type{Kind: model.Slice, Elem: &t} }

func mapOf(key, t model.Type) model.Type { return model.Type{Kind: model.Map, Key: &key, Elem: &t} }

func pointer(t model.Type) model.Type { return model.PointerTo(t) }

// column makes a column whose type is plain or a pointer.
func column(field string, form model.Form, t model.Type) *model.Column {
	name := strings.ToLower(field)
	c := &model.Column{
		Field: field, Name: name, Type: t, Base: t, Doc: t, Form: form, JSON: model.JSONTag{Name: name},
	}
	if t.Kind == model.Pointer {
		c.Base, c.Nullable = *t.Elem, true
	}
	return c
}

// wrapped makes a column of a sql.Null type.
func wrapped(field string, form model.Form, t, base model.Type) *model.Column {
	c := column(field, form, t)
	c.Base, c.Doc, c.Nullable = base, pointer(base), true
	return c
}

// entity makes a model whose first columns are its key.
func entity(pkg, name string, keys int, columns ...*model.Column) *model.Entity {
	return &model.Entity{
		ID: pkg + "." + name, Pkg: pkg, Name: name, Table: model.Table{Name: strings.ToLower(name) + "s"},
		Key: columns[:keys], Columns: columns,
	}
}

func keyOf(e *model.Entity, key *plan.KeyType) plan.Key { return plan.Key{Columns: e.Key, Struct: key} }

// id reads a key from items.
func id(key plan.Key, items ...int) plan.ID {
	out := plan.ID{Key: key}
	for i, c := range key.Columns {
		out.Reads = append(out.Reads, plan.Read{Item: items[i], Form: c.Form, Type: c.Base, Base: c.Base})
	}
	return out
}

// read reads a column as documents hold it.
func read(item int, c *model.Column) plan.Read {
	return plan.Read{Item: item, Form: c.Form, Type: c.Doc, Base: c.Base, Nullable: c.Nullable}
}

// show adds columns to a struct and returns how they are filled from consecutive items.
func show(s *plan.Struct, item int, columns ...*model.Column) []plan.Set {
	sets := make([]plan.Set, len(columns))
	for i, c := range columns {
		r := read(item+i, c)
		f := value(s, c.Field, c.Doc, s.Entity.Table.Name+"."+c.Name)
		sets[i] = plan.Set{Field: f, Column: &r}
	}
	return sets
}

func value(s *plan.Struct, name string, t model.Type, source string) *plan.Field {
	return field(s, name, plan.FieldType{Cardinality: plan.Value, Go: &t}, source)
}

func field(s *plan.Struct, name string, t plan.FieldType, source string) *plan.Field {
	f := &plan.Field{Name: name, Tag: strings.ToLower(name), Type: t, Source: source}
	s.Fields = append(s.Fields, f)
	return f
}

// collect makes a collection of loaders; it finds elements and structs by itself.
func collect(name, accessor string, root *model.Entity, key plan.Key, structs []*plan.Struct, loaders ...*plan.Loader) *plan.Collection {
	c := &plan.Collection{
		Declared: &model.Collection{Name: name, Accessor: accessor, Root: root},
		Key:      key, Shape: "5ba9e", Structs: structs, Loaders: loaders,
	}
	seen := map[*plan.Element]bool{}
	for i, l := range loaders {
		l.Index = i
		if !seen[l.Element] {
			seen[l.Element] = true
			c.Elements = append(c.Elements, l.Element)
		}
	}
	return c
}

func packageOf(name string, taken ...string) *model.Package {
	pkg := &model.Package{
		Path: testdataPath + name, Name: filepath.Base(name),
		Taken: map[string]diag.Span{}, Methods: map[string]diag.Span{},
	}
	for _, t := range taken {
		if strings.Contains(t, ".") {
			pkg.Methods[t] = diag.Span{}
		} else {
			pkg.Taken[t] = diag.Span{}
		}
	}
	return pkg
}

// fakeSQL stands for sqltext: quotes of the dialect, several lines, one text per loader. It gives the plan the
// roots that real ones have.
func fakeSQL(p *plan.Plan, dialects ...string) map[string]map[*plan.Collection]Statements {
	sql := map[string]map[*plan.Collection]Statements{}
	for _, dialect := range dialects {
		quote := func(name string) string { return `"` + name + `"` }
		if dialect == "mysql" {
			quote = func(name string) string { return "`" + name + "`" }
		}
		sql[dialect] = map[*plan.Collection]Statements{}
		for _, c := range p.Collections {
			c.Roots.Table, c.Roots.Key = c.Declared.Root.Table, nil // as plans have them
			for _, column := range c.Key.Columns {
				c.Roots.Key = append(c.Roots.Key, column.Name)
			}
			s := Statements{RootsTable: quote(c.Declared.Root.Table.Name)}
			for _, column := range c.Key.Columns {
				s.RootsKey = append(s.RootsKey, quote(column.Name))
			}
			for _, l := range c.Loaders {
				s.Loaders = append(s.Loaders, "SELECT t."+quote("id")+"\nFROM denorm_roots AS t\nORDER BY t."+quote("id")+" -- "+l.Name)
			}
			s.Depends = []Dependency{
				{Table: model.Table{Schema: "shop", Name: "links"}, Path: "Path (link)", Columns: []string{"a", "b\"c"}, From: []string{"a"},
					Old: "OLD." + quote("a") + " > 1\nAND TRUE", New: "NEW." + quote("a") + " > 1\nAND TRUE",
					Roots: "SELECT DISTINCT t." + quote("id") + " AS k1\nFROM denorm_changed AS c\nJOIN x AS t ON TRUE"},
				{Table: c.Declared.Root.Table, Columns: []string{"id"}, From: []string{"id"}, Roots: "SELECT c.v1 AS k1 FROM denorm_changed AS c"},
			}
			if c.Roots.Filter != nil {
				s.RootsFilter = "t." + quote("status") + " = 'don''t \\ \"x\"'"
			}
			sql[dialect][c] = s
		}
	}
	return sql
}
