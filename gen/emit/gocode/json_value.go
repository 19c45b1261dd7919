package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// method is the writer's method for values of a kind, "" for those that take more than a call.
func (k jsonKind) method() string {
	switch k {
	case jsonInt:
		return "Int"
	case jsonUint:
		return "Uint"
	case jsonFloat32:
		return "Float32"
	case jsonFloat64:
		return "Float64"
	case jsonBool:
		return "Bool"
	case jsonText:
		return "Text"
	case jsonBase64:
		return "Base64"
	case jsonTime:
		return "Time"
	case jsonRaw:
		return "RawMessage"
	case jsonTimePtr:
		return "TimePointer"
	case jsonRawPtr:
		return "RawMessagePointer"
	default:
		return ""
	}
}

// scalar writes a value as the type that the writer's method takes.
func (j *jsonWriter) scalar(o operand, t model.Type, kind jsonKind) *jen.Statement {
	switch kind {
	case jsonInt:
		return converted(o, t, "int64")
	case jsonUint:
		return converted(o, t, "uint64")
	case jsonFloat32:
		return converted(o, t, "float32")
	case jsonFloat64:
		return converted(o, t, "float64")
	case jsonBool:
		return converted(o, t, "bool")
	case jsonText:
		return converted(o, t, "string")
	default:
		return o.value()
	}
}

// field writes a field's value. Its condition, if there is one, leaves out what is nil.
func (j *jsonWriter) field(body *jen.Group, o operand, field *plan.Field, m member) {
	t, there := field.Type, m.omitEmpty || m.omitZero
	part := func(body *jen.Group, part operand) {
		if t.Struct != nil {
			body.Id(j.names.jsons[t.Struct]).Call(jen.Id(j.names.locals.writer), part.address())
		} else {
			j.value(body, part, *t.Go, 1, false)
		}
	}
	switch {
	case t.Cardinality == plan.List:
		j.list(body, o, 0, there, part)
	case t.Cardinality == plan.Dict:
		j.dict(body, o, *t.By, 0, there, part)
	case t.Struct != nil:
		j.pointer(body, o, there, part)
	case m.quoted:
		j.quoted(body, o, *t.Go, there)
	default:
		j.value(body, o, *t.Go, 0, there)
	}
}

// quoted writes a field with the option string, which concerns scalars and what one pointer leads to.
func (j *jsonWriter) quoted(body *jen.Group, o operand, t model.Type, there bool) {
	kind := jsonKindOf(t)
	switch {
	case kind == jsonPointer && t.Kind == model.Pointer && jsonKindOf(*t.Elem).isScalar():
		j.pointer(body, o, there, func(body *jen.Group, part operand) { j.quoted(body, part, *t.Elem, false) })
	case kind == jsonText:
		body.Add(j.w("QuotedText", j.scalar(o, t, kind)))
	case kind.isScalar():
		body.Add(j.raw(`"`).Dot(kind.method()).Call(j.scalar(o, t, kind)))
		body.Add(j.raw(`"`))
	default:
		j.value(body, o, t, 0, there)
	}
}

// value writes a value of a type of the user; there says that it is not nil.
func (j *jsonWriter) value(body *jen.Group, o operand, t model.Type, depth int, there bool) {
	kind := jsonKindOf(t)
	switch kind {
	case jsonPointer:
		j.pointer(body, o, there, func(body *jen.Group, part operand) { j.value(body, part, *visible(t).Elem, depth, false) })
	case jsonList:
		j.list(body, o, depth, there, func(body *jen.Group, part operand) { j.value(body, part, *visible(t).Elem, depth+1, false) })
	case jsonArray:
		j.elements(body, o, depth, func(body *jen.Group, part operand) { j.value(body, part, *visible(t).Elem, depth+1, false) })
	case jsonMap:
		j.dict(body, o, *visible(t).Key, depth, there, func(body *jen.Group, part operand) { j.value(body, part, *visible(t).Elem, depth+1, false) })
	case jsonAny:
		body.Add(j.w("Any", o.address()))
	default:
		body.Add(j.w(kind.method(), j.scalar(o, t, kind)))
	}
}

// present writes what comes if a pointer, list or map is not nil.
func (j *jsonWriter) present(body *jen.Group, o operand, there bool, block func(body *jen.Group)) {
	if there {
		block(body)
		return
	}
	body.If(j.w("Present", o.value().Op("!=").Nil())).BlockFunc(block)
}

func (j *jsonWriter) pointer(body *jen.Group, o operand, there bool, part encodePart) {
	j.present(body, o, there, func(body *jen.Group) { part(body, operand{place: o.value(), pointer: true}) })
}

func (j *jsonWriter) list(body *jen.Group, o operand, depth int, there bool, part encodePart) {
	j.present(body, o, there, func(body *jen.Group) { j.elements(body, o, depth, part) })
}

func (j *jsonWriter) elements(body *jen.Group, o operand, depth int, part encodePart) {
	i := j.names.variable("i", depth)
	body.Add(j.raw("["))
	body.For(jen.Id(i).Op(":=").Range().Add(o.value())).BlockFunc(func(body *jen.Group) {
		body.Add(j.w("Next"))
		part(body, plainOperand(o.index(jen.Id(i))))
	})
	body.Add(j.raw("]"))
}

// dict writes the entries of a map in the order of their keys as text.
func (j *jsonWriter) dict(body *jen.Group, o operand, by model.Type, depth int, there bool, part encodePart) {
	key, value := j.names.variable("key", depth), j.names.variable("value", depth)
	kind := jsonKeyOf(by)
	j.present(body, o, there, func(body *jen.Group) {
		body.Add(j.raw("{"))
		keys := j.jsondoc(kind.method() + "Keys").Call(o.value())
		body.For(jen.List(jen.Id("_"), jen.Id(key)).Op(":=").Range().Add(keys)).BlockFunc(func(body *jen.Group) {
			body.Add(j.w(kind.method()+"Key", j.scalar(plainOperand(jen.Id(key)), by, kind)))
			body.Id(value).Op(":=").Add(o.index(jen.Id(key)))
			part(body, plainOperand(jen.Id(value)))
		})
		body.Add(j.raw("}"))
	})
}
