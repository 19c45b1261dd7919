package codectest

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"
)

// maxDepth is how deep random documents nest at most.
const maxDepth = 6

// random makes values that any codec of documents has to keep: UTC times, texts of valid UTF-8, finite
// numbers, valid JSON.
type random struct{ *rand.Rand }

func (r random) fill(v reflect.Value, depth int) {
	if r.known(v) {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.integer()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.integer())
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{0, 1.5, -2.25, math.MaxFloat32, r.NormFloat64()}[r.IntN(5)])
	case reflect.String:
		v.SetString(r.text())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				r.fill(v.Field(i), depth)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			r.fill(v.Index(i), depth)
		}
	case reflect.Pointer:
		if depth < maxDepth && r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem(), depth+1)
		}
	case reflect.Slice, reflect.Map:
		r.several(v, depth)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{r.text(): []any{r.text(), 1.5, true, nil}}))
	}
}

// known fills types whose values are not any of their kind.
func (r random) known(v reflect.Value) bool {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		if r.IntN(4) > 0 {
			*value = time.Unix(r.Int64N(8e9)-4e9, r.Int64N(1e9)).UTC()
		}
	case *json.RawMessage:
		*value = []json.RawMessage{nil, []byte("null"), []byte(`{"a": [1, "b"]}`)}[r.IntN(3)]
	default:
		return false
	}
	return true
}

func (r random) several(v reflect.Value, depth int) {
	n := r.IntN(5) - 1
	if depth >= maxDepth {
		n = min(n, 0)
	}
	switch {
	case n < 0: // stays nil
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			r.fill(v.Index(i), depth+1)
		}
	default:
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			r.fill(key, depth+1)
			r.fill(value, depth+1)
			v.SetMapIndex(key, value)
		}
	}
}

// integer is small or large; what is too large for a type is cut off by it.
func (r random) integer() uint64 { return r.Uint64() >> r.IntN(64) }

func (r random) text() string {
	return strings.Repeat([]string{"", "a", "é", "\x00", "日本 text "}[r.IntN(5)], 1+r.IntN(20))
}
