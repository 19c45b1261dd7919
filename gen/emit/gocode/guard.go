package gocode

import (
	"go/token"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
)

// guards adds one function per model that stops compiling when a field that the generated code was
// made for changes its type.
func (f *file) guards() {
	used := f.usedColumns()
	first := true
	for _, e := range f.plan.Guards {
		body := f.guardedFields(e, used[e.Table])
		if len(body) == 0 {
			continue
		}
		declaration := jen.Func().Id("_").Params(jen.Id("m").Op("*").Add(f.qual(e.Pkg, e.Name))).Block(body...)
		if first {
			first = false
			declaration = comment(
				"These functions do not compile when a model is no longer what this file was generated for:",
				"then run denormgen again.",
			).Add(declaration)
		}
		f.add(declaration)
	}
}

func (f *file) guardedFields(e *model.Entity, used map[string]bool) []jen.Code {
	if e.Pkg != f.plan.Package.Path && !token.IsExported(e.Name) {
		return nil
	}
	var fields []jen.Code
	for _, c := range e.Columns {
		relevant := len(used) == 0 || used[c.Name] || slices.Contains(e.Key, c)
		if relevant && f.nameable(e, c) {
			fields = append(fields, jen.Var().Id("_").Add(f.goType(c.Type)).Op("=").Id("m").Dot(c.Field))
		}
	}
	return fields
}

// nameable tells whether this package can name a field and its type.
func (f *file) nameable(e *model.Entity, c *model.Column) bool {
	if e.Pkg != f.plan.Package.Path && !token.IsExported(c.Field) {
		return false
	}
	return f.nameableType(c.Type)
}

func (f *file) nameableType(t model.Type) bool {
	if t.Kind == model.Named && t.Pkg != "" && t.Pkg != f.plan.Package.Path && !token.IsExported(t.Name) {
		return false
	}
	for _, part := range append([]*model.Type{t.Key, t.Elem}, pointers(t.Args)...) {
		if part != nil && !f.nameableType(*part) {
			return false
		}
	}
	return true
}

func pointers(list []model.Type) []*model.Type {
	out := make([]*model.Type, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// usedColumns are the columns that decide the content of a document, by table.
func (f *file) usedColumns() map[model.Table]map[string]bool {
	used := map[model.Table]map[string]bool{}
	for _, c := range f.plan.Collections {
		for _, d := range c.Depends {
			if used[d.Table] == nil {
				used[d.Table] = map[string]bool{}
			}
			for _, column := range d.Columns {
				used[d.Table][column] = true
			}
		}
	}
	return used
}
