package model

import (
	"strconv"
	"strings"
)

// TypeKind is the outermost constructor of a Go type.
type TypeKind string

const (
	Basic   TypeKind = "basic"   // predeclared: int64, string, any
	Named   TypeKind = "named"   // declared in a package, perhaps with type arguments
	Pointer TypeKind = "pointer" //
	Slice   TypeKind = "slice"
	Array   TypeKind = "array"
	Map     TypeKind = "map"
	Struct  TypeKind = "struct" // anonymous; Source holds its text
)

// Type is a Go type as generated code must write it, free of go/types.
type Type struct {
	Kind    TypeKind `json:"kind"`
	Pkg     string   `json:"pkg,omitempty"`  // import path, for Named
	Name    string   `json:"name,omitempty"` // for Basic and Named
	Args    []Type   `json:"args,omitempty"` // type arguments, for Named
	Key     *Type    `json:"key,omitempty"`  // for Map
	Elem    *Type    `json:"elem,omitempty"` // for Pointer, Slice, Array, Map
	Len     int64    `json:"len,omitempty"`  // for Array
	Source  string   `json:"source,omitempty"`
	Shallow bool     `json:"shallow,omitempty"` // Named or Basic whose copy shares nothing: no pointer, slice or map inside
	// Under is, for Named, the predeclared type that it is declared as, or a slice of such; nil for others.
	Under *Type `json:"-"`
	// Binary tells, for Named, that MarshalBinary and UnmarshalBinary are methods of its own rather than of what it embeds.
	Binary bool `json:"-"`
	// Plain tells, for Named, that encoding/json calls no method of it or of a pointer to it: MarshalJSON, MarshalText, IsZero.
	Plain bool `json:"-"`
	// Layout says, for Named and Struct, what the cached form of values depends on besides the type's name.
	Layout string `json:"-"`
}

// PointerTo returns *t.
func PointerTo(t Type) Type { return Type{Kind: Pointer, Elem: &t} }

// IsBasic tells whether t is the predeclared type of that name.
func (t Type) IsBasic(name string) bool { return t.Kind == Basic && t.Name == name }

// IsNamed tells whether t is the type pkg.name.
func (t Type) IsNamed(pkg, name string) bool {
	return t.Kind == Named && t.Pkg == pkg && t.Name == name
}

// Layouts are those of the type and of all types that it is made of.
func (t Type) Layouts() string {
	text := t.Layout
	for i := range t.Args {
		text += "\n" + t.Args[i].Layouts()
	}
	for _, part := range []*Type{t.Key, t.Elem} {
		if part != nil {
			text += "\n" + part.Layouts()
		}
	}
	return text
}

// String prints the type with its packages' last path elements, for messages.
func (t Type) String() string {
	switch t.Kind {
	case Named:
		name := t.Name
		if t.Pkg != "" {
			name = t.Pkg[strings.LastIndexByte(t.Pkg, '/')+1:] + "." + name
		}
		if len(t.Args) > 0 {
			args := make([]string, len(t.Args))
			for i, a := range t.Args {
				args[i] = a.String()
			}
			name += "[" + strings.Join(args, ", ") + "]"
		}
		return name
	case Pointer:
		return "*" + t.Elem.String()
	case Slice:
		return "[]" + t.Elem.String()
	case Array:
		return "[" + strconv.FormatInt(t.Len, 10) + "]" + t.Elem.String()
	case Map:
		return "map[" + t.Key.String() + "]" + t.Elem.String()
	case Struct:
		return t.Source
	default:
		return t.Name
	}
}
