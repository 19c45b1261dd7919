package searchsink_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/searchfake"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/searchsink"
)

func TestNew(t *testing.T) {
	const fine = "http://localhost:9200"
	for name, test := range map[string]struct {
		address string
		option  searchsink.Option
		want    string
	}{
		"no scheme":             {"localhost:9200", nil, "http://host"},
		"no host":               {"http://", nil, "http://host"},
		"another scheme":        {"ftp://localhost", nil, "http://host"},
		"a query":               {fine + "?a=b", nil, "query"},
		"no address":            {"http://secret:secret@[::1", nil, "cannot be read"},
		"a path and a user":     {"https://user:secret@localhost/search/", nil, ""},
		"no prefix":             {fine, searchsink.Prefix(""), "prefix"},
		"an upper-case prefix":  {fine, searchsink.Prefix("Shop"), "prefix"},
		"a hidden prefix":       {fine, searchsink.Prefix("_shop"), "prefix"},
		"a prefix with a dash":  {fine, searchsink.Prefix("shop-"), "prefix"},
		"a prefix of letters":   {fine, searchsink.Prefix("büro"), "prefix"},
		"a long prefix":         {fine, searchsink.Prefix(strings.Repeat("x", 65)), "prefix"},
		"a fine prefix":         {fine, searchsink.Prefix("my-shop_2"), ""},
		"no bytes":              {fine, searchsink.MaxBytes(0), "from 1"},
		"too many bytes":        {fine, searchsink.MaxBytes(100<<20 + 1), "from 1"},
		"no client":             {fine, searchsink.Client(nil), "nil"},
		"a header of two lines": {fine, searchsink.Header("A", "b\r\nc"), "line breaks"},
		"no index":              {fine, searchsink.Index("books", nil), "read it"},
		"an index with aliases": {fine, searchsink.Index("books", []byte(`{"aliases":{}}`)), "aliases"},
		"an index of no source": {fine, searchsink.Index("books", []byte(`{"mappings":{"_source":{"enabled":false}}}`)), "_source"},
		"the sink's own field":  {fine, searchsink.Index("books", []byte(`{"mappings":{"properties":{"denorm_sink":{}}}}`)), "denorm_sink"},
		"a fine index":          {fine, searchsink.Index("books", []byte(`{"settings":{"number_of_shards":3}}`)), ""},
	} {
		var opts []searchsink.Option
		if test.option != nil {
			opts = append(opts, test.option)
		}
		_, err := searchsink.New(test.address, opts...)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: the error is %v, want one with %q", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells a password: %v", name, err)
		}
	}
}

// TestLayout reads what the package comment promises.
func TestLayout(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f)
	books := target("books", "1", "a")
	served(t, sink, nil, books)
	put(t, sink, books, document("42", 7, `{"a":1}`), document("gone", 7, `{"a":2}`))
	must(t, sink.Delete(t.Context(), books, []denorm.SinkDocument{document("gone", 8, "")}))
	if got := string(find(t, f, "denorm-books", "42")); got != `{"a":1}` {
		t.Errorf("readers find %s", got)
	}
	if got := find(t, f, "denorm-books", "gone"); got != nil {
		t.Errorf("readers find %s, which was deleted", got)
	}
	var answer struct {
		Found  bool            `json:"found"`
		Source json.RawMessage `json:"_source"`
	}
	_, text := ask(t, f, "GET", "/denorm-books-1/_doc/42", "")
	must(t, json.Unmarshal(text, &answer))
	const source = `{"denorm_sink":{"key":"42","version":"00000000000000000001.00000000000000000007"},"a":1}`
	if string(answer.Source) != source {
		t.Errorf("the source is %s, want %s", answer.Source, source)
	}
	_, text = ask(t, f, "GET", "/denorm-books/_doc/gone", "")
	must(t, json.Unmarshal(text, &answer))
	var gone struct {
		Sink struct{ Gone int64 } `json:"denorm_sink"`
		A    *int
	}
	must(t, json.Unmarshal(answer.Source, &gone))
	if !answer.Found || gone.A != nil || time.Since(time.UnixMilli(gone.Sink.Gone)).Abs() > time.Hour {
		t.Errorf("what was deleted is %s", answer.Source)
	}
}

