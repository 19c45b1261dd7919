package denormtest

import (
	"bytes"
	"cmp"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// columns are the values of a key, one a column: the fields of a struct, else the key itself.
func columns(key any) []any {
	v := reflect.ValueOf(key)
	if v.Kind() != reflect.Struct {
		return []any{key}
	}
	switch key.(type) {
	case time.Time, driver.Valuer:
		return []any{key}
	}
	values := make([]any, 0, v.NumField())
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			values = append(values, v.Field(i).Interface())
		}
	}
	return values
}

// compareKeys orders keys column by column.
func compareKeys[K comparable](a, b K) int {
	if a == b {
		return 0
	}
	others := columns(b)
	for i, value := range columns(a) {
		if order := compareValues(value, others[i]); order != 0 {
			return order
		}
	}
	return 0
}

// compareValues orders two values of a column as databases do that compare text by its bytes.
func compareValues(a, b any) int {
	if a, ok := a.([]byte); ok {
		if b, ok := b.([]byte); ok {
			return bytes.Compare(a, b)
		}
	}
	x, y := plain(a), plain(b)
	switch x := x.(type) {
	case int64:
		switch y := y.(type) {
		case int64:
			return cmp.Compare(x, y)
		case uint64: // of more than 63 bits
			return -1
		}
	case uint64:
		switch y := y.(type) {
		case int64:
			return 1
		case uint64:
			return cmp.Compare(x, y)
		}
	case float64:
		if y, ok := y.(float64); ok {
			return cmp.Compare(x, y)
		}
	case string:
		if y, ok := y.(string); ok {
			return strings.Compare(x, y)
		}
	case []byte:
		if y, ok := y.([]byte); ok {
			return bytes.Compare(x, y)
		}
	case time.Time:
		if y, ok := y.(time.Time); ok {
			return x.Compare(y)
		}
	}
	return strings.Compare(fmt.Sprint(x), fmt.Sprint(y)) // false and true; arrays of bytes, in hexadecimal
}

// plain is a value as it is bound.
func plain(value any) any {
	bound, err := driver.DefaultParameterConverter.ConvertValue(value)
	if err == nil {
		return bound
	}
	v := reflect.ValueOf(value)
	switch {
	case v.IsValid() && v.CanUint(): // of more than 63 bits
		return v.Uint()
	case v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8:
		return fmt.Sprintf("%x", value)
	default:
		return fmt.Sprint(value)
	}
}

// checkPrefix refuses a prefix of more values than the key has columns.
func checkPrefix[K comparable](prefix []any) error {
	var key K
	if n := len(columns(key)); len(prefix) > n {
		return fmt.Errorf("%w: Prefix has %d values, the key %d columns", denorm.ErrValue, len(prefix), n)
	}
	return nil
}

// hasPrefix tells whether the first columns of a key equal values.
func hasPrefix[K comparable](key K, prefix []any) bool {
	if len(prefix) == 0 {
		return true
	}
	values := columns(key)
	for i, value := range prefix {
		if compareValues(values[i], value) != 0 {
			return false
		}
	}
	return true
}
