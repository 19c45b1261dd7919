package jsondoc

import (
	"encoding/json"
	"reflect"
)

// Any appends what encoding/json writes of the value that the pointer leads to. It is a pointer so that methods
// of both kinds of receivers are found, as they are in the fields of a document.
func (w *Writer) Any(pointer any) {
	if w.err != nil {
		return
	}
	text, err := json.Marshal(pointer)
	if err != nil {
		w.fail(pointedAt(err, pointer))
		return
	}
	w.buf = append(w.buf, text...)
}

// pointedAt names the type of the value rather than that of the pointer to it.
func pointedAt(err error, pointer any) error {
	if failed, ok := err.(*json.MarshalerError); ok && failed.Type == reflect.TypeOf(pointer) {
		failed.Type = failed.Type.Elem()
	}
	return err
}

// RawMessage appends JSON text without its white space; nil is null. Invalid text is an error.
func (w *Writer) RawMessage(v json.RawMessage) {
	switch {
	case v == nil:
		w.buf = append(w.buf, "null"...)
	case json.Valid(v):
		w.compact(v)
	default:
		w.Any(new(v))
	}
}

// RawMessagePointer appends JSON text like RawMessage, null for nil.
func (w *Writer) RawMessagePointer(v *json.RawMessage) {
	switch {
	case v == nil || *v == nil:
		w.buf = append(w.buf, "null"...)
	case json.Valid(*v):
		w.compact(*v)
	default:
		w.Any(new(v))
	}
}

// compact appends valid JSON text without white space, and with what HTML could misread escaped.
func (w *Writer) compact(v []byte) {
	dst, start, quoted := w.buf, 0, false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\':
			i++ // only texts have backslashes, and what follows ends no text
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if !quoted {
				dst = append(dst, v[start:i]...)
				start = i + 1
			}
		case c == '<' || c == '>' || c == '&':
			dst = append(append(dst, v[start:i]...), '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
			start = i + 1
		case c == 0xe2 && i+2 < len(v) && v[i+1] == 0x80 && v[i+2]&^1 == 0xa8:
			dst = append(append(dst, v[start:i]...), '\\', 'u', '2', '0', '2', hex[v[i+2]&0xf])
			start = i + 3
			i += 2
		}
	}
	w.buf = append(dst, v[start:]...)
}

// IsEmpty tells whether encoding/json leaves the value that the pointer leads to out under omitempty.
func IsEmpty[T any](pointer *T) bool {
	v := reflect.ValueOf(pointer).Elem()
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct, reflect.Complex64, reflect.Complex128, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return false
	default:
		return v.IsZero()
	}
}

// IsZero tells whether encoding/json leaves the value that the pointer leads to out under omitzero: by its
// IsZero method if it has one.
func IsZero[T any](pointer *T) bool {
	v := reflect.ValueOf(pointer).Elem()
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() || !v.Type().Implements(reflect.TypeFor[zeroer]()) {
			return v.IsNil()
		}
		if inner := v.Elem(); inner.Kind() == reflect.Pointer && inner.IsNil() {
			return true
		}
	case reflect.Pointer:
		if v.IsNil() {
			return true
		}
	}
	if z, ok := any(*pointer).(zeroer); ok {
		return z.IsZero()
	}
	if z, ok := any(pointer).(zeroer); ok {
		return z.IsZero()
	}
	return v.IsZero()
}

type zeroer interface{ IsZero() bool }
