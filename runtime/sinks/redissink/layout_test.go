package redissink_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
)

func newSink(t *testing.T, client redis.UniversalClient, opts ...redissink.Option) *redissink.Sink {
	t.Helper()
	sink, err := redissink.New(client, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func target(collection string) *denorm.SinkTarget {
	return &denorm.SinkTarget{Collection: collection, Shape: "0123456789abcdef", Fields: []string{"a"}}
}

func document(key string, seq uint64, body string) denorm.SinkDocument {
	d := denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: 1, Seq: seq}}
	if body != "" {
		d.Body = []byte(body)
	}
	return d
}

func put(t *testing.T, sink denorm.Sink, collection string, documents ...denorm.SinkDocument) {
	t.Helper()
	if err := sink.Put(t.Context(), target(collection), documents); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, sink denorm.Sink, collection string, documents ...denorm.SinkDocument) {
	t.Helper()
	if err := sink.Delete(t.Context(), target(collection), documents); err != nil {
		t.Fatal(err)
	}
}

// wantOf compares the answer of a command as text.
func wantOf(t *testing.T, client redis.UniversalClient, want string, command ...any) {
	t.Helper()
	got, err := client.Do(t.Context(), command...).Result()
	if err != nil && err != redis.Nil {
		t.Fatalf("%v: %v", command, err)
	}
	if text := fmt.Sprint(got); text != want {
		t.Errorf("%v answers %s, want %s", command, text, want)
	}
}

// TestLayout reads what the package comment promises.
func TestLayout(t *testing.T) {
	client := connect(t, &redis.Options{Addr: miniredis.RunT(t).Addr()})
	sink := newSink(t, client)
	put(t, sink, "books", document("42", 7, `{"a":1}`), document("43", 7, `{"a":2}`), document("gone", 7, `{"a":3}`))
	remove(t, sink, "books", document("gone", 8, ""))
	wantOf(t, client, `{"a":1}`, "GET", "denorm-sink:{books}:42")
	wantOf(t, client, "[42 43]", "ZRANGEBYLEX", "denorm-sink:{books}/keys", "-", "+", "LIMIT", 0, 100)
	wantOf(t, client, "[43]", "ZRANGEBYLEX", "denorm-sink:{books}/keys", "(42", "+", "LIMIT", 0, 100)
	wantOf(t, client, "0", "ZSCORE", "denorm-sink:{books}/keys", "42")
	wantOf(t, client, "00000000000000000001.00000000000000000007", "HGET", "denorm-sink:{books}/versions", "42")
	wantOf(t, client, "00000000000000000001.00000000000000000008", "HGET", "denorm-sink:{books}/versions", "gone")
	wantOf(t, client, "[gone]", "ZRANGE", "denorm-sink:{books}/tombstones", 0, -1)
	put(t, sink, "books", document("gone", 9, `{"a":4}`))
	wantOf(t, client, "0", "EXISTS", "denorm-sink:{books}/tombstones")
	wantOf(t, client, "[42 43 gone]", "ZRANGE", "denorm-sink:{books}/keys", 0, -1)
	put(t, newSink(t, client, redissink.Prefix("")), "a b%", document("1", 7, `{}`))
	wantOf(t, client, "{}", "GET", "{a%20b%25}:1")
}

// TestHostileCollections has names and keys that try to be each other's, in a cluster, where a script fails whose keys
// are not in one slot.
func TestHostileCollections(t *testing.T) {
	client := connectCluster(t, &redis.ClusterOptions{Addrs: testservers.RedisCluster(t)})
	names := []string{"", "%", "%25", "{", "}", "{}", "}{", "{books}", "books}", "books}:", "books}/keys", "{books", "books", "books/keys",
		"books:a", "%7Bbooks%7D", "Bücher", "\x00\xff", "a\r\nb", strings.Repeat("{", 300)}
	keys := []string{"a", ":a", "/keys", "keys", "}", "{x}", "\x00", "\xff\xfe", "a\r\nb", "", "}/versions"}
	sink := newSink(t, client, redissink.Prefix("hostile:"))
	for n, name := range names {
		for i, key := range keys {
			put(t, sink, name, document(key, uint64(i+1), fmt.Sprintf(`{"a":"%d %d"}`, n, i)))
		}
	}
	for n, name := range names {
		found, err := sink.Get(t.Context(), target(name), keys)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range found {
			if want := fmt.Sprintf(`{"a":"%d %d"}`, n, i); string(d.Body) != want || d.Key != keys[i] || d.Version.Seq != uint64(i+1) {
				t.Errorf("%q of %q is %+v, want %s", keys[i], name, d, want)
			}
		}
		listed, err := sink.Keys(t.Context(), target(name), "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range listed {
			got = append(got, d.Key)
		}
		want := slices.DeleteFunc(slices.Sorted(slices.Values(keys)), func(key string) bool { return key == "" }) // "" is before the first one
		if !slices.Equal(got, want) {
			t.Errorf("%q lists %q, want %q", name, got, want)
		}
	}
}

// TestLargeVersions compares numbers of which a double does not know the last digits.
func TestLargeVersions(t *testing.T) {
	client := connect(t, &redis.Options{Addr: testservers.Redis(t)})
	versions := []denorm.Version{
		{}, {Seq: 1}, {Seq: 9}, {Seq: 10}, {Seq: 1<<53 + 1}, {Seq: 1<<53 + 2}, {Seq: math.MaxUint64 - 1}, {Seq: math.MaxUint64}, {Epoch: 1},
		{Epoch: 1<<53 + 1, Seq: 5}, {Epoch: 1<<53 + 2, Seq: 4}, {Epoch: math.MaxUint64, Seq: math.MaxUint64 - 1}, {Epoch: math.MaxUint64, Seq: math.MaxUint64},
	}
	sink := newSink(t, client, redissink.Prefix("versions:"))
	for n, version := range versions {
		for _, older := range append(slices.Clone(versions[:n]), version, version) {
			d := denorm.SinkDocument{Key: "k", Version: older, Body: []byte(`{"a":"` + older.String() + `"}`)}
			put(t, sink, "books", d)
		}
		found, err := sink.Get(t.Context(), target("books"), []string{"k"})
		if err != nil {
			t.Fatal(err)
		}
		var body struct{ A string }
		if err := json.Unmarshal(found[0].Body, &body); err != nil {
			t.Fatal(err)
		}
		if found[0].Version != version || body.A != version.String() {
			t.Errorf("the version is %v, the document's %s, want %v", found[0].Version, body.A, version)
		}
	}
}
