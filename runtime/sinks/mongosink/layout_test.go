package mongosink_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/mongosink"
)

func TestNew(t *testing.T) {
	database := connect(t, "127.0.0.1:1")
	for name, test := range map[string]struct {
		option mongosink.Option
		ok     bool
	}{
		"a prefix":             {mongosink.Prefix("docs_"), true},
		"a dollar":             {mongosink.Prefix("$"), false},
		"a name of the server": {mongosink.Prefix("system.x"), false},
		"no bytes":             {mongosink.MaxBytes(0), false},
		"too many bytes":       {mongosink.MaxBytes(16 << 20), false},
		"no batch":             {mongosink.Batch(0), false},
	} {
		if _, err := mongosink.New(database, test.option); (err == nil) != test.ok || err != nil && !errors.Is(err, denorm.ErrValue) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if _, err := mongosink.New(nil); !errors.Is(err, denorm.ErrValue) {
		t.Errorf("no database: the error is %v", err)
	}
}

// TestLayout reads what the package comment promises.
func TestLayout(t *testing.T) {
	database := connect(t, shared.address)
	sink := newSink(t, database, mongosink.Prefix("docs_"))
	must(t, sink.Prepare(t.Context(), target("a b.c")))
	put(t, sink, "a b.c", document("42", 7, `{"a":1}`), document("gone", 7, `{"a":2}`))
	remove(t, sink, "a b.c", document("gone", 8, ""))
	collection := database.Collection("docs_a%20b%2Ec")
	var found, gone bson.D
	must(t, collection.FindOne(t.Context(), live(bson.E{Key: "a", Value: 1})).Decode(&found))
	want := bson.D{{Key: "_id", Value: "42"}, {Key: "_denorm", Value: bson.D{{Key: "version", Value: "00000000000000000001.00000000000000000007"}}}, {Key: "a", Value: int32(1)}}
	if fmt.Sprint(found) != fmt.Sprint(want) {
		t.Errorf("the document is %v, want %v", found, want)
	}
	must(t, collection.FindOne(t.Context(), bson.D{{Key: "_id", Value: "gone"}}).Decode(&gone))
	if len(gone) != 2 || len(gone[1].Value.(bson.D)) != 2 {
		t.Errorf("the deleted document is %v", gone)
	}
	n, err := collection.CountDocuments(t.Context(), live())
	if err != nil || n != 1 {
		t.Errorf("%d documents are there (%v)", n, err)
	}
}

// TestFieldsOfAnyType has others add what JSON has no type for.
func TestFieldsOfAnyType(t *testing.T) {
	database := connect(t, shared.address)
	sink := newSink(t, database)
	put(t, sink, "books", document("k", 1, `{"a":1}`))
	setField(t, database.Collection("books"), "k", "seen", []byte(`{"$date":"2020-01-02T03:04:05Z"}`))
	put(t, sink, "books", document("k", 2, `{"b":2}`))
	found, err := sink.Get(t.Context(), target("books"), []string{"k"})
	must(t, err)
	if got, want := string(found[0].Body), `{"seen":{"$date":"2020-01-02T03:04:05Z"},"b":2}`; got != want {
		t.Errorf("the document is %s, want %s", got, want)
	}
}

func TestHostileCollections(t *testing.T) {
	database := connect(t, shared.address)
	sink := newSink(t, database)
	names := []string{"", "%", "%25", "$cmd", "system.users", "a.b", ".a", "a..b", "Bücher", "\x00\xff", "a\r\nb", "books", "Books"}
	keys := []string{"a", "\x00", "a\r\nb", "$a", "", "\u2028"}
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
				t.Errorf("%q of %q is %+v, want %s", keys[i], name, d, want)
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
			t.Errorf("%q lists %q, want %q", name, got, want)
		}
	}
}

// TestKeyThatIsNoText is an error of one document, and nothing to delete.
func TestKeyThatIsNoText(t *testing.T) {
	sink := newSink(t, connect(t, shared.address))
	err := sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("\xff", 1, `{}`), document("k", 1, `{}`)})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || single.Documents["\xff"] == nil {
		t.Errorf("the error is %v", err)
	}
	remove(t, sink, "books", document("\xff", 2, ""))
	found, err := sink.Get(t.Context(), target("books"), []string{"\xff", "k"})
	if err != nil || found[0].Body != nil || string(found[1].Body) != "{}" {
		t.Errorf("got %+v (%v)", found, err)
	}
}

func TestHostileFields(t *testing.T) {
	sink := newSink(t, connect(t, shared.address))
	for _, name := range []string{"", "_id", "_denorm", "a.b", "$a", "a\x00"} {
		if err := sink.Prepare(t.Context(), target("books", name)); !errors.Is(err, denorm.ErrValue) {
			t.Errorf("the error for a field %q is %v", name, err)
		}
	}
	// FerretDB refuses what MongoDB takes below the root; either way the others are stored.
	err := sink.Put(t.Context(), target("books"), []denorm.SinkDocument{
		document("1", 1, `{"a":1}`), document("2", 1, `{"a":{"secret.x":1}}`), document("3", 1, `{"a":{"$secret":1}}`), document("4", 1, `{"a":4}`),
	})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 2 || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
	err = sink.Put(t.Context(), target("books"), []denorm.SinkDocument{
		document("1", 2, `{"a":{"secret.x":1}}`), document("4", 2, `{"a":5}`),
	})
	if !errors.As(err, &single) || len(single.Documents) != 1 || single.Documents["1"] == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
	if found, err := sink.Get(t.Context(), target("books"), []string{"1", "4"}); err != nil || string(found[0].Body) != `{"a":1}` || string(found[1].Body) != `{"a":5}` {
		t.Errorf("got %+v (%v)", found, err)
	}
}

func TestLargeVersions(t *testing.T) {
	sink := newSink(t, connect(t, shared.address))
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
