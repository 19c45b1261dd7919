package searchsink_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/searchfake"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/searchsink"
)

// TestFieldsFollow has fields of others follow the documents from release to release, and back.
func TestFieldsFollow(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f)
	first, second := target("books", "1", "a", "old"), target("books", "2", "a", "b")
	served(t, sink, nil, first)
	const documents = 1200 // several pages
	var all []denorm.SinkDocument
	for n := range documents {
		all = append(all, document(fmt.Sprint(n), 1, `{"a":1,"old":1}`))
	}
	all = append(all, document("plain", 1, `{"a":1}`), document("gone", 1, `{"a":1}`))
	must(t, sink.Put(t.Context(), first, all[:600]))
	must(t, sink.Put(t.Context(), first, all[600:]))
	for n := range documents {
		setField(t, f, "denorm-books", fmt.Sprint(n), "rank", fmt.Append(nil, n))
	}
	setField(t, f, "denorm-books", "7", "b", []byte(`"of others now, the collection's then"`))
	setField(t, f, "denorm-books", "gone", "rank", []byte("7"))

	must(t, sink.Prepare(t.Context(), second))
	for n := range all {
		all[n].Body = []byte(`{"a":2}`)
	}
	must(t, sink.Put(t.Context(), second, all[:600]))
	must(t, sink.Put(t.Context(), second, all[600:]))
	must(t, sink.Delete(t.Context(), second, []denorm.SinkDocument{document("gone", 2, "")}))
	must(t, sink.Serve(t.Context(), first, second))
	for n := range documents {
		want(t, sink, second, fmt.Sprint(n), fmt.Sprintf(`{"a":2,"rank":%d}`, n))
	}
	want(t, sink, second, "plain", `{"a":2}`)
	want(t, sink, second, "gone", "")

	setField(t, f, "denorm-books", "7", "rank", []byte("8"))
	must(t, sink.Serve(t.Context(), first, second)) // again: what is served stays
	want(t, sink, second, "7", `{"a":2,"rank":8}`)
	must(t, sink.Serve(t.Context(), second, first)) // rolled back
	want(t, sink, first, "7", `{"a":1,"b":"of others now, the collection's then","old":1,"rank":8}`)
	if err := sink.Drop(t.Context(), first); err == nil {
		t.Error("an index was dropped that is served")
	}
	must(t, sink.Drop(t.Context(), second))
	must(t, sink.Serve(t.Context(), second, first))
}

// TestNamesTaken has indexes and aliases of the sink's names be somebody else's.
func TestNamesTaken(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f)
	ask(t, f, "PUT", "/denorm-books-1", "")
	if err := sink.Prepare(t.Context(), target("books", "1", "a")); !errors.Is(err, searchsink.ErrNameTaken) {
		t.Errorf("the error is %v, want ErrNameTaken", err)
	}
	books := target("books", "2", "a")
	must(t, sink.Prepare(t.Context(), books))
	ask(t, f, "PUT", "/denorm-books", "")
	if err := sink.Serve(t.Context(), nil, books); !errors.Is(err, searchsink.ErrNameTaken) {
		t.Errorf("the error is %v, want ErrNameTaken", err)
	}
	ask(t, f, "DELETE", "/denorm-books", "")
	ask(t, f, "PUT", "/others", "")
	ask(t, f, "POST", "/_aliases", `{"actions":[{"add":{"index":"others","alias":"denorm-books"}}]}`)
	if err := sink.Serve(t.Context(), nil, books); !errors.Is(err, searchsink.ErrNameTaken) {
		t.Errorf("the error is %v, want ErrNameTaken", err)
	}
}

// TestLostIndex deletes the index: what is written next makes it again, with its mapping.
func TestLostIndex(t *testing.T) {
	f := searchfake.New(t)
	sink, books := newSink(t, f), target("books", "1", "a")
	served(t, sink, nil, books)
	put(t, sink, books, document("k", 5, `{"a":5}`))
	ask(t, f, "DELETE", "/denorm-books-1", "")
	if _, err := sink.Get(t.Context(), books, []string{"k"}); err == nil {
		t.Error("there is no error without an index")
	}
	put(t, sink, books, document("k", 4, `{"a":4}`))
	want(t, sink, books, "k", `{"a":4}`)
	if listed, err := sink.Keys(t.Context(), books, "", 10); err != nil || len(listed) != 1 {
		t.Errorf("listed are %+v (%v)", listed, err)
	}
}

