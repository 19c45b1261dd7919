package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// encodePart writes how a value within another is encoded.
type encodePart func(body *jen.Group, part operand)

func (k *coder) encodeField(body *jen.Group, o operand, field *plan.Field) {
	t, form := field.Type, k.c.form(field)
	nested := func(body *jen.Group, part operand) {
		if t.Struct != nil {
			body.Id(k.names.codecs[t.Struct].encode).Call(jen.Id(k.names.locals.encoder), part.address())
		} else {
			k.encodeValue(body, part, *t.Go, form, 1)
		}
	}
	switch {
	case t.Cardinality == plan.List:
		k.encodeList(body, o, 0, nested)
	case t.Cardinality == plan.Dict:
		k.encodeMap(body, o, *t.By, k.c.keyForm(field), 0, nested)
	case t.Struct != nil:
		k.encodePointer(body, o, nested)
	default:
		k.encodeValue(body, o, *t.Go, form, 0)
	}
}

// encodeValue writes how a value of a type of the user is encoded, as deep as the type can be seen.
func (k *coder) encodeValue(body *jen.Group, o operand, t model.Type, form model.Form, depth int) {
	e := jen.Id(k.names.locals.encoder)
	switch encodingOf(t, form) {
	case asInt:
		body.Add(k.e("Int", converted(o, t, "int64")))
	case asUint:
		body.Add(k.e("Uint", converted(o, t, "uint64")))
	case asFloat:
		body.Add(k.e("Float", converted(o, t, "float64")))
	case asBool:
		body.Add(k.e("Bool", converted(o, t, "bool")))
	case asText:
		body.Add(k.e("Text", converted(o, t, "string")))
	case asBlob:
		body.Add(k.e("Blob", o.value()))
	case asTime:
		body.Add(k.e("Time", o.value()))
	case asBinary:
		body.Add(k.e("Binary", o.address()))
	case asScanned:
		body.Add(k.wire("EncodeScanned")).Call(e, o.address())
	case asPointer:
		k.encodePointer(body, o, func(body *jen.Group, part operand) { k.encodeValue(body, part, *t.Elem, form, depth) })
	case asList:
		elem := *visible(t).Elem
		k.encodeList(body, o, depth, func(body *jen.Group, part operand) { k.encodeValue(body, part, elem, "", depth+1) })
	case asArray:
		k.encodeElements(body, o, depth, func(body *jen.Group, part operand) { k.encodeValue(body, part, *t.Elem, "", depth+1) })
	case asMap:
		k.encodeMap(body, o, *t.Key, "", depth, func(body *jen.Group, part operand) { k.encodeValue(body, part, *t.Elem, "", depth+1) })
	default:
		body.Add(k.wire("EncodeJSON")).Call(e, o.address())
	}
}

// converted writes a value as a predeclared type.
func converted(o operand, t model.Type, name string) *jen.Statement {
	if t.IsBasic(name) {
		return o.value()
	}
	return jen.Id(name).Call(o.value())
}

func (k *coder) encodePointer(body *jen.Group, o operand, part encodePart) {
	body.If(k.e("Present", o.value().Op("!=").Nil())).BlockFunc(func(body *jen.Group) {
		inner := operand{place: o.value(), pointer: true}
		part(body, inner)
	})
}

func (k *coder) encodeList(body *jen.Group, o operand, depth int, part encodePart) {
	body.Add(k.e("List", jen.Len(o.value()), o.value().Op("==").Nil()))
	k.encodeElements(body, o, depth, part)
}

func (k *coder) encodeElements(body *jen.Group, o operand, depth int, part encodePart) {
	i := k.names.variable("i", depth)
	body.For(jen.Id(i).Op(":=").Range().Add(o.value())).BlockFunc(func(body *jen.Group) {
		part(body, plainOperand(o.index(jen.Id(i))))
	})
}

// encodeMap writes the entries in the order of their keys where they have one, so that equal documents
// have the same bytes.
func (k *coder) encodeMap(body *jen.Group, o operand, by model.Type, form model.Form, depth int, part encodePart) {
	key, value := k.names.variable("key", depth), k.names.variable("value", depth)
	body.Add(k.e("List", jen.Len(o.value()), o.value().Op("==").Nil()))
	entry := func(body *jen.Group) {
		k.encodeValue(body, plainOperand(jen.Id(key)), by, form, depth+1)
		part(body, plainOperand(jen.Id(value)))
	}
	switch encodingOf(by, form) {
	case asInt, asUint, asText:
		keys := k.qual("slices", "Sorted").Call(k.qual("maps", "Keys").Call(o.value()))
		body.For(jen.List(jen.Id("_"), jen.Id(key)).Op(":=").Range().Add(keys)).BlockFunc(func(body *jen.Group) {
			body.Id(value).Op(":=").Add(o.index(jen.Id(key)))
			entry(body)
		})
	default:
		body.For(jen.List(jen.Id(key), jen.Id(value)).Op(":=").Range().Add(o.value())).BlockFunc(entry)
	}
}
