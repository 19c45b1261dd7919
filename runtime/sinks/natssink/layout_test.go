package natssink_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/natssink"
)

func TestNew(t *testing.T) {
	js := fresh(t)
	for name, test := range map[string]struct {
		option natssink.Option
		ok     bool
	}{
		"a prefix":             {natssink.Prefix("shop.documents"), true},
		"no prefix":            {natssink.Prefix(""), false},
		"an empty token":       {natssink.Prefix("a..b"), false},
		"a wildcard":           {natssink.Prefix("a.*"), false},
		"a long prefix":        {natssink.Prefix(strings.Repeat("a", 101)), false},
		"no replica":           {natssink.Replicas(0), false},
		"short tombstones":     {natssink.Tombstones(time.Minute), false},
		"a timeout of nothing": {natssink.Timeout(0), false},
	} {
		if _, err := natssink.New(js, test.option); (err == nil) != test.ok || err != nil && !errors.Is(err, denorm.ErrValue) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if _, err := natssink.New(nil); !errors.Is(err, denorm.ErrValue) {
		t.Errorf("no connection: the error is %v", err)
	}
}

// TestLayout reads what the package comment promises.
func TestLayout(t *testing.T) {
	js := fresh(t)
	sink := newSink(t, js, natssink.Prefix("shop.documents"), natssink.Tombstones(2*time.Hour))
	must(t, sink.Prepare(t.Context(), target("a b")))
	put(t, sink, "a b", document("4.2", 7, `{"a":1}`), document("gone", 7, `{"a":2}`))
	put(t, sink, "a b", document("4.2", 8, `{"a":3}`))
	remove(t, sink, "a b", document("gone", 8, ""))
	stream, err := js.Stream(t.Context(), "shop-documents-a%20b")
	must(t, err)
	if n := stream.CachedInfo().State.Msgs; n != 2 {
		t.Errorf("there are %d messages", n)
	}
	for subject, want := range map[string]struct{ body, header string }{
		"shop.documents.a%20b.4%2E2": {`{"a":3}`, "map[Content-Type:[application/json] Denorm-Collection:[a%20b] Denorm-Key:[4%2E2] Denorm-Shape:[0123456789abcdef] " +
			"Denorm-Version:[00000000000000000001.00000000000000000008] Nats-Expected-Last-Subject-Sequence:[1]]"},
		"shop.documents.a%20b.gone": {"", "map[Denorm-Collection:[a%20b] Denorm-Deleted:[true] Denorm-Key:[gone] Denorm-Shape:[0123456789abcdef] " +
			"Denorm-Version:[00000000000000000001.00000000000000000008] Nats-Expected-Last-Subject-Sequence:[2] Nats-TTL:[2h0m0s]]"},
	} {
		message, err := stream.GetLastMsgForSubject(t.Context(), subject)
		must(t, err)
		for _, name := range []string{"Nats-Sequence", "Nats-Stream", "Nats-Subject", "Nats-Time-Stamp"} { // of the answer
			delete(message.Header, name)
		}
		if got := fmt.Sprint(message.Header); string(message.Data) != want.body || got != want.header {
			t.Errorf("%s has %s and %s", subject, message.Data, got)
		}
	}
}

func TestHostileCollections(t *testing.T) {
	sink := newSink(t, fresh(t))
	names := []string{"", "%", "%25", "*", ">", "a.b", "a b", "a\r\nb", "Bücher", "\x00\xff", "$JS.API", "/../x", "books", "Books"}
	keys := []string{"a", "%", "%61", "*", ">", ".", "\x00", "\xff\xfe", "a\r\nDenorm-Deleted: true\r\n\r\n", "", strings.Repeat("é", 1000), strings.Repeat("é", 999) + "e"}
	for n, name := range names {
		must(t, sink.Prepare(t.Context(), target(name)))
		for i, key := range keys {
			put(t, sink, name, document(key, uint64(i+1), fmt.Sprintf(`{"a":"%d %d"}`, n, i)))
		}
	}
	for n, name := range names {
		found, err := sink.Get(t.Context(), target(name), keys)
		must(t, err)
		for i, d := range found {
			if want := fmt.Sprintf(`{"a":"%d %d"}`, n, i); string(d.Body) != want || d.Key != keys[i] || d.Version.Seq != uint64(i+1) {
				t.Errorf("%.20q of %q is %+v, want %s", keys[i], name, d, want)
			}
		}
		listed, err := sink.Keys(t.Context(), target(name), "", 1000)
		must(t, err)
		var got []string
		for _, d := range listed {
			got = append(got, d.Key)
		}
		want := slices.DeleteFunc(slices.Sorted(slices.Values(keys)), func(key string) bool { return key == "" }) // "" is before the first one
		if !slices.Equal(got, want) {
			t.Errorf("%q lists %.20q, want %.20q", name, got, want)
		}
	}
	if err := sink.Prepare(t.Context(), target(strings.Repeat("a", 201))); !errors.Is(err, denorm.ErrValue) {
		t.Errorf("the error for a long name is %v", err)
	}
}

func TestLargeVersions(t *testing.T) {
	sink := prepared(t, fresh(t))
	versions := []denorm.Version{
		{}, {Seq: 9}, {Seq: 10}, {Seq: 1<<53 + 1}, {Seq: 1<<53 + 2}, {Seq: math.MaxUint64}, {Epoch: 1},
		{Epoch: 1<<53 + 1, Seq: 5}, {Epoch: math.MaxUint64, Seq: math.MaxUint64 - 1}, {Epoch: math.MaxUint64, Seq: math.MaxUint64},
	}
	for n, version := range versions {
		for _, older := range append(slices.Clone(versions[:n]), version, version) {
			put(t, sink, "books", denorm.SinkDocument{Key: "k", Version: older, Body: []byte(`{"a":"` + older.String() + `"}`)})
		}
		found, err := sink.Get(t.Context(), target("books"), []string{"k"})
		must(t, err)
		if want := `{"a":"` + version.String() + `"}`; found[0].Version != version || string(found[0].Body) != want {
			t.Errorf("the document is %s of version %v, want %s", found[0].Body, found[0].Version, want)
		}
	}
}

// TestPrepareChangesLittle has a stream that somebody made, or changed.
func TestPrepareChangesLittle(t *testing.T) {
	js := fresh(t)
	sink := newSink(t, js)
	_, err := js.CreateStream(t.Context(), jetstream.StreamConfig{
		Name: "denorm-books", Subjects: []string{"denorm.books.*"}, MaxAge: time.Hour, MaxBytes: 1 << 20, Storage: jetstream.MemoryStorage,
	})
	must(t, err)
	for range 2 {
		must(t, sink.Prepare(t.Context(), target("books")))
	}
	stream, err := js.Stream(t.Context(), "denorm-books")
	must(t, err)
	config := stream.CachedInfo().Config
	if config.MaxAge != 0 || config.MaxMsgsPerSubject != 1 || config.Discard != jetstream.DiscardNew || !config.AllowDirect || !config.AllowMsgTTL ||
		config.MaxBytes != 1<<20 || config.Storage != jetstream.MemoryStorage {
		t.Errorf("the stream is %+v", config)
	}
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "denorm-authors", Subjects: []string{"authors"}})
	must(t, err)
	if err := sink.Prepare(t.Context(), target("authors")); !errors.Is(err, natssink.ErrNameTaken) {
		t.Errorf("the error is %v, want ErrNameTaken", err)
	}
}

