package gocode

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// clone adds the Clone method of a document, unless the user wrote one, and what it needs of the
// types below.
func (f *file) clone(c *collection) {
	doc := c.doc()
	if _, written := f.plan.Package.Methods[doc+".Clone"]; written {
		return
	}
	k := &copier{file: f, c: c, private: map[*plan.Struct]string{}}
	for _, s := range c.Structs {
		if k.refers(s) {
			k.private[s] = f.freeMethod(s, "detach")
		}
	}
	var methods []jen.Code
	for _, s := range c.Structs {
		if k.private[s] != "" {
			methods = append(methods, k.detach(s))
		}
	}
	text := []string{"Clone returns a copy that shares nothing with d and may be changed; the copy of nil is nil."}
	if shared := k.sharedTypes(); len(shared) > 0 {
		text = append(text, "What values of "+strings.Join(shared, ", ")+" point to stays shared.")
	}
	f.add(comment(text...).
		Func().Params(jen.Id("d").Op("*").Id(doc)).Id("Clone").Params().Op("*").Id(doc).
		BlockFunc(func(body *jen.Group) {
			body.If(jen.Id("d").Op("==").Nil()).Block(jen.Return(jen.Nil()))
			if k.private[c.Structs[0]] == "" {
				body.Return(jen.New(jen.Op("*").Id("d")))
				return
			}
			body.Id("clone").Op(":=").New(jen.Op("*").Id("d"))
			body.Id("clone").Dot(k.private[c.Structs[0]]).Call()
			body.Return(jen.Id("clone"))
		}))
	for _, m := range methods {
		f.add(m)
	}
}

// freeMethod returns a name for a method that the user's own methods leave free.
func (f *file) freeMethod(s *plan.Struct, name string) string {
	for {
		if _, taken := f.plan.Package.Methods[s.Name+"."+name]; !taken {
			return name
		}
		name += "Document"
	}
}

// copier writes how values are made independent of what they were copied from.
type copier struct {
	*file
	c       *collection
	private map[*plan.Struct]string // names of the methods that do so
}

// refers tells whether a plain copy of a document type shares anything that can be copied.
func (k *copier) refers(s *plan.Struct) bool {
	for _, field := range s.Fields {
		if field.Type.Cardinality != plan.Value || k.copies(*field.Type.Go, k.c.form(field)) {
			return true
		}
	}
	return false
}

// copies tells whether a value that a row was read into shares anything that can be copied.
func (k *copier) copies(t model.Type, form model.Form) bool {
	switch t.Kind {
	case model.Pointer, model.Slice, model.Map:
		return true
	case model.Array:
		return k.copies(*t.Elem, "")
	case model.Named:
		return form == model.FormBytes || form == model.FormRaw || form == model.FormArray || t.IsNamed("encoding/json", "RawMessage")
	default:
		return false
	}
}

// detach writes the method that copies what a document type shares.
func (k *copier) detach(s *plan.Struct) jen.Code {
	name := k.private[s]
	return comment(name + " replaces by copies what d shares with the value that it was copied from.").
		Func().Params(jen.Id("d").Op("*").Id(s.Name)).Id(name).Params().
		BlockFunc(func(body *jen.Group) {
			for _, field := range s.Fields {
				k.field(body, jen.Id("d").Dot(field.Name), field)
			}
		})
}

func (k *copier) field(body *jen.Group, target *jen.Statement, field *plan.Field) {
	t := field.Type
	form := k.c.form(field)
	nested := func(body *jen.Group, value *jen.Statement) { k.document(body, value, t.Struct) }
	inner := t.Struct != nil && k.private[t.Struct] != ""
	if t.Struct == nil {
		nested = func(body *jen.Group, value *jen.Statement) { k.value(body, value, *t.Go, form, 1) }
		inner = k.copies(*t.Go, form)
	}
	switch t.Cardinality {
	case plan.One:
		if t.Struct == nil {
			k.value(body, target, *t.Go, form, 0)
			return
		}
		body.If(target.Clone().Op("!=").Nil()).BlockFunc(func(body *jen.Group) {
			body.Add(target.Clone().Op("=").New(jen.Op("*").Add(target)))
			nested(body, target)
		})
	case plan.List:
		k.list(body, target, inner, 0, nested)
	case plan.Dict:
		k.dict(body, target, inner, 0, nested)
	default:
		k.value(body, target, *t.Go, form, 0)
	}
}

// document copies what a nested document shares.
func (k *copier) document(body *jen.Group, target *jen.Statement, s *plan.Struct) {
	if name := k.private[s]; name != "" {
		body.Add(target.Clone().Dot(name).Call())
	}
}

// value copies what a value of a type of the user shares, as deep as the type can be seen.
func (k *copier) value(body *jen.Group, target *jen.Statement, t model.Type, form model.Form, depth int) {
	if !k.copies(t, form) {
		return
	}
	switch t.Kind {
	case model.Pointer:
		body.If(target.Clone().Op("!=").Nil()).BlockFunc(func(body *jen.Group) {
			body.Add(target.Clone().Op("=").New(jen.Op("*").Add(target)))
			k.value(body, jen.Parens(jen.Op("*").Add(target)), *t.Elem, form, depth)
		})
	case model.Slice:
		k.list(body, target, k.copies(*t.Elem, ""), depth, func(body *jen.Group, value *jen.Statement) {
			k.value(body, value, *t.Elem, "", depth+1)
		})
	case model.Map:
		k.dict(body, target, k.copies(*t.Elem, ""), depth, func(body *jen.Group, value *jen.Statement) {
			k.value(body, value, *t.Elem, "", depth+1)
		})
	case model.Array:
		k.elements(body, target, depth, func(body *jen.Group, value *jen.Statement) {
			k.value(body, value, *t.Elem, "", depth+1)
		})
	default:
		body.Add(target.Clone().Op("=").Add(k.qual("slices", "Clone")).Call(target))
	}
}

type copyPart func(body *jen.Group, part *jen.Statement)

func (k *copier) list(body *jen.Group, target *jen.Statement, inner bool, depth int, part copyPart) {
	body.Add(target.Clone().Op("=").Add(k.qual("slices", "Clone")).Call(target))
	if inner {
		k.elements(body, target, depth, part)
	}
}

func (k *copier) elements(body *jen.Group, target *jen.Statement, depth int, part copyPart) {
	i := numbered("i", depth)
	body.For(jen.Id(i).Op(":=").Range().Add(target)).BlockFunc(func(body *jen.Group) {
		part(body, target.Clone().Index(jen.Id(i)))
	})
}

func (k *copier) dict(body *jen.Group, target *jen.Statement, inner bool, depth int, part copyPart) {
	body.Add(target.Clone().Op("=").Add(k.qual("maps", "Clone")).Call(target))
	if !inner {
		return
	}
	key, value := numbered("key", depth), numbered("value", depth)
	body.For(jen.List(jen.Id(key), jen.Id(value)).Op(":=").Range().Add(target)).BlockFunc(func(body *jen.Group) {
		part(body, jen.Id(value))
		body.Add(target.Clone().Index(jen.Id(key)).Op("=").Id(value))
	})
}

// numbered names the variable of a nested loop.
func numbered(name string, depth int) string {
	if depth == 0 {
		return name
	}
	return name + strconv.Itoa(depth+1)
}
