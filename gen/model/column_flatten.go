package model

import (
	"go/types"
	"reflect"
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
)

// field is a field of a model, one of an embedded plain struct included.
type field struct {
	v          *types.Var // of the declaration: for a generic struct not the instance's
	typ        types.Type // with type arguments put in
	name       string     // by which Go selects it from the model
	owner      string     // import path of the model
	depth      int
	tags       columnTag
	tag        reflect.StructTag
	prefix     string // of its column, from embedding
	directives []*directive.Directive
	span       diag.Span

	primary bool
	class   class
	column  *Column // nil unless it is one
}

// flatten lists a model's fields in order of declaration, those of embedded structs at their place,
// by Go's rules: of several fields with one name the one that is embedded least deeply counts.
func (r *resolver) flatten(d *declared) {
	w := flattener{resolver: r, d: d}
	w.walk(d.obj.Type(), 0, "", diag.Span{}, nil)
	shallowest := map[string]int{}
	for _, f := range w.fields {
		if depth, ok := shallowest[f.name]; !ok || f.depth < depth {
			shallowest[f.name] = f.depth
		}
	}
	first := map[string]*field{}
	for _, f := range w.fields {
		if f.depth > shallowest[f.name] {
			continue
		}
		if other, ok := first[f.name]; ok && f.name != "_" {
			r.report.Errorf(CodeAmbiguousField, f.span, "%s.%s is promoted from two embedded structs", d.entity.Name, f.name).
				WithRelated(other.span, "the other one is here").
				WithHelp("declare %s in %s itself, or leave one of them out with `db:\"-\"` on the embedded struct", f.name, d.entity.Name)
			d.fail(f.name)
			continue
		}
		first[f.name] = f
		d.fields = append(d.fields, f)
	}
}

type flattener struct {
	*resolver
	d      *declared
	fields []*field
}

// walk adds the fields of a struct. at is where the model embeds it, for structs whose source is not
// the user's.
func (w *flattener) walk(t types.Type, depth int, prefix string, at diag.Span, inside []types.Type) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || slices.ContainsFunc(inside, func(s types.Type) bool { return types.Identical(s, t) }) {
		return
	}
	inside = append(inside, t)
	for i := range st.NumFields() {
		v := st.Field(i)
		f := &field{
			v: v.Origin(), typ: v.Type(), name: v.Name(), owner: w.d.entity.Pkg, depth: depth, prefix: prefix,
			tag:        reflect.StructTag(st.Tag(i)),
			directives: w.onField[v.Origin()],
			span:       at,
		}
		if v.Pkg() != nil && w.byPath[v.Pkg().Path()] != nil || at.File == "" {
			f.span = w.objectSpan(v)
		}
		f.tags = readTags(f.tag, w.d.style)
		f.primary = f.tags.primary
		if !v.Embedded() || !w.embed(f, v.Type(), inside) {
			if table, ok := bunTable(f.tag); ok && v.Name() == "_" {
				w.d.tagTable = table
			}
			w.fields = append(w.fields, f)
		}
	}
}

// embed deals with an embedded field; false if it is to be treated like a named one.
func (w *flattener) embed(f *field, t types.Type, inside []types.Type) bool {
	if table, ok := bunTable(f.tag); ok {
		w.d.tagTable = table
		return true
	}
	elem, pointer := deref(t)
	if f.tags.skip || f.tags.name != "" || relationLine(f.directives) != nil || hasVerb(f.directives, "json", "array") {
		return false
	}
	if _, ok := elem.Underlying().(*types.Struct); !ok {
		return false
	}
	if _, why := classify(t); why == "" {
		return false
	}
	named := namedAs(elem)
	name := w.d.entity.Name
	switch {
	case w.broken(f.v):
	case named != nil && w.isModel(named.Obj()):
		w.report.Errorf(CodeEmbeddedModel, f.span, "%s embeds %s, which is a model with a table of its own", name, named.Obj().Name()).
			WithRelated(w.objectSpan(named.Obj()), "%s is declared here", named.Obj().Name()).
			WithHelp("make it a named field, which is a relation: %s *%s", named.Obj().Name(), w.d.show(elem)).
			WithHelp("or leave it out with `db:\"-\"`; columns that several models share belong into a struct which is no model")
	case pointer:
		w.report.Errorf(CodeEmbeddedPointer, f.span, "%s embeds the pointer %s", name, w.d.show(t)).
			WithHelp("embed the struct itself: %s", w.d.show(elem)).
			WithHelp("or leave it out with `db:\"-\"`")
	default:
		if named != nil {
			w.d.embeds = append(w.d.embeds, named.Origin().Obj())
		}
		at := f.span
		w.walk(elem, f.depth+1, f.prefix+f.tags.prefix, at, inside)
		return true
	}
	w.failBelow(elem, 0)
	w.d.fail(f.name)
	return true
}

// failBelow remembers the fields of an embedded struct that was reported, lest they be called unknown.
func (w *flattener) failBelow(t types.Type, depth int) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || depth > 4 {
		return
	}
	for v := range st.Fields() {
		if v.Embedded() {
			elem, _ := deref(v.Type())
			w.failBelow(elem, depth+1)
			continue
		}
		w.d.fail(v.Name())
	}
}

func hasVerb(list []*directive.Directive, verbs ...string) bool {
	return slices.ContainsFunc(list, func(d *directive.Directive) bool { return slices.Contains(verbs, d.Verb) })
}
