package wire

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// EncodeJSON appends a value in the form that encoding/json gives it, for types whose inside generated code
// cannot see. So it loses what encoding/json loses: fields that are not exported or have the tag json:"-",
// the difference of nil and empty under omitempty, bytes that are no UTF-8. An interface is an error unless
// it holds what encoding/json reads into one.
func EncodeJSON[T any](e *Encoder, v *T) {
	if reflect.TypeFor[T]().Kind() == reflect.Interface && !native(any(*v)) {
		e.Fail(fmt.Errorf("a %T within an interface has no binary form", any(*v)))
		return
	}
	data, err := json.Marshal(v)
	if err != nil {
		e.Fail(err)
		return
	}
	e.Blob(data)
}

// DecodeJSON reads what EncodeJSON appended.
func DecodeJSON[T any](d *Decoder, v *T) {
	if data := d.Blob(); d.err == nil {
		d.Fail(corruption(json.Unmarshal(data, v)))
	}
}

// native tells whether a value is what encoding/json reads into an interface.
func native(v any) bool {
	switch v := v.(type) {
	case nil, bool, float64, string:
		return true
	case []any:
		for _, element := range v {
			if !native(element) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, element := range v {
			if !native(element) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// kind says how a value of a Scanner was encoded.
type kind = uint64

const (
	kindNull kind = iota
	kindInt
	kindFloat
	kindBool
	kindText
	kindBlob
	kindTime
	kindJSON
)

// EncodeScanned appends a value whose type is a Scanner: what its Value method returns for the database, or
// JSON, which by encoding/json includes text marshalling, if it has none.
func EncodeScanned[T any](e *Encoder, v *T) {
	valuer, ok := any(v).(driver.Valuer)
	if !ok {
		e.Uint(kindJSON)
		EncodeJSON(e, v)
		return
	}
	value, err := valuer.Value()
	if err != nil {
		e.Fail(err)
		return
	}
	switch value := value.(type) {
	case nil:
		e.Uint(kindNull)
	case int64:
		e.Uint(kindInt)
		e.Int(value)
	case float64:
		e.Uint(kindFloat)
		e.Float(value)
	case bool:
		e.Uint(kindBool)
		e.Bool(value)
	case string:
		e.Uint(kindText)
		e.Text(value)
	case []byte:
		e.Uint(kindBlob)
		e.Blob(value)
	case time.Time:
		e.Uint(kindTime)
		e.Time(value)
	default:
		e.Fail(fmt.Errorf("the Value method of %T returns a %T, which is no driver.Value", v, value))
	}
}

// DecodeScanned reads what EncodeScanned appended, by the Scan method of *T or by encoding/json. Scan gets
// bytes that it may keep only as a copy, as from a database.
func DecodeScanned[T any](d *Decoder, v *T) {
	var value driver.Value
	switch d.Uint() {
	case kindNull:
	case kindInt:
		value = d.Int()
	case kindFloat:
		value = d.Float()
	case kindBool:
		value = d.Bool()
	case kindText:
		value = d.Text()
	case kindBlob:
		value = d.Blob()
	case kindTime:
		value = d.Time()
	case kindJSON:
		DecodeJSON(d, v)
		return
	default:
		d.corrupt("an unknown kind of value")
	}
	scanner, ok := any(v).(sql.Scanner)
	switch {
	case d.err != nil:
	case !ok:
		d.Fail(fmt.Errorf("%T has no Scan method", v))
	default:
		d.Fail(corruption(scanner.Scan(value)))
	}
}

// corruption marks an error of foreign code as one of the bytes, without their text.
func corruption(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("%w: invalid JSON at its byte %d", ErrCorrupt, syntax.Offset)
	default:
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
}
