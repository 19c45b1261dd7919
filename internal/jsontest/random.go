package jsontest

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"
)

// maxDepth is how deep random documents nest at most.
const maxDepth = 5

// random makes values of every kind that JSON treats on its own, and, if spoilt, now and then one that cannot be written.
type random struct {
	*rand.Rand
	spoilt bool // may hold what cannot be written
}

func (r random) fill(v reflect.Value, depth int) {
	if r.known(v) || r.IntN(6) == 0 {
		return // which leaves many zeros to omit
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Uint64()) >> r.IntN(64))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64() >> r.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.float())
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
		if depth < maxDepth {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem(), depth+1)
		}
	case reflect.Slice, reflect.Map:
		r.several(v, depth)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(map[string]any{r.text(): []any{r.text(), 1.5, true, nil}}))
		}
	}
}

// known fills types whose values are not any of their kind.
func (r random) known(v reflect.Value) bool {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		switch n := r.IntN(200); {
		case n == 0 && r.spoilt:
			*value = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
		case n < 5: // stays zero
		default:
			*value = time.Unix(r.Int64N(8e9)-4e9, r.Int64N(1e9)).In(time.FixedZone("", (r.IntN(47)-23)*1800))
		}
	case *json.RawMessage:
		texts := []string{"null", ` {"a<": [1, "b>  \" \\"]} `, "\"\u2028&\"", "\t[ true ,\n{ } ]", "-1.5e3"}
		*value = json.RawMessage(texts[r.IntN(len(texts))])
		switch n := r.IntN(100); {
		case n == 0 && r.spoilt:
			*value = json.RawMessage("{")
		case n < 5:
			*value = nil
		}
	case *json.Number:
		*value = json.Number([]string{"", "1", "-2.5e3", "0"}[r.IntN(4)])
	default:
		return false
	}
	return true
}

func (r random) several(v reflect.Value, depth int) {
	n := r.IntN(max(2, 5-depth))
	if v.Kind() == reflect.Map && v.Type().Elem().Kind() != reflect.Struct {
		n *= 3 // their order shows
	}
	if depth >= maxDepth {
		n = 0
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			r.fill(v.Index(i), depth+1)
		}
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range n {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		r.fill(key, depth+1)
		r.fill(value, depth+1)
		v.SetMapIndex(key, value)
	}
}

func (r random) float() float64 {
	switch n := r.IntN(200); {
	case n == 0 && r.spoilt:
		return math.NaN()
	case n == 1 && r.spoilt:
		return math.Inf(-1)
	}
	list := []float64{math.Copysign(0, -1), 1.5, -2.25, math.MaxFloat32, 1e-7, 1e21, 1e-6, 123456789, r.NormFloat64(), math.Ldexp(r.Float64(), r.IntN(200)-100)}
	return list[r.IntN(len(list))]
}

func (r random) text() string {
	pieces := []string{"", "a", "é", "\x00", "日本 text ", "<b>&\"\\", "\xff\xe2\x80", "\u2028\u2029", "plain words ", "\n\t\r\b\f\x1f\x7f", "😀", "it's"}
	var b strings.Builder
	for range r.IntN(8) {
		b.WriteString(strings.Repeat(pieces[r.IntN(len(pieces))], 1+r.IntN(4)))
	}
	return b.String()
}
