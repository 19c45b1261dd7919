package gocode

import (
	"encoding/json"
	"strings"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// isJSONName tells whether encoding/json takes a name from a tag; it takes the field's own otherwise.
func isJSONName(name string) bool {
	for _, c := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return name != ""
}

// key writes a member's name as JSON, with its colon.
func (m member) key() string {
	text, err := json.Marshal(m.name)
	if err != nil {
		return "" // there is no such string
	}
	return string(text) + ":"
}

// condition writes when a field is there, nil for always.
func (j *jsonWriter) condition(o operand, field *plan.Field, m member) *jen.Statement {
	var all *jen.Statement // of the conditions
	and := func(condition *jen.Statement) {
		if all == nil {
			all = condition
		} else if condition != nil {
			all.Op("&&").Add(condition)
		}
	}
	both := m.omitEmpty && m.omitZero
	if m.omitEmpty && !(both && isPointer(field)) {
		and(j.notEmpty(o, field))
	}
	if m.omitZero && !(both && emptyIsZero(field)) {
		and(j.notZero(o, field))
	}
	return all
}

// isPointer tells whether omitzero leaves out all that omitempty does.
func isPointer(field *plan.Field) bool {
	t := field.Type
	switch t.Cardinality {
	case plan.List, plan.Dict:
		return false
	}
	if t.Struct != nil {
		return true
	}
	kind := jsonKindOf(*t.Go)
	return kind == jsonPointer || kind == jsonTimePtr || kind == jsonRawPtr
}

// emptyIsZero tells whether omitempty leaves out all that omitzero does.
func emptyIsZero(field *plan.Field) bool {
	t := field.Type
	if t.Cardinality == plan.List || t.Cardinality == plan.Dict {
		return true
	}
	if t.Struct != nil {
		return false
	}
	kind := jsonKindOf(*t.Go)
	return kind.isScalar() || kind == jsonBase64 || kind == jsonRaw || kind == jsonList || kind == jsonMap
}

// notEmpty writes the opposite of what omitempty means.
func (j *jsonWriter) notEmpty(o operand, field *plan.Field) *jen.Statement {
	t := field.Type
	if t.Cardinality == plan.List || t.Cardinality == plan.Dict {
		return jen.Len(o.value()).Op(">").Lit(0)
	}
	if t.Struct != nil {
		return o.value().Op("!=").Nil()
	}
	switch kind := jsonKindOf(*t.Go); kind {
	case jsonText:
		return o.value().Op("!=").Lit("")
	case jsonPointer, jsonTimePtr, jsonRawPtr:
		return o.value().Op("!=").Nil()
	case jsonBase64, jsonRaw, jsonList, jsonMap, jsonArray:
		return jen.Len(o.value()).Op(">").Lit(0)
	case jsonTime:
		return nil
	case jsonAny:
		return jen.Op("!").Add(j.jsondoc("IsEmpty")).Call(o.address())
	default:
		return nonzero(o, *t.Go, kind)
	}
}

// notZero writes the opposite of what omitzero means.
func (j *jsonWriter) notZero(o operand, field *plan.Field) *jen.Statement {
	t := field.Type
	if t.Struct != nil && t.Cardinality == plan.One && !j.structSeen(t.Struct) {
		return jen.Op("!").Add(j.jsondoc("IsZero")).Call(o.address())
	}
	if t.Struct != nil || t.Cardinality == plan.List || t.Cardinality == plan.Dict {
		return o.value().Op("!=").Nil()
	}
	switch kind := jsonKindOf(*t.Go); kind {
	case jsonText:
		return o.value().Op("!=").Lit("")
	case jsonBase64, jsonRaw, jsonList, jsonMap:
		return o.value().Op("!=").Nil()
	case jsonPointer, jsonRawPtr:
		return o.value().Op("!=").Nil()
	case jsonTimePtr:
		return o.value().Op("!=").Nil().Op("&&").Op("!").Add(o.value()).Dot("IsZero").Call()
	case jsonTime:
		return jen.Op("!").Add(o.value()).Dot("IsZero").Call()
	case jsonArray, jsonAny:
		return jen.Op("!").Add(j.jsondoc("IsZero")).Call(o.address())
	default:
		return nonzero(o, *t.Go, kind)
	}
}

// nonzero writes the comparison of a number or truth value with zero.
func nonzero(o operand, t model.Type, kind jsonKind) *jen.Statement {
	if kind == jsonBool {
		return converted(o, t, "bool")
	}
	return o.value().Op("!=").Lit(0)
}
