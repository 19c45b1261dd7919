package gocode

import (
	"slices"

	"github.com/denormgen/denormgen/gen/model"
)

// sharedTypes names the types of a collection's documents whose inside cannot be seen from here and may
// hold references: Clone copies them by assignment.
func (k *copier) sharedTypes() []string {
	var shared []string
	note := func(t model.Type) {
		name := t.String()
		if t.Kind == model.Named {
			name = k.spelled(t.Pkg, t.Name)
		}
		if !slices.Contains(shared, name) {
			shared = append(shared, name)
		}
	}
	for _, s := range k.c.Structs {
		for _, field := range s.Fields {
			if field.Type.Go != nil {
				k.walkShared(*field.Type.Go, k.c.form(field), note)
			}
		}
		if s.Extra != nil && !s.Extra.Shallow {
			note(*s.Extra)
		}
	}
	return shared
}

func (k *copier) walkShared(t model.Type, form model.Form, note func(model.Type)) {
	switch t.Kind {
	case model.Pointer:
		k.walkShared(*t.Elem, form, note)
	case model.Slice, model.Array, model.Map:
		k.walkShared(*t.Elem, "", note)
	default:
		if !t.Shallow && !k.copies(t, form) && mayRefer(t, form) {
			note(t)
		}
	}
}

// mayRefer tells whether a value of the type may hold references, as far as its form does not rule it out.
func mayRefer(t model.Type, form model.Form) bool {
	switch form {
	case model.FormInt, model.FormUint, model.FormFloat, model.FormBool, model.FormText, model.FormTime:
		return false
	}
	return t.Kind != model.Basic || t.Name == "any" || t.Name == "error"
}
