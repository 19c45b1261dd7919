// Package jsonequal compares JSON documents by what they say: stores write numbers and texts in their own ways.
package jsonequal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Difference tells where two documents differ first, as in $.authors[2].name, and "" where they are equal. Of objects at
// the root only the fields of a list count, unless that is nil. What is no JSON is an error.
func Difference(a, b []byte, fields []string) (string, error) {
	x, err := parse(a, fields)
	if err != nil {
		return "", err
	}
	y, err := parse(b, fields)
	if err != nil {
		return "", err
	}
	return difference("$", x, y), nil
}

func parse(text []byte, fields []string) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read a JSON document: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("read a JSON document: something follows it")
	}
	if object, ok := value.(map[string]any); ok && fields != nil {
		maps.DeleteFunc(object, func(name string, _ any) bool { return !slices.Contains(fields, name) })
	}
	return value, nil
}

func difference(path string, a, b any) string {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return path
		}
		for _, name := range slices.Sorted(maps.Keys(a)) {
			other, ok := b[name]
			if !ok {
				return path + "." + name
			}
			if at := difference(path+"."+name, a[name], other); at != "" {
				return at
			}
		}
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if _, ok := a[name]; !ok {
				return path + "." + name
			}
		}
		return ""
	case []any:
		b, ok := b.([]any)
		if !ok {
			return path
		}
		for i := range min(len(a), len(b)) {
			if at := difference(fmt.Sprintf("%s[%d]", path, i), a[i], b[i]); at != "" {
				return at
			}
		}
		if len(a) != len(b) {
			return fmt.Sprintf("%s[%d]", path, min(len(a), len(b)))
		}
		return ""
	case json.Number:
		if b, ok := b.(json.Number); ok && (a == b || same(a, b)) {
			return ""
		}
		return path
	}
	if a != b {
		return path
	}
	return ""
}

// same tells whether two numbers are one: 1e2 is 100. Those with huge exponents are compared as they are written, for
// as numbers they would fill the memory.
func same(a, b json.Number) bool {
	x, okX := number(string(a))
	y, okY := number(string(b))
	return okX && okY && x.Cmp(y) == 0
}

func number(text string) (*big.Rat, bool) {
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		const far = 400 // more than any float has
		if exponent, err := strconv.Atoi(text[at+1:]); err != nil || exponent > far || exponent < -far {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}
