package gocode

import (
	"go/token"
	"strings"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// jsonKind is how values of a type are written as JSON.
type jsonKind string

const (
	jsonInt     jsonKind = "int"
	jsonUint    jsonKind = "uint"
	jsonFloat32 jsonKind = "float32"
	jsonFloat64 jsonKind = "float64"
	jsonBool    jsonKind = "bool"
	jsonText    jsonKind = "text"
	jsonBase64  jsonKind = "base64"
	jsonTime    jsonKind = "time"
	jsonRaw     jsonKind = "raw"
	jsonTimePtr jsonKind = "pointer to time" // methods are the pointer's there, as errors show
	jsonRawPtr  jsonKind = "pointer to raw"
	jsonPointer jsonKind = "pointer"
	jsonList    jsonKind = "list"
	jsonArray   jsonKind = "array"
	jsonMap     jsonKind = "map"
	jsonAny     jsonKind = "any" // only encoding/json knows
)

// isScalar tells whether the option string of a json tag means anything for a kind.
func (k jsonKind) isScalar() bool {
	switch k {
	case jsonInt, jsonUint, jsonFloat32, jsonFloat64, jsonBool, jsonText:
		return true
	default:
		return false
	}
}

// jsonKindOf chooses the kind of a type. Where encoding/json has to write a part of it, it writes the whole.
func jsonKindOf(t model.Type) jsonKind {
	switch {
	case t.IsNamed("time", "Time"):
		return jsonTime
	case t.IsNamed("encoding/json", "RawMessage"):
		return jsonRaw
	case t.Kind == model.Named:
		if t.Plain && t.Under != nil {
			return jsonKindOf(*t.Under)
		}
		return jsonAny
	case t.Kind == model.Basic:
		return basicJSON(t.Name)
	case t.Kind == model.Slice && isByteSlice(t):
		return jsonBase64
	case t.Kind == model.Slice && isSmallUint(*t.Elem):
		return jsonAny // text in base64, or numbers if the type has methods
	case t.Kind == model.Struct, jsonKindOf(*t.Elem) == jsonAny:
		return jsonAny
	case t.Kind == model.Pointer && jsonKindOf(*t.Elem) == jsonTime:
		return jsonTimePtr
	case t.Kind == model.Pointer && jsonKindOf(*t.Elem) == jsonRaw:
		return jsonRawPtr
	case t.Kind == model.Pointer:
		return jsonPointer
	case t.Kind == model.Slice:
		return jsonList
	case t.Kind == model.Array:
		return jsonArray
	case t.Kind == model.Map && jsonKeyOf(*t.Key) != jsonAny:
		return jsonMap
	default:
		return jsonAny
	}
}

func basicJSON(name string) jsonKind {
	switch name {
	case "float32":
		return jsonFloat32
	case "float64":
		return jsonFloat64
	}
	switch basicEncoding(name) {
	case asInt:
		return jsonInt
	case asUint:
		return jsonUint
	case asBool:
		return jsonBool
	case asText:
		return jsonText
	default:
		return jsonAny
	}
}

// isSmallUint tells whether values of the type are bytes under another name.
func isSmallUint(t model.Type) bool {
	return t.Kind == model.Named && t.Under != nil && (t.Under.IsBasic("uint8") || t.Under.IsBasic("byte"))
}

// jsonKeyOf is the kind of a map's key: text, int, uint, or any for what only encoding/json knows. Methods
// of text types do not count for keys.
func jsonKeyOf(t model.Type) jsonKind {
	if t.Kind == model.Named && t.Under != nil && t.Under.IsBasic("string") {
		return jsonText
	}
	switch kind := jsonKindOf(t); kind {
	case jsonText, jsonInt, jsonUint:
		return kind
	default:
		return jsonAny
	}
}

// fixed tells whether values of the type are written alike with and without an address: methods with a
// pointer receiver count only where there is one, and the values of a map have none.
func fixed(t model.Type) bool {
	switch jsonKindOf(t) {
	case jsonAny:
		return t.Kind == model.Pointer || t.Kind == model.Slice || t.Kind == model.Map
	case jsonArray:
		return fixed(*visible(t).Elem)
	default:
		return true
	}
}

// fieldSeen tells whether a field can be written without leaving it to encoding/json.
func (j *jsonWriter) fieldSeen(field *plan.Field) bool {
	t := field.Type
	seen := j.structSeen(t.Struct)
	if t.Struct == nil {
		seen = jsonKindOf(*t.Go) != jsonAny
	}
	if t.Cardinality != plan.Dict {
		return seen
	}
	return seen && jsonKeyOf(*t.By) != jsonAny && (t.Struct == nil || fixedStruct(t.Struct))
}

// fixedStruct is fixed for a document type.
func fixedStruct(s *plan.Struct) bool {
	for _, field := range s.Fields {
		if field.Type.Cardinality == plan.Value && field.Tag != "-" && !fixed(*field.Type.Go) {
			return false
		}
	}
	return true
}

// structSeen tells whether a document type can be written field by field: it embeds nothing, has no methods
// that encoding/json calls, and fields that it does not look at twice.
func (j *jsonWriter) structSeen(s *plan.Struct) bool {
	if s == nil || s.Extra != nil {
		return false
	}
	for _, method := range []string{"MarshalJSON", "MarshalText", "IsZero"} {
		if _, written := j.plan.Package.Methods[s.Name+"."+method]; written {
			return false
		}
	}
	names := map[string]bool{}
	for _, field := range s.Fields {
		m, shown := memberOf(field)
		if !shown {
			continue
		}
		if names[m.name] || m.quoted && !j.quotable(field) {
			return false
		}
		names[m.name] = true
	}
	return true
}

// quotable tells whether it is known what the option string means for a field.
func (j *jsonWriter) quotable(field *plan.Field) bool {
	t := field.Type
	if t.Cardinality == plan.List || t.Cardinality == plan.Dict || t.Struct != nil {
		return true
	}
	if t.Go.Kind == model.Pointer {
		return jsonKindOf(*t.Go.Elem) != jsonAny
	}
	return jsonKindOf(*t.Go) != jsonAny
}

// member is what a field's tag says.
type member struct {
	name                        string
	omitEmpty, omitZero, quoted bool
}

// memberOf reads a field's tag, and tells whether encoding/json shows the field.
func memberOf(field *plan.Field) (member, bool) {
	if field.Tag == "-" || !token.IsExported(field.Name) {
		return member{}, false
	}
	options := strings.Split(field.Tag, ",")
	m := member{name: options[0]}
	if !isJSONName(m.name) {
		m.name = field.Name
	}
	for _, option := range options[1:] {
		switch option {
		case "omitempty":
			m.omitEmpty = true
		case "omitzero":
			m.omitZero = true
		case "string":
			m.quoted = true
		}
	}
	return m, true
}