// TestMappings has the first document decide, or the user.
func TestMappings(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f, searchsink.Index("typed", []byte(`{"mappings":{"dynamic":"strict","properties":{"a":{"type":"long"}}}}`)))
	dynamic, typed := target("dynamic", "1", "a"), target("typed", "1", "a", "b")
	served(t, sink, nil, dynamic)
	served(t, sink, nil, typed)
	put(t, sink, dynamic, document("date", 1, `{"a":"2020-01-02T03:04:05Z"}`), document("text", 1, `{"a":"no date"}`))
	err := sink.Put(t.Context(), dynamic, []denorm.SinkDocument{document("object", 1, `{"a":{"b":"secret"}}`), document("fine", 1, `{"a":"text"}`)})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || single.Documents["object"] == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v, want one document's", err)
	}
	want(t, sink, dynamic, "fine", `{"a":"text"}`)
	err = sink.Put(t.Context(), typed, []denorm.SinkDocument{document("fine", 1, `{"a":1}`), document("text", 1, `{"a":"x"}`), document("more", 1, `{"b":1}`)})
	if !errors.As(err, &single) || len(single.Documents) != 2 || single.Documents["fine"] != nil {
		t.Errorf("the error is %v, want that of two documents", err)
	}
}

// TestForeignDocuments has others put documents into the index: they are not listed, and written over.
func TestForeignDocuments(t *testing.T) {
	f := searchfake.New(t)
	sink, books := newSink(t, f), target("books", "1", "a")
	served(t, sink, nil, books)
	ask(t, f, "POST", "/denorm-books-1/_bulk", "{\"index\":{\"_id\":\"k\"}}\n{\"a\":0,\"rank\":7}\n{\"index\":{\"_id\":\"l\"}}\n{\"denorm_sink\":{\"version\":\"x\"}}\n")
	if listed, err := sink.Keys(t.Context(), books, "", 10); err != nil || len(listed) != 0 {
		t.Errorf("listed are %+v (%v)", listed, err)
	}
	want(t, sink, books, "k", "")
	put(t, sink, books, document("k", 1, `{"a":1}`), document("l", 1, `{"a":1}`))
	want(t, sink, books, "k", `{"a":1,"rank":7}`)
	want(t, sink, books, "l", `{"a":1}`)
}

// TestSweep makes tombstones old, and finds them gone, but for those that are young or whose document is back.
func TestSweep(t *testing.T) {
	f := searchfake.New(t)
	books := target("books", "1", "a")
	served(t, newSink(t, f), nil, books)
	gone := func(id string, ago time.Duration) {
		at := time.Now().Add(-ago).UnixMilli()
		line := fmt.Sprintf(`{"index":{"_id":%q}}`+"\n"+`{"denorm_sink":{"key":%[1]q,"version":"00000000000000000001.00000000000000000005","gone":%d}}`+"\n", id, at)
		ask(t, f, "POST", "/denorm-books-1/_bulk", line)
	}
	gone("old", 3*time.Hour)
	gone("back", 3*time.Hour)
	gone("young", time.Hour)
	ask(t, f, "POST", "/denorm-books-1/_refresh", "")
	put(t, newSink(t, f), books, document("back", 6, `{"a":6}`)) // not refreshed: searches still find the tombstone
	for range 2 {
		sink := newSink(t, f) // which has not swept yet
		must(t, sink.Delete(t.Context(), books, []denorm.SinkDocument{document("any", 1, "")}))
		put(t, sink, books, document("young", 4, `{"a":4}`))
		want(t, sink, books, "young", "")
		want(t, sink, books, "back", `{"a":6}`)
	}
	if f.Document("denorm-books-1", "old") != nil {
		t.Error("an old tombstone is there")
	}
	f.TakeRequests()
	sink := newSink(t, f)
	for n := range uint64(5) {
		must(t, sink.Delete(t.Context(), books, []denorm.SinkDocument{document("any", n+2, "")}))
	}
	swept := 0
	for _, request := range f.TakeRequests() {
		if strings.HasSuffix(request, "_delete_by_query") {
			swept++
		}
	}
	if swept != 1 {
		t.Errorf("it was swept %d times, want once", swept)
	}
}
