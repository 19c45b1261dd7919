package model

import (
	"go/types"

	"github.com/denormgen/denormgen/gen/load"
)

// typeOf converts a type that the type checker found. Aliases are resolved.
func (r *resolver) typeOf(t types.Type) Type {
	t = types.Unalias(t)
	switch t := t.(type) {
	case *types.Basic:
		return Type{Kind: Basic, Name: t.Name(), Shallow: true}
	case *types.Named:
		return r.typeOfNamed(t)
	case *types.Pointer:
		return PointerTo(r.typeOf(t.Elem()))
	case *types.Slice:
		elem := r.typeOf(t.Elem())
		return Type{Kind: Slice, Elem: &elem}
	case *types.Array:
		elem := r.typeOf(t.Elem())
		return Type{Kind: Array, Elem: &elem, Len: t.Len(), Shallow: elem.Shallow}
	case *types.Map:
		key, elem := r.typeOf(t.Key()), r.typeOf(t.Elem())
		return Type{Kind: Map, Key: &key, Elem: &elem}
	case *types.Interface:
		if t.Empty() {
			return Type{Kind: Basic, Name: "any"}
		}
		return Type{Kind: Struct, Source: types.TypeString(t, packageName)}
	default:
		return Type{Kind: Struct, Source: types.TypeString(t, packageName), Shallow: shallow(t, nil), Layout: layout(t)}
	}
}

func packageName(p *types.Package) string { return p.Name() }

func (r *resolver) typeOfNamed(t *types.Named) Type {
	out := Type{
		Kind: Named, Name: t.Obj().Name(), Shallow: shallow(t, nil),
		Under: r.under(t), Binary: isBinary(t), Plain: isPlain(t), Layout: layout(t),
	}
	if p := t.Obj().Pkg(); p != nil {
		out.Pkg = p.Path()
	} else {
		out.Kind = Basic // error, comparable
	}
	for arg := range t.TypeArgs().Types() {
		out.Args = append(out.Args, r.typeOf(arg))
	}
	return out
}

// under returns what a named type is declared as, if that is predeclared or a slice of what is.
func (r *resolver) under(t *types.Named) *Type {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		out := r.typeOf(u)
		return &out
	case *types.Slice:
		if _, ok := u.Elem().Underlying().(*types.Basic); ok {
			out := r.typeOf(u)
			return &out
		}
	}
	return nil
}

// isBinary tells whether a type has methods of its own, not promoted ones, that speak for all of it in
// binary form.
func isBinary(t types.Type) bool {
	for _, name := range []string{"MarshalBinary", "UnmarshalBinary"} {
		_, path, _ := types.LookupFieldOrMethod(t, true, nil, name)
		if len(path) != 1 {
			return false
		}
	}
	if !hasMethod(t, "MarshalBinary", 0, 2) || !hasMethod(t, "UnmarshalBinary", 1, 1) {
		return false
	}
	bytes := types.NewSlice(types.Typ[types.Byte])
	return types.Identical(method(t, "MarshalBinary").Results().At(0).Type(), bytes) &&
		types.Identical(method(t, "UnmarshalBinary").Params().At(0).Type(), bytes)
}

// isPlain tells whether encoding/json knows of no method of a type: json.Number is known by itself.
func isPlain(t types.Type) bool {
	for _, name := range []string{"MarshalJSON", "MarshalText", "IsZero"} {
		if method, _, _ := types.LookupFieldOrMethod(t, true, nil, name); method != nil {
			return false
		}
	}
	return !isNamedType(t, "encoding/json", "Number")
}

// shallow tells whether a copy of a value shares nothing that could be changed through it. A time.Time
// counts: what its pointer leads to never changes.
func shallow(t types.Type, seen []types.Type) bool {
	t = types.Unalias(t)
	if isTime(t) {
		return true
	}
	for _, s := range seen {
		if types.Identical(s, t) {
			return true // decided by the rest of the type
		}
	}
	seen = append(seen, t)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() != types.UnsafePointer && u.Kind() != types.Invalid
	case *types.Array:
		return shallow(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if !shallow(f.Type(), seen) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// lookupType finds a type declared in pkg, or as "other.Name" in a package that one of pkg's files
// imports; nil if there is none.
func (r *resolver) lookupType(pkg *load.Package, name string) *types.TypeName {
	scope := pkg.Types.Scope()
	if qualifier, base, ok := cutQualifier(name); ok {
		scope = nil
		for _, imported := range pkg.Types.Imports() {
			if imported.Name() == qualifier {
				scope, name = imported.Scope(), base
				break
			}
		}
	}
	if scope == nil {
		return nil
	}
	obj, _ := scope.Lookup(name).(*types.TypeName)
	return obj
}

func cutQualifier(name string) (qualifier, base string, ok bool) {
	for i := range len(name) {
		if name[i] == '.' {
			return name[:i], name[i+1:], true
		}
	}
	return "", name, false
}

// namedAs returns the named type behind aliases, or nil.
func namedAs(t types.Type) *types.Named {
	n, _ := types.Unalias(t).(*types.Named)
	return n
}

func isNamedType(t types.Type, pkg, name string) bool {
	n := namedAs(t)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg && n.Obj().Name() == name
}

func isTime(t types.Type) bool { return isNamedType(t, "time", "Time") }

// deref returns what a pointer points at, or t itself.
func deref(t types.Type) (types.Type, bool) {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem(), true
	}
	return t, false
}
