package gocode

import (
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// encoding is how values of a type are written in binary form.
type encoding string

const (
	asInt     encoding = "int"
	asUint    encoding = "uint"
	asFloat   encoding = "float"
	asBool    encoding = "bool"
	asText    encoding = "text"
	asBlob    encoding = "blob"
	asTime    encoding = "time"    // an instant in UTC
	asBinary  encoding = "binary"  // by methods of its own
	asScanned encoding = "scanned" // by its Value and Scan methods
	asJSON    encoding = "json"    // whatever else cannot be seen into
	asPointer encoding = "pointer"
	asList    encoding = "list"
	asMap     encoding = "map"
	asArray   encoding = "array"
)

// encodingOf chooses the encoding of a type whose values were read from rows in a form, "" if they were not.
func encodingOf(t model.Type, form model.Form) encoding {
	switch {
	case t.Kind == model.Pointer:
		return asPointer
	case form == model.FormScanner:
		return asScanned
	case t.Kind == model.Basic:
		return basicEncoding(t.Name)
	case t.Kind == model.Slice && isByteSlice(t):
		return asBlob
	case t.Kind == model.Slice:
		return asList
	case t.Kind == model.Map:
		return asMap
	case t.Kind == model.Array && t.Len > 0:
		return asArray
	case t.Kind == model.Named:
		return namedEncoding(t, form)
	default:
		return asJSON
	}
}

func basicEncoding(name string) encoding {
	switch name {
	case "int", "int8", "int16", "int32", "int64", "rune":
		return asInt
	case "uint", "uint8", "uint16", "uint32", "uint64", "byte":
		return asUint
	case "float32", "float64":
		return asFloat
	case "bool":
		return asBool
	case "string":
		return asText
	default:
		return asJSON
	}
}

func namedEncoding(t model.Type, form model.Form) encoding {
	switch form {
	case model.FormInt:
		return asInt
	case model.FormUint:
		return asUint
	case model.FormFloat:
		return asFloat
	case model.FormBool:
		return asBool
	case model.FormText:
		return asText
	case model.FormBytes, model.FormRaw:
		return asBlob
	case model.FormTime:
		return asTime
	}
	switch {
	case t.Under != nil:
		return encodingOf(*t.Under, "")
	case form != model.FormJSON && t.Binary, t.IsNamed("time", "Time"):
		return asBinary // a time that was not read as such may have a location
	default:
		return asJSON
	}
}

// visible returns the type whose elements can be seen.
func visible(t model.Type) model.Type {
	if t.Kind == model.Named && t.Under != nil {
		return *t.Under
	}
	return t
}

// least is the number of bytes that a value takes in binary form at least, one or more.
func least(t model.Type, form model.Form) int {
	switch encodingOf(t, form) {
	case asFloat:
		return 8
	case asTime, asJSON:
		return 2
	case asArray:
		return int(t.Len) * least(*t.Elem, "")
	default:
		return 1
	}
}

// leastOf is the same for a document type.
func (k *coder) leastOf(s *plan.Struct) int {
	sum := 0
	for _, field := range s.Fields {
		if field.Type.Cardinality == plan.Value {
			sum += least(*field.Type.Go, k.c.form(field))
		} else {
			sum++
		}
	}
	if s.Extra != nil {
		sum += 2
	}
	return max(1, sum)
}

// leastElement is the same for the elements of a field's list or map.
func (k *coder) leastElement(field *plan.Field) int {
	t := field.Type
	sum := 0
	if t.By != nil {
		sum = least(*t.By, k.c.keyForm(field))
	}
	if t.Struct != nil {
		return sum + k.leastOf(t.Struct)
	}
	return sum + least(*t.Go, k.c.form(field))
}
