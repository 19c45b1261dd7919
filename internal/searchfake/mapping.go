package searchfake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"time"
)

// mapping is the types of fields by their paths.
type mapping struct {
	types   map[string]string
	dynamic string // "true", "false" or "strict"
	dates   bool   // texts that look like dates become such fields
}

type mappingBody struct {
	Dynamic    json.RawMessage `json:"dynamic"`
	Dates      *bool           `json:"date_detection"`
	Meta       json.RawMessage `json:"_meta"`
	Properties map[string]any  `json:"properties"`
}

func newMapping(body json.RawMessage) (*mapping, error) {
	m := &mapping{types: map[string]string{}, dynamic: "true", dates: true}
	if body == nil {
		return m, nil
	}
	var request mappingBody
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return nil, bad("mapper_parsing_exception", err.Error())
	}
	if request.Dynamic != nil {
		m.dynamic = strings.Trim(string(request.Dynamic), `"`)
	}
	if request.Dates != nil {
		m.dates = *request.Dates
	}
	return m, m.declare("", request.Properties)
}

func (m *mapping) declare(front string, properties map[string]any) error {
	for name, value := range properties {
		field, ok := value.(map[string]any)
		if !ok {
			return bad("mapper_parsing_exception", "expected map for property")
		}
		kind, _ := field["type"].(string)
		below, _ := field["properties"].(map[string]any)
		if kind == "" {
			kind = "object"
		}
		if !strings.Contains(" object keyword text long float boolean date ", " "+kind+" ") {
			return bad("mapper_parsing_exception", "No handler for type ["+kind+"]")
		}
		m.types[front+name] = kind
		if err := m.declare(front+name+".", below); err != nil {
			return err
		}
	}
	return nil
}

// learn reads a document as the mapping has it, and adds what is new in it, all or nothing.
func (m *mapping) learn(source []byte) *Problem {
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return bad("mapper_parsing_exception", "failed to parse")
	}
	for name := range fields {
		if name == "_id" || name == "_source" || name == "_index" {
			return bad("mapper_parsing_exception", "Field ["+name+"] is a metadata field")
		}
	}
	added := map[string]string{}
	if p := m.object("", fields, added); p != nil {
		return p
	}
	maps.Copy(m.types, added)
	return nil
}

// object reads an object's fields, and adds the types of new ones.
func (m *mapping) object(front string, fields map[string]any, added map[string]string) *Problem {
	for name, value := range fields {
		if strings.TrimSpace(name) == "" {
			return bad("mapper_parsing_exception", "field name cannot be an empty string")
		}
		if p := m.value(front+name, value, added); p != nil {
			return p
		}
	}
	return nil
}

func (m *mapping) value(path string, value any, added map[string]string) *Problem {
	if list, ok := value.([]any); ok {
		for _, element := range list {
			if p := m.value(path, element, added); p != nil {
				return p
			}
		}
		return nil
	}
	if value == nil {
		return nil
	}
	kind := cmp.Or(m.types[path], added[path])
	if kind == "" {
		switch {
		case m.dynamic == "strict":
			return bad("strict_dynamic_mapping_exception", "mapping set to strict")
		case m.dynamic == "false" || strings.HasPrefix(path, "denorm_sink."):
			return nil
		}
		kind = m.kindOf(value)
		added[path] = kind
	}
	fields, isObject := value.(map[string]any)
	switch {
	case isObject != (kind == "object"):
		return bad("mapper_parsing_exception", "object mapping for ["+path+"] and a concrete value")
	case isObject:
		return m.object(path+".", fields, added)
	case !fits(kind, value):
		return &Problem{Status: 400, Kind: "mapper_parsing_exception", Reason: "failed to parse field [" + path + "]. Preview: secret"}
	}
	return nil
}

func (m *mapping) kindOf(value any) string {
	switch value := value.(type) {
	case map[string]any:
		return "object"
	case bool:
		return "boolean"
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return "float"
		}
		return "long"
	case string:
		if m.dates && isDate(value) {
			return "date"
		}
	}
	return "text"
}

func isDate(text string) bool {
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}

func fits(kind string, value any) bool {
	switch value := value.(type) {
	case bool:
		return kind == "boolean" || kind == "text" || kind == "keyword"
	case json.Number:
		return kind != "boolean"
	case string:
		switch kind {
		case "text":
			return true
		case "keyword":
			return len(value) <= 32766
		case "boolean":
			return value == "" || value == "true" || value == "false"
		case "date":
			return isDate(value)
		default:
			_, err := strconv.ParseFloat(value, 64)
			return value == "" || err == nil
		}
	}
	return false
}
