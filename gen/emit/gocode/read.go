package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// read writes the expression that reads one value: row.Int64(3).
func (f *file) read(r plan.Read) *jen.Statement {
	switch {
	case r.Wrapped:
		return f.readAs(model.FormScanner, r.Type, r.Item)
	case r.Nullable && r.Form == model.FormJSON:
		return f.readAs(r.Form, r.Type, r.Item) // NULL and JSON's null are both nil
	case r.Nullable:
		return f.runtime("Null").Call(jen.Id(f.names.locals.row), jen.Lit(r.Item), f.reader(r.Form, r.Base))
	default:
		return f.readAs(r.Form, r.Type, r.Item)
	}
}

func (f *file) readAs(form model.Form, t model.Type, item int) *jen.Statement {
	row := f.names.locals.row
	if method := rowMethod(form, t); method != "" {
		return jen.Id(row).Dot(method).Call(jen.Lit(item))
	}
	return f.generic(form, t).Call(jen.Id(row), jen.Lit(item))
}

// reader writes the function that reads a value: denorm.Row.Int64, denorm.Text[Status].
func (f *file) reader(form model.Form, t model.Type) *jen.Statement {
	if method := rowMethod(form, t); method != "" {
		return f.runtime("Row").Dot(method)
	}
	return f.generic(form, t)
}

// rowMethod is the method of a row that returns exactly this type, or "".
func rowMethod(form model.Form, t model.Type) string {
	switch {
	case form == model.FormInt && t.IsBasic("int64"):
		return "Int64"
	case form == model.FormUint && t.IsBasic("uint64"):
		return "Uint64"
	case form == model.FormFloat && t.IsBasic("float64"):
		return "Float64"
	case form == model.FormBool && t.IsBasic("bool"):
		return "Bool"
	case form == model.FormText && t.IsBasic("string"):
		return "Text"
	case form == model.FormBytes && isByteSlice(t):
		return "Bytes"
	case form == model.FormTime:
		return "Time"
	default:
		return ""
	}
}

func isByteSlice(t model.Type) bool {
	return t.Kind == model.Slice && (t.Elem.IsBasic("byte") || t.Elem.IsBasic("uint8"))
}

// generic writes the runtime's reader of a form for a type.
func (f *file) generic(form model.Form, t model.Type) *jen.Statement {
	return f.runtime(genericReader(form)).Types(f.goType(t))
}

func genericReader(form model.Form) string {
	switch form {
	case model.FormInt:
		return "Int"
	case model.FormUint:
		return "Uint"
	case model.FormFloat:
		return "Float"
	case model.FormBool:
		return "Bool"
	case model.FormText:
		return "Text"
	case model.FormBytes:
		return "Bytes"
	case model.FormRaw:
		return "Raw"
	case model.FormScanner:
		return "Scan"
	case model.FormJSON:
		return "JSON"
	case model.FormArray:
		return "Array"
	default:
		return "" // FormTime, which has a method
	}
}

// readID writes the expression that reads a key, behind the link's own if there is one.
func (f *file) readID(id plan.ID) *jen.Statement {
	key := f.readKey(id)
	if id.Through == nil {
		return key
	}
	return f.idType(id).Values(entry("Parent", f.readID(*id.Through)), entry("Key", key))
}

func (f *file) readKey(id plan.ID) *jen.Statement {
	if id.Key.Struct == nil {
		return f.readAs(id.Reads[0].Form, id.Reads[0].Base, id.Reads[0].Item)
	}
	parts := make([]jen.Code, len(id.Reads))
	for i, r := range id.Reads {
		parts[i] = entry(id.Key.Columns[i].Field, f.readAs(r.Form, r.Base, r.Item))
	}
	return jen.Id(id.Key.Struct.Name).Values(parts...)
}
