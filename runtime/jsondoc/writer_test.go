package jsondoc

import (
	"encoding"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

// check compares what is written with json.Marshal of the value as a part of something, with errors and all.
func check(t *testing.T, name string, v any, write func(*Writer)) {
	t.Helper()
	want, wantErr := json.Marshal(v)
	got, err := Append([]byte("head"), new(int), func(w *Writer, _ *int) { write(w) })
	if string(got) != "head"+string(want) {
		t.Errorf("%s of %#v is\n%s, and of json.Marshal\nhead%s", name, v, got, want)
	}
	if reflect.TypeOf(err) != reflect.TypeOf(wantErr) || err != nil && err.Error() != wantErr.Error() {
		t.Errorf("%s of %#v fails with %v, and json.Marshal with %v", name, v, err, wantErr)
	}
}

func TestText(t *testing.T) {
	for _, s := range texts() {
		check(t, "Text", s, func(w *Writer) { w.Text(s) })
	}
}

func TestFloats(t *testing.T) {
	for _, v := range floats() {
		check(t, "Float64", v, func(w *Writer) { w.Float64(v) })
		check(t, "Float32", float32(v), func(w *Writer) { w.Float32(float32(v)) })
	}
}

func TestFloatErrorHasTheValue(t *testing.T) {
	_, err := Append(nil, new(int), func(w *Writer, _ *int) { w.Float32(float32(math.Inf(-1))) })
	unsupported, ok := errors.AsType[*json.UnsupportedValueError](err)
	if !ok || unsupported.Value.Kind() != reflect.Float32 || unsupported.Str != "-Inf" {
		t.Errorf("the error is %#v", err)
	}
}

func TestNumbers(t *testing.T) {
	for _, v := range []int64{0, 1, -1, math.MinInt64, math.MaxInt64} {
		check(t, "Int", v, func(w *Writer) { w.Int(v) })
		check(t, "Uint", uint64(v), func(w *Writer) { w.Uint(uint64(v)) })
	}
	for _, v := range []bool{true, false} {
		check(t, "Bool", v, func(w *Writer) { w.Bool(v) })
	}
}

func TestBytes(t *testing.T) {
	for _, v := range [][]byte{nil, {}, {0}, []byte("ab"), []byte("\xff<>")} {
		check(t, "Base64", v, func(w *Writer) { w.Base64(v) })
	}
	for _, s := range rawTexts() {
		check(t, "RawMessage", json.RawMessage(s), func(w *Writer) { w.RawMessage(json.RawMessage(s)) })
		pointer := new(json.RawMessage(s))
		check(t, "RawMessagePointer", pointer, func(w *Writer) { w.RawMessagePointer(pointer) })
	}
	check(t, "RawMessagePointer", (*json.RawMessage)(nil), func(w *Writer) { w.RawMessagePointer(nil) })
	check(t, "RawMessagePointer", new(json.RawMessage), func(w *Writer) { w.RawMessagePointer(new(json.RawMessage)) })
	check(t, "RawMessage", json.RawMessage(nil), func(w *Writer) { w.RawMessage(nil) })
}

func TestTimes(t *testing.T) {
	for _, v := range []time.Time{
		{}, time.Unix(0, 0).UTC(), time.Unix(1, 500), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2020, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600+30)), time.Date(2020, 1, 1, 0, 0, 0, 0, time.FixedZone("", 24*3600)),
		time.Date(2020, 1, 1, 0, 0, 0, 1000, time.FixedZone("x", -7*3600)), time.Now(),
	} {
		check(t, "Time", v, func(w *Writer) { w.Time(v) })
		check(t, "TimePointer", &v, func(w *Writer) { w.TimePointer(&v) })
	}
	check(t, "TimePointer", (*time.Time)(nil), func(w *Writer) { w.TimePointer(nil) })
}

type keyText string

func (keyText) MarshalText() ([]byte, error) { return []byte("not used for strings"), nil }

