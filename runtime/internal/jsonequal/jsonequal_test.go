package jsonequal

import "testing"

func TestDifference(t *testing.T) {
	for _, test := range []struct {
		a, b   string
		fields []string
		want   string
	}{
		{`{"a":1,"b":[1,{"c":null}]}`, ` { "b" : [1.0, {"c":null}], "a" : 1e0 } `, nil, ""},
		{`{"a":100}`, `{"a":1e2}`, nil, ""},
		{`{"a":9007199254740993}`, `{"a":9007199254740992}`, nil, "$.a"},
		{`{"a":0.1}`, `{"a":0.10000000000000001}`, nil, "$.a"},
		{`{"a":1e999999999}`, `{"a":1e999999999}`, nil, ""},
		{`{"a":1e999999999}`, `{"a":1e999999998}`, nil, "$.a"},
		{`{"a":-0}`, `{"a":0}`, nil, ""},
		{`{"a":"\u00e9"}`, `{"a":"é"}`, nil, ""},
		{`{"a":"1"}`, `{"a":1}`, nil, "$.a"},
		{`{"a":null}`, `{}`, nil, "$.a"},
		{`{}`, `{"a":null}`, nil, "$.a"},
		{`{"a":[1,2]}`, `{"a":[1]}`, nil, "$.a[1]"},
		{`{"a":[{"b":1}]}`, `{"a":[{"b":2}]}`, nil, "$.a[0].b"},
		{`{"a":{}}`, `{"a":[]}`, nil, "$.a"},
		{`{"a":[]}`, `{"a":{}}`, nil, "$.a"},
		{`{"a":true}`, `{"a":false}`, nil, "$.a"},
		{`{"a":1}`, `{"a":1,"rank":7}`, []string{"a"}, ""},
		{`{"a":1}`, `{"a":1,"b":7}`, []string{"a", "b"}, "$.b"},
		{`{"a":{"rank":1}}`, `{"a":{}}`, []string{"a"}, "$.a.rank"},
	} {
		got, err := Difference([]byte(test.a), []byte(test.b), test.fields)
		if err != nil || got != test.want {
			t.Errorf("%s and %s differ at %q, want %q (%v)", test.a, test.b, got, test.want, err)
		}
	}
	for _, broken := range []string{"", "{", `{"a":}`, `{} {}`, "nil"} {
		if _, err := Difference([]byte(`{}`), []byte(broken), nil); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
}
