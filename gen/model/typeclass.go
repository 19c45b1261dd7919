package model

import (
	"fmt"
	"go/types"
)

// class is what database/sql and a document make of a Go type.
type class struct {
	form     Form
	base     types.Type // without pointer or sql.Null
	nullable bool
}

// classify finds how a type is read from a column; why says what is wrong if it cannot be.
func classify(t types.Type) (c class, why string) {
	elem, pointer := deref(t)
	if pointer {
		if _, twice := deref(elem); twice {
			return class{}, "a pointer to a pointer cannot be scanned"
		}
	}
	if base, ok := sqlNull(elem); ok {
		if pointer {
			return class{}, fmt.Sprintf("a pointer to %s says null twice", shortType(elem))
		}
		form, why := formOf(base)
		return class{form: form, base: base, nullable: true}, why
	}
	form, why := formOf(elem)
	return class{form: form, base: elem, nullable: pointer}, why
}

// formOf classifies a type that is neither pointer nor sql.Null.
func formOf(t types.Type) (form Form, why string) {
	t = types.Unalias(t)
	switch {
	case isTime(t):
		return FormTime, ""
	case isNamedType(t, "encoding/json", "RawMessage"), isNamedType(t, "encoding/json/jsontext", "Value"):
		return FormRaw, ""
	case isNamedType(t, "database/sql", "RawBytes"):
		return "", "sql.RawBytes is only valid until the next row; use []byte"
	case isScanner(t):
		return FormScanner, ""
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return formOfBasic(u)
	case *types.Slice:
		if b, ok := types.Unalias(u.Elem()).(*types.Basic); ok && b.Kind() == types.Byte {
			return FormBytes, ""
		}
		return "", "database/sql cannot scan a slice"
	case *types.Struct:
		return "", "database/sql cannot scan a struct without a Scan method"
	case *types.Map:
		return "", "database/sql cannot scan a map"
	case *types.Array:
		return "", "database/sql cannot scan an array"
	case *types.Interface:
		return "", "an interface does not say which type to scan"
	case *types.Chan:
		return "", "a channel is no value of a database"
	case *types.Signature:
		return "", "a function is no value of a database"
	default:
		return "", "database/sql cannot scan it"
	}
}

func formOfBasic(b *types.Basic) (Form, string) {
	switch {
	case b.Kind() == types.Uintptr, b.Kind() == types.UnsafePointer:
		return "", "an address is no value of a database"
	case b.Info()&types.IsBoolean != 0:
		return FormBool, ""
	case b.Info()&types.IsUnsigned != 0:
		return FormUint, ""
	case b.Info()&types.IsInteger != 0:
		return FormInt, ""
	case b.Info()&types.IsFloat != 0:
		return FormFloat, ""
	case b.Info()&types.IsString != 0:
		return FormText, ""
	case b.Info()&types.IsComplex != 0:
		return "", "database/sql cannot scan complex numbers"
	default:
		return "", "the type is unknown"
	}
}

// sqlNull returns what an sql.Null type wraps.
func sqlNull(t types.Type) (types.Type, bool) {
	n := namedAs(t)
	if n == nil || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "database/sql" {
		return nil, false
	}
	if n.Obj().Name() == "Null" && n.TypeArgs().Len() == 1 {
		return n.TypeArgs().At(0), true
	}
	field := map[string]string{
		"NullString": "String", "NullInt64": "Int64", "NullInt32": "Int32", "NullInt16": "Int16",
		"NullByte": "Byte", "NullFloat64": "Float64", "NullBool": "Bool", "NullTime": "Time",
	}[n.Obj().Name()]
	st, ok := n.Underlying().(*types.Struct)
	if field == "" || !ok {
		return nil, false
	}
	for f := range st.Fields() {
		if f.Name() == field {
			return f.Type(), true
		}
	}
	return nil, false
}

// method finds a method of t or *t by name.
func method(t types.Type, name string) *types.Signature {
	if types.IsInterface(t) {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, ok := obj.(*types.Func)
	if !ok {
		return nil
	}
	return f.Signature()
}

// hasMethod tells whether t or *t has a method with so many parameters and results, the last of
// them an error.
func hasMethod(t types.Type, name string, params, results int) bool {
	s := method(t, name)
	return s != nil && s.Params().Len() == params && s.Results().Len() == results &&
		types.Identical(s.Results().At(results-1).Type(), types.Universe.Lookup("error").Type())
}

// isScanner tells whether *t is an sql.Scanner.
func isScanner(t types.Type) bool {
	if !hasMethod(t, "Scan", 1, 1) {
		return false
	}
	param, ok := method(t, "Scan").Params().At(0).Type().Underlying().(*types.Interface)
	return ok && param.Empty()
}

// survivesCache tells whether a Scanner's values can be stored and read back.
func survivesCache(t types.Type) bool {
	return hasMethod(t, "Value", 0, 2) ||
		hasMethod(t, "MarshalText", 0, 2) && hasMethod(t, "UnmarshalText", 1, 1) ||
		hasMethod(t, "MarshalJSON", 0, 2) && hasMethod(t, "UnmarshalJSON", 1, 1)
}

// shortType prints a type with package names instead of paths.
func shortType(t types.Type) string { return types.TypeString(t, packageName) }