// TestForeignMessages has others publish to the sink's subjects: they are neither documents nor in the way of any.
func TestForeignMessages(t *testing.T) {
	js := fresh(t)
	sink := prepared(t, js)
	_, err := js.Publish(t.Context(), "denorm.books.k", []byte("theirs"))
	must(t, err)
	if list, err := sink.Keys(t.Context(), target("books"), "", 10); err != nil || len(list) > 0 {
		t.Errorf("listed are %+v (%v)", list, err)
	}
	if found, err := sink.Get(t.Context(), target("books"), []string{"k"}); err != nil || found[0].Body != nil {
		t.Errorf("got %+v (%v)", found, err)
	}
	put(t, sink, "books", document("k", 1, `{"a":1}`))
	if found, err := sink.Get(t.Context(), target("books"), []string{"k"}); err != nil || string(found[0].Body) != `{"a":1}` {
		t.Errorf("got %+v (%v)", found, err)
	}
}

// TestLargeBatches needs several requests, and several answers to each.
func TestLargeBatches(t *testing.T) {
	sink := prepared(t, fresh(t))
	filler := strings.Repeat("x", maxPayload/2)
	var all []denorm.SinkDocument
	var keys []string
	for n := range 1000 {
		key := fmt.Sprint(n, strings.Repeat("k", n))
		keys = append(keys, key)
		all = append(all, document(key, 1, fmt.Sprintf(`{"a":"%d%s"}`, n, filler)))
	}
	put(t, sink, "books", all...)
	for range 2 {
		found, err := sink.Get(t.Context(), target("books"), keys)
		must(t, err)
		for i, d := range found {
			if string(d.Body) != string(all[i].Body) || d.Key != keys[i] {
				t.Fatalf("document %d is another one", i)
			}
		}
		put(t, sink, "books", all...) // nothing new
	}
}
