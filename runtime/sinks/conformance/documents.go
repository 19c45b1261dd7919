package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

func (s *suite) batches() {
	s.must(s.Sink.Put(s.Context(), s.target, nil))
	s.must(s.Sink.Delete(s.Context(), s.target, nil))
	found, err := s.get()
	s.must(err)
	if len(found) != 0 {
		s.Errorf("no key was asked for, and %d documents came", len(found))
	}
	const most = 1000
	var documents []denorm.SinkDocument
	var keys []string
	for n := range most {
		key := fmt.Sprint("k", n)
		keys = append(keys, key)
		documents = append(documents, denorm.SinkDocument{Key: key, Version: at(1), Body: body(n)})
	}
	s.must(s.Sink.Put(s.Context(), s.target, documents))
	for n := range documents {
		documents[n].Version, documents[n].Body = at(2), nil
	}
	s.must(s.Sink.Delete(s.Context(), s.target, documents[most/2:]))
	slices.Reverse(keys)
	found, err = s.get(keys...)
	s.must(err)
	for i, document := range found {
		n := most - 1 - i
		want := body(n)
		if n >= most/2 {
			want = nil
		}
		if document.Key != keys[i] || !same(document.Body, want) {
			s.Fatalf("the result for %s is %+v", keys[i], document)
		}
	}
}

func (s *suite) hostileKeys() {
	keys := []string{
		"1", "01", " 1", "1 ", "a/b", `a\b`, `"`, "'", "`", "$a", "a.b", "{a}", "%", "%25", "*", "?", "#", "A", "a", "é", "e\u0301", "日本", "\u202e",
		"😀", "null", "a\nb", "a\tb", ":", "a:b", ",", ";--", "<x>", "__proto__", "_id", strings.Repeat("long", 60),
	}
	for n, key := range keys {
		s.put(key, 1, n)
	}
	for n, key := range keys {
		s.want(key, body(n))
	}
	if !s.lists() {
		return
	}
	var listed []string
	for _, document := range s.list(7) {
		listed = append(listed, document.Key)
	}
	slices.Sort(listed)
	slices.Sort(keys)
	if !slices.Equal(listed, keys) {
		s.Errorf("listed are %q, want %q", listed, keys)
	}
}

// values come back as what they were, though perhaps written otherwise.
func (s *suite) values() {
	for n, text := range []string{
		`{"a":null,"b":true}`, `{"a":9007199254740991,"b":-1}`, `{"a":0.1,"b":-2.5e-3}`, `{"a":"","b":"é\u0001\u2028<&>\"\\"}`,
		`{"a":[],"b":{}}`, `{"a":[1,{"c":null}],"b":{"a":{"b":[{}]}}}`, `{}`, `{"a":"2020-01-02T03:04:05.678901234Z","b":"12345678901234567890.12"}`,
	} {
		key := fmt.Sprint("k", n)
		s.must(s.Sink.Put(s.Context(), s.target, []denorm.SinkDocument{{Key: key, Version: at(1), Body: []byte(text)}}))
		s.want(key, []byte(text))
	}
	s.maybe("nul", []byte(`{"a":"\u0000"}`), !s.NoNUL)
	s.maybe("nested", []byte(`{"a":[1,[2,[{"c":[]}]]],"b":[[]]}`), !s.NoNestedArrays)
}

// maybe writes a document that a store may refuse, for which there is then an error of its own.
func (s *suite) maybe(key string, text []byte, taken bool) {
	s.Helper()
	s.put(key, 1, "before")
	err := s.Sink.Put(s.Context(), s.target, []denorm.SinkDocument{
		{Key: key, Version: at(2), Body: text}, {Key: "beside " + key, Version: at(2), Body: body(1)},
	})
	s.want("beside "+key, body(1))
	if taken {
		s.must(err)
		s.want(key, text)
		return
	}
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || single.Documents[key] == nil {
		s.Errorf("the error for %s is %v, want that of one document", text, err)
	}
}

func (s *suite) fieldsOfOthers() {
	if s.SetField == nil {
		return
	}
	s.must(s.Sink.Put(s.Context(), s.target, []denorm.SinkDocument{{Key: "k", Version: at(1), Body: []byte(`{"a":1,"b":{"c":1}}`)}}))
	s.SetField(s.T, s.target.Collection, "k", "rank", json.RawMessage(`{"of":[7]}`))
	s.want("k", []byte(`{"a":1,"b":{"c":1},"rank":{"of":[7]}}`))
	s.must(s.Sink.Put(s.Context(), s.target, []denorm.SinkDocument{{Key: "k", Version: at(2), Body: []byte(`{"b":{"d":2}}`)}}))
	s.want("k", []byte(`{"b":{"d":2},"rank":{"of":[7]}}`))
	s.put("k", 1, "late")
	s.want("k", []byte(`{"b":{"d":2},"rank":{"of":[7]}}`))
	s.delete("k", 3)
	s.want("k", nil)
	s.put("k", 4, 4)
	s.want("k", body(4))
}

func (s *suite) tooLarge() {
	if s.MaxBytes == 0 {
		return
	}
	s.put("large", 1, "small")
	large := body(strings.Repeat("x", s.MaxBytes+1))
	err := s.Sink.Put(s.Context(), s.target, []denorm.SinkDocument{
		{Key: "before", Version: at(2), Body: body(1)}, {Key: "large", Version: at(2), Body: large}, {Key: "after", Version: at(2), Body: body(2)},
	})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || !errors.Is(single.Documents["large"], denorm.ErrTooLarge) {
		s.Fatalf("the error is %v, want one of denorm.ErrTooLarge", err)
	}
	s.want("before", body(1))
	s.want("after", body(2))
	s.delete("large", 2)
	s.want("large", nil)
	s.put("large", 3, "small again")
	s.want("large", body("small again"))
}
