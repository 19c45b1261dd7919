package denorm

import (
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestArray(t *testing.T) {
	text := func(s string) *string { return &s }
	for literal, want := range map[string]any{
		`{}`:                         []string{},
		` [] `:                       []string{},
		`{a,b}`:                      []string{"a", "b"},
		`{ a , "b c" }`:              []string{"a", "b c"},
		`{"a\"b","\\","{x,y}",""}`:   []string{`a"b`, `\`, "{x,y}", ""},
		`{"NULL",nullable}`:          []string{"NULL", "nullable"},
		`["a","b"]`:                  []string{"a", "b"},
		`[0:1]={a,b}`:                []string{"a", "b"},
		`["={"]`:                     []string{"={"},
		`{1,-2}`:                     []int64{1, -2},
		`[1,2]`:                      []int64{1, 2},
		`{1.5,NaN}`:                  nil,
		`{1.5,2}`:                    []float64{1.5, 2},
		`{t,f}`:                      []bool{true, false},
		`{NULL,x}`:                   []*string{nil, text("x")},
		`{x,NULL}`:                   []sql.NullString{{String: "x", Valid: true}, {}},
		`{{1,2},{3,4}}`:              [][]int{{1, 2}, {3, 4}},
		`{"\\x6869","\\x"}`:          [][]byte{[]byte("hi"), {}},
		`{255,0}`:                    []uint16{255, 0},
		`{"2024-02-29 01:02:03+01"}`: []time.Time{time.Date(2024, 2, 29, 0, 2, 3, 0, time.UTC)},
		`[1:2][1:1]={{"a"},{"b"}}`:   [][]string{{"a"}, {"b"}},
	} {
		if want == nil {
			continue
		}
		into := reflect.New(reflect.TypeOf(want))
		if err := readArray(literal, into.Interface()); err != nil {
			t.Errorf("%s: %v", literal, err)
		} else if got := into.Elem().Interface(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, want %#v", literal, got, want)
		}
	}
	for _, literal := range []string{
		``, `{`, `}`, `{a`, `{a,}`, `{,a}`, `{"a}`, `{"a"b}`, `{a}b`, `{a"b}`, `{{{{{{{x}}}}}}}`, `{"\`, `[`, `[1:2]`, `x`,
		`{a\,b}`, `{NULL}`, `{{a}}`,
	} {
		row := one(literal)
		if got := Array[[]string](row, 0); !errors.Is(row.failed, ErrValue) {
			t.Errorf("%s: got %v, %v", literal, got, row.failed)
		}
	}
	for _, literal := range []string{`{300}`, `{x}`, `{1.5}`, `{-1}`} {
		row := one(literal)
		if got := Array[[]uint16](row, 0); literal != `{300}` && row.failed == nil {
			t.Errorf("%s: got %v", literal, got)
		}
	}
	if got := Array[[]int](one(nil), 0); got != nil {
		t.Errorf("NULL: %v", got)
	}
}

// What is written as an array reads back as it was.
func FuzzArrayLiteral(f *testing.F) {
	for _, seed := range []string{"", "a", `"`, `\`, "{", "},{", "NULL", " ", "\x00", "ä"} {
		f.Add(seed, seed+"x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		want := []string{a, b, a}
		var got []string
		if err := readArray(arrayLiteral("{}", []any{a, b, a}), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	})
}

// Foreign text must be refused or read, never crash, and JSON must read as JSON.
func FuzzReadArray(f *testing.F) {
	for _, seed := range []string{`{a,"b\"c",NULL}`, `{{1,2},{3}}`, `[1:2]={1,2}`, `["a"]`, `{"`, `[`, `[-1:2][3:4]={{}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var flat, want []string
		err := readArray(text, &flat)
		if json.Unmarshal([]byte(text), &want) == nil && (err != nil || !reflect.DeepEqual(flat, want)) {
			t.Errorf("%q: got %q, %v; want %q", text, flat, err, want)
		}
		var nested [][]*int
		_ = readArray(text, &nested)
		var times []time.Time
		_ = readArray(text, &times)
	})
}
