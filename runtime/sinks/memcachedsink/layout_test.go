package memcachedsink_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memcachedsink"
)

func TestNew(t *testing.T) {
	client := connect(t, "127.0.0.1:1")
	endless := connect(t, "127.0.0.1:1")
	endless.Timeout = -1
	for name, test := range map[string]struct {
		client *memcache.Client
		option memcachedsink.Option
		want   string
	}{
		"no client":                {nil, nil, "no client"},
		"no timeout":               {endless, nil, "Timeout"},
		"a space in the prefix":    {client, memcachedsink.Prefix("a b"), "visible"},
		"a newline in the prefix":  {client, memcachedsink.Prefix("a\r\n"), "visible"},
		"not ASCII in the prefix":  {client, memcachedsink.Prefix("é"), "visible"},
		"a prefix that is long":    {client, memcachedsink.Prefix(strings.Repeat("x", 128)), ""},
		"a prefix that is longer":  {client, memcachedsink.Prefix(strings.Repeat("x", 129)), "128"},
		"no bytes":                 {client, memcachedsink.MaxBytes(0), "from 1"},
		"too many bytes":           {client, memcachedsink.MaxBytes(1<<30 + 1), "from 1"},
		"a life that is short":     {client, memcachedsink.TTL(time.Hour - 1), "an hour"},
		"a life that is long":      {client, memcachedsink.TTL(30*24*time.Hour + 1), "30 days"},
		"a life that is long just": {client, memcachedsink.TTL(30 * 24 * time.Hour), ""},
		"no prefix":                {client, memcachedsink.Prefix(""), ""},
	} {
		var opts []memcachedsink.Option
		if test.option != nil {
			opts = append(opts, test.option)
		}
		_, err := memcachedsink.New(test.client, opts...)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: the error is %v, want one with %q", name, err, test.want)
		}
	}
}

// TestLayout reads what the package comment promises, byte by byte.
func TestLayout(t *testing.T) {
	client := connect(t, testservers.NewMemcached(t).Address)
	sink := newSink(t, client)
	put(t, sink, "books", document("42", 5, "{\"a\":1}\r\n "), document("gone", 7, `{"a":3}`), document("a b", 7, `{}`))
	remove(t, sink, "books", document("gone", 8, ""))
	for key, want := range map[string]string{
		"denorm-sink:books:42":    "{\"a\":1}\n\t\n\t \t",
		"denorm-sink:books:gone":  "null\n\t\n\t   ",
		"denorm-sink:books:a%20b": "{}\n\t\n\t\t\t",
	} {
		item, err := client.Get(key)
		if err != nil || string(item.Value) != want {
			t.Errorf("%s is %+v (%v), want %q", key, item, err, want)
		}
	}
}

// TestHostileNames has names and keys that try to be each other's, and some that have to be hashed.
func TestHostileNames(t *testing.T) {
	client := connect(t, testservers.NewMemcached(t).Address)
	const prefix = "hostile:"
	sink := newSink(t, client, memcachedsink.Prefix(prefix))
	names := []string{"", "%", "%25", "%%", ":", "a", "a:", "a:b", "books", "books:a", "Bücher", "\x00\xff", "a\r\nb", strings.Repeat("%", 300), strings.Repeat("a", 243)}
	keys := []string{"", "a", ":a", "b", "%", "%%", "\x00", "\xff\xfe", "a\r\nb", "a b", strings.Repeat("é", 100), strings.Repeat("é", 101), strings.Repeat("k", 4000)}
	for n, name := range names {
		var all []denorm.SinkDocument
		for i, key := range keys {
			all = append(all, document(key, uint64(i+1), fmt.Sprintf(`{"a":"%d %d"}`, n, i)))
		}
		put(t, sink, name, all...)
	}
	for n, name := range names {
		found, err := sink.Get(t.Context(), target(name), keys)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range found {
			want := fmt.Sprintf(`{"a":"%d %d"}`, n, i)
			if string(d.Body) != want || d.Key != keys[i] || d.Version.Seq != uint64(i+1) {
				t.Errorf("%q of %q is %+v, want %s", keys[i], name, d, want)
			}
			if got := read(t, client, prefix, name, keys[i]); string(got) != want {
				t.Errorf("%q of %q is %s for readers, want %s", keys[i], name, got, want)
			}
		}
	}
}

func TestLargeVersions(t *testing.T) {
	client := connect(t, testservers.NewMemcached(t).Address)
	versions := []denorm.Version{
		{}, {Seq: 1}, {Seq: 9}, {Seq: 10}, {Seq: 1<<53 + 1}, {Seq: 1<<53 + 2}, {Seq: math.MaxUint64 - 1}, {Seq: math.MaxUint64}, {Epoch: 1},
		{Epoch: 1<<53 + 1, Seq: 5}, {Epoch: 1<<53 + 2, Seq: 4}, {Epoch: math.MaxUint64, Seq: math.MaxUint64 - 1}, {Epoch: math.MaxUint64, Seq: math.MaxUint64},
	}
	sink := newSink(t, client, memcachedsink.Prefix("versions:"))
	for n, version := range versions {
		for _, older := range append(slices.Clone(versions[:n]), version, version) {
			put(t, sink, "books", denorm.SinkDocument{Key: "k", Version: older, Body: []byte(`{"a":"` + older.String() + `"}`)})
		}
		found := get(t, sink, "books", "k")
		var body struct{ A string }
		if err := json.Unmarshal(found.Body, &body); err != nil {
			t.Fatal(err)
		}
		if found.Version != version || body.A != version.String() {
			t.Errorf("the version is %v, the document's %s, want %v", found.Version, body.A, version)
		}
	}
}
