package denorm

import (
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// errArray says that text is not an array. It does not quote it.
var errArray = errors.New("malformed array")

// maxArrayDepth bounds nesting; PostgreSQL allows 6.
const maxArrayDepth = 6

// Array reads a slice from an SQL array in PostgreSQL's text form, or from a JSON array; nil for NULL.
// T is the slice type. An element that is NULL needs a pointer or a Scanner.
func Array[T any](row Row, i int) T {
	var value T
	if row.Null(i) {
		return value
	}
	text := row.Text(i)
	if err := readArray(text, &value); err != nil {
		row.Fail(i, fmt.Errorf("%w: %w", ErrValue, err))
		var zero T
		return zero
	}
	return value
}

func readArray(text string, into any) error {
	literal := withoutBounds(text)
	if !strings.HasPrefix(literal, "{") {
		return readJSON([]byte(text), into)
	}
	element, rest, err := parseArray(literal, 0)
	if err != nil {
		return err
	}
	if rest != "" {
		return errArray
	}
	return element.set(reflect.ValueOf(into).Elem())
}

// withoutBounds cuts the bounds from [1:2]={...}; JSON never looks like that.
func withoutBounds(text string) string {
	bounds, literal, found := strings.Cut(text, "={")
	if !found || !strings.HasPrefix(bounds, "[") || strings.Trim(bounds, "[]0123456789:-+") != "" {
		return text
	}
	return "{" + literal
}

// arrayElement is one element of an array literal.
type arrayElement struct {
	text  string
	null  bool
	array bool
	list  []arrayElement // of an array
}

// parseArray reads {a,"b",NULL,{...}} and returns what follows it.
func parseArray(text string, depth int) (array arrayElement, rest string, err error) {
	array.array = true
	if depth == maxArrayDepth || text == "" || text[0] != '{' {
		return array, "", errArray
	}
	text = strings.TrimLeft(text[1:], " ")
	if strings.HasPrefix(text, "}") {
		return array, text[1:], nil
	}
	for {
		var element arrayElement
		switch text = strings.TrimLeft(text, " "); {
		case strings.HasPrefix(text, "{"):
			element, text, err = parseArray(text, depth+1)
		case strings.HasPrefix(text, `"`):
			element.text, text, err = parseQuoted(text[1:])
		default:
			element, text, err = parseBare(text)
		}
		if err != nil {
			return array, "", err
		}
		array.list = append(array.list, element)
		text = strings.TrimLeft(text, " ")
		switch {
		case strings.HasPrefix(text, ","):
			text = text[1:]
		case strings.HasPrefix(text, "}"):
			return array, text[1:], nil
		default:
			return array, "", errArray
		}
	}
}

// parseQuoted reads up to the closing quote; a backslash quotes any character.
func parseQuoted(text string) (content, rest string, err error) {
	var unquoted strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return unquoted.String(), text[i+1:], nil
		case '\\':
			if i++; i == len(text) {
				return "", "", errArray
			}
		}
		unquoted.WriteByte(text[i])
	}
	return "", "", errArray
}

// parseBare reads an element without quotes.
func parseBare(text string) (element arrayElement, rest string, err error) {
	end := strings.IndexAny(text, `,{}"\`)
	if end < 0 || text[end] != ',' && text[end] != '}' {
		return element, "", errArray
	}
	element.text = strings.TrimRight(text[:end], " ")
	if element.text == "" {
		return element, "", errArray
	}
	element.null = strings.EqualFold(element.text, "NULL")
	return element, text[end:], nil
}

// set stores an element in a Go value.
func (e arrayElement) set(to reflect.Value) error {
	if scanner, ok := to.Addr().Interface().(sql.Scanner); ok && !e.array {
		if e.null {
			return scanner.Scan(nil)
		}
		return scanner.Scan(e.text)
	}
	if to.Kind() == reflect.Pointer {
		if e.null {
			to.SetZero()
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return e.set(to.Elem())
	}
	if e.null {
		return ErrNull
	}
	if e.array {
		return e.setList(to)
	}
	return e.setText(to)
}

func (e arrayElement) setList(to reflect.Value) error {
	if to.Kind() != reflect.Slice {
		return fmt.Errorf("%w: an array is not a %s", ErrValue, to.Type())
	}
	list := reflect.MakeSlice(to.Type(), len(e.list), len(e.list))
	for i, element := range e.list {
		if err := element.set(list.Index(i)); err != nil {
			return err
		}
	}
	to.Set(list)
	return nil
}

func (e arrayElement) setText(to reflect.Value) error {
	switch to.Interface().(type) {
	case time.Time:
		t, err := toTime(e.text)
		to.Set(reflect.ValueOf(t))
		return err
	}
	switch {
	case to.Kind() == reflect.String:
		to.SetString(e.text)
	case to.Kind() == reflect.Bool:
		b, err := toBool(e.text)
		to.SetBool(b)
		return err
	case to.CanInt():
		n, err := toInt64(e.text)
		if err == nil && to.OverflowInt(n) {
			err = misfit(e.text, "a "+to.Type().String())
		}
		to.SetInt(n)
		return err
	case to.CanUint():
		n, err := toUint64(e.text)
		if err == nil && to.OverflowUint(n) {
			err = misfit(e.text, "a "+to.Type().String())
		}
		to.SetUint(n)
		return err
	case to.CanFloat():
		f, err := toFloat64(e.text)
		if err == nil && to.OverflowFloat(f) {
			err = misfit(e.text, "a "+to.Type().String())
		}
		to.SetFloat(f)
		return err
	case to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8:
		content, found := strings.CutPrefix(e.text, `\x`)
		bytes, err := hex.DecodeString(content)
		if !found || err != nil {
			return misfit(e.text, "bytes in hexadecimal")
		}
		to.SetBytes(bytes)
	default:
		return fmt.Errorf("%w: array elements cannot be read into %s", ErrValue, to.Type())
	}
	return nil
}
