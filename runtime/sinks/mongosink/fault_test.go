package mongosink_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/mongosink"
)

// TestNameTaken has somebody else's documents where a collection would be: they are neither listed nor touched.
func TestNameTaken(t *testing.T) {
	database := connect(t, shared.address)
	sink := newSink(t, database)
	books := database.Collection("books")
	_, err := books.InsertOne(t.Context(), bson.D{{Key: "_id", Value: "theirs"}, {Key: "x", Value: 1}})
	must(t, err)
	if err := sink.Prepare(t.Context(), target("books")); !errors.Is(err, mongosink.ErrNameTaken) {
		t.Errorf("the error is %v, want ErrNameTaken", err)
	}
	_, err = books.DeleteMany(t.Context(), bson.D{})
	must(t, err)
	must(t, sink.Prepare(t.Context(), target("books")))
	for _, id := range []any{"theirs", 7} {
		_, err = books.InsertOne(t.Context(), bson.D{{Key: "_id", Value: id}, {Key: "x", Value: 1}})
		must(t, err)
	}
	must(t, sink.Prepare(t.Context(), target("books")))
	if list, err := sink.Keys(t.Context(), target("books"), "", 10); err != nil || len(list) > 0 {
		t.Errorf("listed are %+v (%v)", list, err)
	}
	put(t, sink, "books", document("theirs", 1, `{"a":1}`))
	if got := string(read(t, books, "theirs")); got != `{"x":1,"a":1}` {
		t.Errorf("the document is %s", got)
	}
}

// TestUniqueIndex has an index of somebody else refuse documents: each has an error of its own.
func TestUniqueIndex(t *testing.T) {
	database := connect(t, shared.address)
	sink := newSink(t, database)
	must(t, sink.Prepare(t.Context(), target("books")))
	_, err := database.Collection("books").Indexes().CreateOne(t.Context(), mongo.IndexModel{
		Keys: bson.D{{Key: "a", Value: 1}}, Options: options.Index().SetUnique(true),
	})
	must(t, err)
	err = sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("1", 1, `{"a":"secret"}`), document("2", 1, `{"a":"secret"}`), document("3", 1, `{"a":"x"}`)})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
	put(t, sink, "books", document("3", 2, `{"a":"y"}`))
}

// TestSweep makes tombstones old, and finds them gone after a write by a new sink.
func TestSweep(t *testing.T) {
	database := connect(t, shared.address)
	var old []denorm.SinkDocument
	for n := range 25 {
		old = append(old, document(fmt.Sprint("old", n), 5, ""))
	}
	remove(t, newSink(t, database), "books", old...)
	books := database.Collection("books")
	for n := range 24 {
		_, err := books.UpdateOne(t.Context(), bson.D{{Key: "_id", Value: fmt.Sprint("old", n)}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "_denorm.deleted", Value: time.Now().Add(-25 * time.Hour)}}}})
		must(t, err)
	}
	put(t, newSink(t, database), "books", document("old0", 6, `{}`), document("old1", 4, `{}`))
	n, err := books.CountDocuments(t.Context(), bson.D{})
	if err != nil || n != 2 { // old0 and old24
		t.Errorf("%d documents are left (%v)", n, err)
	}
	if found, err := newSink(t, database).Get(t.Context(), target("books"), []string{"old0", "old1", "old24"}); err != nil || found[0].Body == nil || found[1].Version.Seq != 0 || found[2].Version.Seq != 5 {
		t.Errorf("got %+v (%v)", found, err)
	}
}

// TestHangingServer has a server that takes what is sent and never answers.
func TestHangingServer(t *testing.T) {
	proxy := testservers.NewProxy(t, shared.address)
	sink := newSink(t, connect(t, proxy.Address))
	put(t, sink, "books", document("k", 1, `{}`))
	proxy.Rule(func([]byte) testservers.Verdict { return testservers.Hang })
	for name, call := range calls(sink) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the error is %v, want the context's", name, err)
		}
		cancel()
	}
	proxy.Rule(nil)
	proxy.Cut()
	again(t, func() error {
		return sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 3, `{"a":3}`)})
	})
}

func calls(sink *mongosink.Sink) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Prepare": func(ctx context.Context) error { return sink.Prepare(ctx, target("books")) },
		"Put": func(ctx context.Context) error {
			return sink.Put(ctx, target("books"), []denorm.SinkDocument{document("k", 2, `{}`)})
		},
		"Delete": func(ctx context.Context) error {
			return sink.Delete(ctx, target("books"), []denorm.SinkDocument{document("k", 2, "")})
		},
		"Keys": func(ctx context.Context) error { _, err := sink.Keys(ctx, target("books"), "", 1); return err },
		"Get":  func(ctx context.Context) error { _, err := sink.Get(ctx, target("books"), []string{"k"}); return err },
	}
}

// TestCutConnections cuts the connection again and again in the middle of batches: what counts as written is there.
func TestCutConnections(t *testing.T) {
	proxy := testservers.NewProxy(t, shared.address)
	database := connect(t, proxy.Address)
	sink := newSink(t, database)
	must(t, sink.Prepare(t.Context(), target("books")))
	var all []denorm.SinkDocument
	var keys []string
	for n := range 60 {
		keys = append(keys, fmt.Sprint(n))
	}
	for seq := range uint64(6) {
		all = all[:0]
		for _, key := range keys {
			all = append(all, document(key, seq+1, fmt.Sprintf(`{"a":%d}`, seq)))
		}
		proxy.Answers(2000 + 700*int(seq))
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // the driver tries again for as long as it may
		err := sink.Put(ctx, target("books"), all)
		cancel()
		proxy.Answers(0)
		if err != nil {
			again(t, func() error { return sink.Put(t.Context(), target("books"), all) })
		}
	}
	found, err := sink.Get(t.Context(), target("books"), keys)
	must(t, err)
	for _, d := range found {
		if string(d.Body) != `{"a":5}` {
			t.Errorf("%s is %s", d.Key, d.Body)
		}
	}
}

// TestRestart has the server away for a while.
func TestRestart(t *testing.T) {
	folder := t.TempDir()
	server, err := startFerret(folder, "127.0.0.1:0")
	must(t, err)
	address := server.address
	sink := newSink(t, connect(t, address, options.Client().SetServerSelectionTimeout(10*time.Second)))
	put(t, sink, "books", document("k", 5, `{"a":5}`))
	remove(t, sink, "books", document("gone", 5, ""))
	server.stop()
	for name, call := range calls(sink) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if err := call(ctx); err == nil || strings.Contains(err.Error(), "mongodb://") {
			t.Errorf("%s: the error of a server that is away is %v", name, err)
		}
		cancel()
	}
	server, err = startFerret(folder, address)
	must(t, err)
	t.Cleanup(server.stop)
	again(t, func() error {
		return sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 4, `{}`), document("gone", 4, `{}`), document("new", 4, `{}`)})
	})
	found, err := sink.Get(t.Context(), target("books"), []string{"k", "gone", "new"})
	must(t, err)
	if string(found[0].Body) != `{"a":5}` || found[1].Body != nil || found[2].Body == nil {
		t.Errorf("got %+v", found)
	}
}

func again(t *testing.T, do func() error) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := do()
		if err == nil {
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("it has not come in a minute: %v", err)
		}
	}
}
