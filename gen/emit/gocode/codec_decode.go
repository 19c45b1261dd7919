package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// decodePart writes how a value within another is decoded.
type decodePart func(body *jen.Group, part operand)

func (k *coder) decodeField(body *jen.Group, o operand, field *plan.Field) {
	t, form := field.Type, k.c.form(field)
	nested := func(body *jen.Group, part operand) {
		if t.Struct != nil {
			body.Id(k.names.codecs[t.Struct].decode).Call(jen.Id(k.names.locals.decoder), part.address())
		} else {
			k.decodeValue(body, part, *t.Go, form, 1)
		}
	}
	switch {
	case t.Cardinality == plan.List:
		k.decodeList(body, o, k.fieldType(t), k.leastElement(field), 0, nested)
	case t.Cardinality == plan.Dict:
		entries := dict{
			kind: k.fieldType(t), key: *t.By, form: k.c.keyForm(field), value: k.valueType(t), least: k.leastElement(field), part: nested,
		}
		if t.Struct == nil {
			entries.simple = k.decodeSimple(*t.Go, form)
		}
		k.decodeMap(body, o, 0, entries)
	case t.Struct != nil:
		k.decodePointer(body, o, jen.Id(t.Struct.Name), nested)
	default:
		k.decodeValue(body, o, *t.Go, form, 0)
	}
}

// decodeValue writes how a value of a type of the user is decoded into its zero value.
func (k *coder) decodeValue(body *jen.Group, o operand, t model.Type, form model.Form, depth int) {
	if simple := k.decodeSimple(t, form); simple != nil {
		body.Add(o.value().Op("=").Add(simple))
		return
	}
	d := jen.Id(k.names.locals.decoder)
	nested := func(elem model.Type, form model.Form, depth int) decodePart {
		return func(body *jen.Group, part operand) { k.decodeValue(body, part, elem, form, depth) }
	}
	switch encodingOf(t, form) {
	case asBinary:
		body.Add(k.d("Binary", o.address()))
	case asScanned:
		body.Add(k.wire("DecodeScanned")).Call(d, o.address())
	case asPointer:
		if simple := k.decodeSimple(*t.Elem, form); simple != nil {
			body.If(k.d("Present")).Block(o.value().Op("=").New(simple))
			return
		}
		k.decodePointer(body, o, k.goType(*t.Elem), nested(*t.Elem, form, depth))
	case asList:
		elem := *visible(t).Elem
		k.decodeList(body, o, k.goType(t), least(elem, ""), depth, nested(elem, "", depth+1))
	case asArray:
		k.decodeElements(body, o, depth, nested(*t.Elem, "", depth+1))
	case asMap:
		k.decodeMap(body, o, depth, dict{
			kind: k.goType(t), key: *t.Key, value: k.goType(*t.Elem), least: least(*t.Key, "") + least(*t.Elem, ""),
			simple: k.decodeSimple(*t.Elem, ""), part: nested(*t.Elem, "", depth+1),
		})
	default:
		body.Add(k.wire("DecodeJSON")).Call(d, o.address())
	}
}

// decodeSimple writes the expression that reads a value, nil if that takes statements.
func (k *coder) decodeSimple(t model.Type, form model.Form) *jen.Statement {
	d := jen.Id(k.names.locals.decoder)
	switch encodingOf(t, form) {
	case asInt:
		if t.IsBasic("int64") {
			return k.d("Int")
		}
		return k.wire("Int").Types(k.goType(t)).Call(d)
	case asUint:
		if t.IsBasic("uint64") {
			return k.d("Uint")
		}
		return k.wire("Uint").Types(k.goType(t)).Call(d)
	case asFloat:
		return k.as(t, "float64", k.d("Float"))
	case asBool:
		return k.as(t, "bool", k.d("Bool"))
	case asText:
		return k.as(t, "string", k.d("Text"))
	case asBlob:
		if isByteSlice(t) {
			return k.d("Blob")
		}
		return k.goType(t).Call(k.d("Blob"))
	case asTime:
		return k.d("Time")
	default:
		return nil
	}
}

// as converts an expression of a predeclared type.
func (k *coder) as(t model.Type, name string, expression *jen.Statement) *jen.Statement {
	if t.IsBasic(name) {
		return expression
	}
	return k.goType(t).Call(expression)
}

func (k *coder) decodePointer(body *jen.Group, o operand, kind jen.Code, part decodePart) {
	body.If(k.d("Present")).BlockFunc(func(body *jen.Group) {
		body.Add(o.value().Op("=").New(kind))
		part(body, operand{place: o.value(), pointer: true})
	})
}

// length opens the block for a list or map that is not nil.
func (k *coder) length(least, depth int) (*jen.Statement, string) {
	n, ok := k.names.variable("n", depth), k.names.variable("ok", depth)
	return jen.If(jen.List(jen.Id(n), jen.Id(ok)).Op(":=").Add(k.d("List", jen.Lit(least))), jen.Id(ok)), n
}

func (k *coder) decodeList(body *jen.Group, o operand, kind jen.Code, least, depth int, part decodePart) {
	open, n := k.length(least, depth)
	body.Add(open.BlockFunc(func(body *jen.Group) {
		body.Add(o.value().Op("=").Make(kind, jen.Id(n)))
		k.decodeElements(body, o, depth, part)
	}))
}

func (k *coder) decodeElements(body *jen.Group, o operand, depth int, part decodePart) {
	i := k.names.variable("i", depth)
	body.For(jen.Id(i).Op(":=").Range().Add(o.value())).BlockFunc(func(body *jen.Group) {
		part(body, plainOperand(o.index(jen.Id(i))))
	})
}

// dict is what there is to know of a map that is to be decoded.
type dict struct {
	kind   jen.Code   // of the map
	key    model.Type //
	form   model.Form // of the keys
	value  jen.Code   // type of the values
	least  int        // bytes of an entry
	simple *jen.Statement
	part   decodePart // instead of simple
}

func (k *coder) decodeMap(body *jen.Group, o operand, depth int, m dict) {
	key, value := k.names.variable("key", depth), k.names.variable("value", depth)
	open, n := k.length(m.least, depth)
	body.Add(open.BlockFunc(func(body *jen.Group) {
		body.Add(o.value().Op("=").Make(m.kind, jen.Id(n)))
		body.For(jen.Range().Id(n)).BlockFunc(func(body *jen.Group) {
			if simple := k.decodeSimple(m.key, m.form); simple != nil {
				body.Id(key).Op(":=").Add(simple)
			} else {
				body.Var().Id(key).Add(k.goType(m.key))
				k.decodeValue(body, plainOperand(jen.Id(key)), m.key, m.form, depth+1)
			}
			target := o.index(jen.Id(key))
			if m.simple != nil {
				body.Add(target.Op("=").Add(m.simple))
				return
			}
			body.Var().Id(value).Add(m.value)
			m.part(body, plainOperand(jen.Id(value)))
			body.Add(target.Op("=").Id(value))
		})
	}))
}