func TestKeys(t *testing.T) {
	texts := map[keyText]int{"b": 1, "a": 2, "": 3, "\xff": 4, "\xfe": 5, "<": 6}
	check(t, "TextKeys", texts, func(w *Writer) {
		w.Raw(`{`)
		for _, key := range TextKeys(texts) {
			w.TextKey(string(key))
			w.Int(int64(texts[key]))
		}
		w.Raw(`}`)
	})
	ints := map[int8]bool{-128: true, 127: false, 1: true, 10: true, 2: true, -1: false}
	check(t, "IntKeys", ints, func(w *Writer) {
		w.Raw(`{`)
		for _, key := range IntKeys(ints) {
			w.IntKey(int64(key))
			w.Bool(ints[key])
		}
		w.Raw(`}`)
	})
	uints := map[uint64]string{math.MaxUint64: "", 1: "a", 10: "b", 2: "[", 0: "{"}
	check(t, "UintKeys", uints, func(w *Writer) {
		w.Raw(`{`)
		for _, key := range UintKeys(uints) {
			w.UintKey(key)
			w.Text(uints[key])
		}
		w.Raw(`}`)
	})
}

// pointerText is marshalled only where it has an address.
type pointerText struct{ V string }

func (p *pointerText) MarshalText() ([]byte, error) {
	if p.V == "" {
		return nil, errors.New("empty")
	}
	return []byte("<" + p.V + ">"), nil
}

type pointerJSON struct{ V string }

func (p *pointerJSON) MarshalJSON() ([]byte, error) { return []byte(p.V), nil }

var (
	_ encoding.TextMarshaler = (*pointerText)(nil)
	_ json.Marshaler         = (*pointerJSON)(nil)
)

func TestAny(t *testing.T) {
	for _, v := range []pointerText{{"a"}, {""}} {
		check(t, "Any", &struct{ V pointerText }{v}, func(w *Writer) {
			w.Raw(`{"V":`).Any(&v)
			w.Raw(`}`)
		})
	}
	for _, v := range []pointerJSON{{`{"a": "<"}`}, {"x"}, {""}} {
		check(t, "Any", &struct{ V pointerJSON }{v}, func(w *Writer) {
			w.Raw(`{"V":`).Any(&v)
			w.Raw(`}`)
		})
		inner := &v
		check(t, "Any", struct{ V *pointerJSON }{inner}, func(w *Writer) {
			w.Raw(`{"V":`).Any(&inner)
			w.Raw(`}`)
		})
	}
}

func TestNilDocument(t *testing.T) {
	for name, got := range map[string]func() ([]byte, error){
		"Append":    func() ([]byte, error) { return Append[int](nil, nil, nil) },
		"AppendAny": func() ([]byte, error) { return AppendAny[int](nil, nil) },
	} {
		if text, err := got(); string(text) != "null" || err != nil {
			t.Errorf("%s of nil is %s, %v", name, text, err)
		}
	}
	if text, err := AppendAny([]byte("head"), new(func())); string(text) != "head" || err == nil {
		t.Errorf("AppendAny of a function is %s, %v", text, err)
	}
}

// The first error stays, and a document that holds itself is one.
func TestCycle(t *testing.T) {
	type node struct{ Children []*node }
	var write func(w *Writer, n *node)
	write = func(w *Writer, n *node) {
		if !w.Enter() {
			w.Any(n)
			return
		}
		w.Raw(`{"Children":[`)
		for _, child := range n.Children {
			w.Next()
			write(w, child)
		}
		w.Raw(`]}`)
		w.Leave()
	}
	root := &node{}
	root.Children = []*node{root, root}
	_, want := json.Marshal(root)
	_, err := Append(nil, root, write)
	if reflect.TypeOf(err) != reflect.TypeOf(want) || !strings.Contains(err.Error(), "encountered a cycle") {
		t.Errorf("the error is %v, and of json.Marshal %v", err, want)
	}
	deep := &node{Children: []*node{}}
	for range 3000 {
		deep = &node{Children: []*node{deep, {Children: []*node{}}}}
	}
	check(t, "deep", deep, func(w *Writer) { write(w, deep) })
}
