package mongosink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// mostLevels is how deep documents of MongoDB may be; deeper ones would make it refuse a whole command.
const mostLevels = 100

// parse reads a document, keeping the order of its fields.
func parse(body []byte) (bson.D, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	token, err := decoder.Token()
	if err != nil {
		return nil, errors.New("it is not JSON") // the decoder's error may show some of it
	}
	value, err := parseValue(decoder, token, 0)
	if err != nil {
		return nil, err
	}
	fields, ok := value.(bson.D)
	if !ok {
		return nil, errors.New("it is not an object")
	}
	for _, field := range fields {
		if err := checkField(field.Key); err != nil {
			return nil, fmt.Errorf("a field at its root %w", err)
		}
	}
	return fields, nil
}

// parseValue reads the value that a token begins.
func parseValue(decoder *json.Decoder, token json.Token, level int) (any, error) {
	switch token := token.(type) {
	case json.Number:
		return number(token.String())
	case json.Delim:
		if level == mostLevels {
			return nil, fmt.Errorf("it is deeper than %d levels", mostLevels)
		}
		if token == '[' {
			return parseArray(decoder, level+1)
		}
		return parseObject(decoder, level+1)
	default:
		return token, nil // a text, true, false or nil
	}
}

func parseArray(decoder *json.Decoder, level int) (any, error) {
	list := bson.A{}
	for decoder.More() {
		value, err := parseNext(decoder, level)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := decoder.Token()
	return list, broken(err)
}

func parseObject(decoder *json.Decoder, level int) (any, error) {
	fields := bson.D{}
	at := map[string]int{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, broken(err)
		}
		name, _ := token.(string)
		if strings.Contains(name, "\x00") {
			return nil, errors.New("the name of a field has U+0000")
		}
		value, err := parseNext(decoder, level)
		if err != nil {
			return nil, err
		}
		if i, twice := at[name]; twice { // then the last one counts
			fields[i].Value = value
			continue
		}
		at[name] = len(fields)
		fields = append(fields, bson.E{Key: name, Value: value})
	}
	_, err := decoder.Token()
	return fields, broken(err)
}

func parseNext(decoder *json.Decoder, level int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, broken(err)
	}
	return parseValue(decoder, token, level)
}

// broken keeps what the decoder says to itself, for that shows some of the document.
func broken(err error) error {
	if err == nil {
		return nil
	}
	return errors.New("it is not JSON")
}