// TestHostileNames has names, shapes and keys that try to be each other's, on engines that allow few names.
func TestHostileNames(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f)
	names := []string{"", ".", "..", "-", "a-b", "a", "A", ".61", "books", "books-1", "*", "_all", "a,b", "Bücher", "\x00\xff", "a b\r\n", strings.Repeat("a", 300), strings.Repeat("É", 200)}
	keys := []string{"", "a", "denorm-sink:", "denorm-sink:a", "\x00", "a\nb", `{"index":{}}`, strings.Repeat("é", 256), strings.Repeat("é", 257), strings.Repeat("k", 32766)}
	for n, name := range names {
		for _, shape := range []string{"1", "-1", strings.Repeat("s", 100)} {
			to := target(name, shape, "a")
			served(t, sink, nil, to)
			var all []denorm.SinkDocument
			for i, key := range keys {
				all = append(all, document(key, uint64(i+1), fmt.Sprintf(`{"a":"%d %s %d"}`, n, shape, i)))
			}
			put(t, sink, to, all...)
		}
	}
	for n, name := range names {
		for _, shape := range []string{"1", "-1", strings.Repeat("s", 100)} {
			to := target(name, shape, "a")
			found, err := sink.Get(t.Context(), to, keys)
			must(t, err)
			for i, d := range found {
				if w := fmt.Sprintf(`{"a":"%d %s %d"}`, n, shape, i); string(d.Body) != w || d.Key != keys[i] || d.Version.Seq != uint64(i+1) {
					t.Errorf("key %d of %q is %s, want %s", i, name, d.Body, w)
				}
			}
			listed, err := sink.Keys(t.Context(), to, "", 1000)
			must(t, err)
			var got []string
			for _, d := range listed {
				got = append(got, d.Key)
			}
			sorted := slices.DeleteFunc(slices.Sorted(slices.Values(keys)), func(key string) bool { return key == "" })
			if got = slices.DeleteFunc(got, func(key string) bool { return key == "" }); !slices.Equal(got, sorted) {
				t.Errorf("%q lists %d keys, want %d, or in another order", name, len(got), len(sorted))
			}
		}
	}
	err := sink.Put(t.Context(), target("books", "1", "a"), []denorm.SinkDocument{
		document("\xff", 1, `{}`), document(strings.Repeat("k", 32767), 1, `{}`), document("fine", 1, `{}`), document("list", 1, `[]`), document("half", 1, `{"a"`),
	})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 4 || single.Documents["fine"] != nil {
		t.Errorf("the error is %v, want one for four documents", err)
	}
}

func TestReservedField(t *testing.T) {
	sink := newSink(t, searchfake.New(t))
	if err := sink.Prepare(t.Context(), target("books", "1", "denorm_sink")); err == nil || !strings.Contains(err.Error(), "denorm_sink") {
		t.Errorf("the error is %v", err)
	}
}

func TestLargeVersions(t *testing.T) {
	sink := newSink(t, searchfake.New(t))
	versions := []denorm.Version{
		{}, {Seq: 1}, {Seq: 9}, {Seq: 10}, {Seq: 1<<53 + 1}, {Seq: 1<<53 + 2}, {Seq: math.MaxUint64 - 1}, {Seq: math.MaxUint64}, {Epoch: 1},
		{Epoch: 1<<53 + 1, Seq: 5}, {Epoch: 1<<53 + 2, Seq: 4}, {Epoch: math.MaxUint64, Seq: math.MaxUint64 - 1}, {Epoch: math.MaxUint64, Seq: math.MaxUint64},
	}
	books := target("books", "1", "a")
	served(t, sink, nil, books)
	for n, version := range versions {
		for _, older := range append(slices.Clone(versions[:n]), version, version) {
			put(t, sink, books, denorm.SinkDocument{Key: "k", Version: older, Body: []byte(`{"a":"` + older.String() + `"}`)})
		}
		if found := get(t, sink, books, "k"); found.Version != version || string(found.Body) != `{"a":"`+version.String()+`"}` {
			t.Errorf("found %v %s, want %v", found.Version, found.Body, version)
		}
	}
}

// TestHeaders has every request authenticated.
func TestHeaders(t *testing.T) {
	f := searchfake.New(t)
	authorized := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") != "ApiKey x" {
			t.Errorf("%s %s has no key", r.Method, r.URL.Path)
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
	sink := newSink(t, f, searchsink.Client(authorized), searchsink.Header("Authorization", "ApiKey x"))
	books := target("books", "1", "a")
	served(t, sink, nil, books)
	put(t, sink, books, document("k", 1, `{}`))
	want(t, sink, books, "k", `{}`)
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }
