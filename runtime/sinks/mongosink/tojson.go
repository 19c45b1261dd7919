package mongosink

import (
	"encoding/json"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// render writes a stored document as JSON, without what is the sink's.
func render(document bson.Raw) ([]byte, error) {
	return renderObject(nil, document, true)
}

func renderObject(text []byte, document bson.Raw, root bool) ([]byte, error) {
	elements, err := document.Elements()
	if err != nil {
		return nil, fmt.Errorf("read BSON: %w", err)
	}
	text = append(text, '{')
	first := true
	for _, element := range elements {
		name := element.Key()
		if root && (name == idField || name == ownField) {
			continue
		}
		if !first {
			text = append(text, ',')
		}
		first = false
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		text = append(append(text, quoted...), ':')
		if text, err = renderValue(text, element.Value()); err != nil {
			return nil, err
		}
	}
	return append(text, '}'), nil
}

func renderValue(text []byte, value bson.RawValue) ([]byte, error) {
	switch value.Type {
	case bson.TypeEmbeddedDocument:
		return renderObject(text, value.Document(), false)
	case bson.TypeArray:
		values, err := value.Array().Values()
		if err != nil {
			return nil, fmt.Errorf("read BSON: %w", err)
		}
		text = append(text, '[')
		for i, value := range values {
			if i > 0 {
				text = append(text, ',')
			}
			if text, err = renderValue(text, value); err != nil {
				return nil, err
			}
		}
		return append(text, ']'), nil
	}
	plain, err := renderPlain(value)
	return append(text, plain...), err
}

// renderPlain writes a value without others in it. Types that JSON lacks, of fields of others, are written as MongoDB's
// relaxed extended JSON.
func renderPlain(value bson.RawValue) ([]byte, error) {
	switch value.Type {
	case bson.TypeNull:
		return []byte("null"), nil
	case bson.TypeBoolean:
		return json.Marshal(value.Boolean())
	case bson.TypeString:
		return json.Marshal(value.StringValue())
	case bson.TypeInt32:
		return json.Marshal(value.Int32())
	case bson.TypeInt64:
		return json.Marshal(value.Int64())
	case bson.TypeDouble:
		if f := value.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return json.Marshal(f)
		}
	case bson.TypeDecimal128:
		if d := value.Decimal128(); !d.IsNaN() && d.IsInf() == 0 {
			return []byte(d.String()), nil
		}
	}
	text, err := bson.MarshalExtJSON(bson.D{{Key: "v", Value: value}}, false, false)
	if err != nil {
		return nil, fmt.Errorf("write a value as JSON: %w", err)
	}
	var only struct {
		V json.RawMessage `json:"v"`
	}
	if err := json.Unmarshal(text, &only); err != nil {
		return nil, fmt.Errorf("write a value as JSON: %w", err)
	}
	return only.V, nil
}
