package model

import (
	"go/types"
	"reflect"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
)

// extraField is a field that extra= brings into a document.
type extraField struct {
	name string
	json string // empty for json:"-"
	span diag.Span
}

// encoders are methods that a document must not inherit: they would speak for all of it.
func encoders() []string {
	return []string{
		"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalBinary", "UnmarshalBinary", "GobEncode", "GobDecode",
	}
}

// extra resolves extra=T; nil where it is wrong, which has been reported.
func (c *collector) extra(d *draft, a directive.Arg) *Type {
	obj, structure := c.extraStruct(a.Value)
	if obj == nil {
		at := d.trail.errorf(CodeExtraUnknown, a.Span, "there is no struct type %s in this package", a.Value)
		if suggest(at, wordOf(a), c.structNames()); at.Help == "" {
			at.WithHelp("declare it: type %s struct { ... }", goName(a.Value))
		}
		return nil
	}
	switch {
	case structure == nil:
		d.trail.errorf(CodeExtraType, a.Span, "%s is not a struct", a.Value).
			WithRelated(c.resolver.objectSpan(obj), "declared here").WithHelp("name a struct type whose fields are to be in the document")
		return nil
	case !obj.Exported():
		// An embedded struct of an unexported type cannot be filled by users in other packages.
		d.trail.errorf(CodeExtraType, a.Span, "%s is not exported", a.Value).
			WithRelated(c.resolver.objectSpan(obj), "declared here").WithHelp("rename it to %s", goName(a.Value))
		return nil
	case isGeneric(obj):
		d.trail.errorf(CodeExtraType, a.Span, "%s has type parameters", a.Value).
			WithRelated(c.resolver.objectSpan(obj), "declared here").WithHelp("name a struct type without them")
		return nil
	}
	methods := types.NewMethodSet(types.NewPointer(obj.Type()))
	for _, name := range encoders() {
		if m := methods.Lookup(c.pkg.Types, name); m != nil {
			d.trail.errorf(CodeExtraMethod, a.Span, "%s has a method %s, which would encode the whole document", a.Value, name).
				WithRelated(c.resolver.objectSpan(m.Obj()), "declared here").WithHelp("use a struct without it")
			return nil
		}
	}
	ok := true
	for f := range structure.Fields() {
		if !f.Exported() && !f.Embedded() {
			d.trail.errorf(CodeExtraType, a.Span, "the field %s of %s is not exported, and its value would be lost in the cache", f.Name(), a.Value).
				WithRelated(c.resolver.objectSpan(f), "the field").WithHelp("export it or remove it")
			ok = false
		}
	}
	if !ok {
		return nil
	}
	d.extra = c.extraFields(structure, nil)
	return &Type{Kind: Named, Pkg: c.out.Path, Name: a.Value}
}

func (c *collector) extraStruct(name string) (types.Object, *types.Struct) {
	obj, ok := c.pkg.Types.Scope().Lookup(name).(*types.TypeName)
	if !ok {
		return nil, nil
	}
	structure, _ := obj.Type().Underlying().(*types.Struct)
	return obj, structure
}

func isGeneric(obj types.Object) bool {
	named, ok := obj.Type().(*types.Named)
	return ok && named.TypeParams().Len() > 0
}

func (c *collector) structNames() []string {
	var names []string
	scope := c.pkg.Types.Scope()
	for _, name := range scope.Names() {
		if obj, s := c.extraStruct(name); s != nil && obj.Exported() {
			names = append(names, name)
		}
	}
	return names
}

// extraFields are the fields as encoding/json sees them, those of embedded structs among them.
func (c *collector) extraFields(s *types.Struct, seen []*types.Struct) []extraField {
	var list []extraField
	for i := range s.NumFields() {
		f := s.Field(i)
		name, options, _ := strings.Cut(reflect.StructTag(s.Tag(i)).Get("json"), ",")
		if f.Embedded() && name == "" {
			t := f.Type()
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem()
			}
			if inner, ok := t.Underlying().(*types.Struct); ok && len(seen) < 8 {
				list = append(list, c.extraFields(inner, append(seen, s))...)
				continue
			}
		}
		if !f.Exported() {
			continue
		}
		e := extraField{name: f.Name(), json: name, span: c.resolver.objectSpan(f)}
		switch {
		case name == "-" && options == "" && !strings.HasSuffix(reflect.StructTag(s.Tag(i)).Get("json"), ","):
			e.json = ""
		case name == "":
			e.json = f.Name()
		}
		list = append(list, e)
	}
	return list
}
