package mongosink_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/mongosink"
)

// ferret is an embedded server on a folder.
type ferret struct {
	address string
	stop    func()
}

func startFerret(folder, address string) (*ferret, error) {
	db, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: address}, Logger: slog.New(slog.DiscardHandler),
		Handler: "sqlite", SQLiteURL: "file:" + folder + "/",
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = db.Run(ctx) })
	at, err := url.Parse(db.MongoDBURI())
	if err != nil {
		cancel()
		return nil, err
	}
	return &ferret{address: at.Host, stop: func() { cancel(); running.Wait() }}, nil
}

// shared is the server of all tests that do it no harm.
var shared struct {
	*ferret
	folder string
}

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	var err error
	if shared.folder, err = os.MkdirTemp("", "mongosink"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(shared.folder)
	if shared.ferret, err = startFerret(shared.folder, "127.0.0.1:0"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer shared.stop()
	return m.Run()
}

// connect makes a client with a database of its own.
func connect(t *testing.T, address string, opts ...*options.ClientOptions) *mongo.Database {
	t.Helper()
	opts = append([]*options.ClientOptions{options.Client().ApplyURI("mongodb://" + address).SetTimeout(30 * time.Second)}, opts...)
	client, err := mongo.Connect(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := client.Disconnect(ctx); err != nil {
			t.Errorf("closing the client: %v", err)
		}
	})
	return client.Database("test" + rand.Text())
}

// newSink makes a sink of batches that FerretDB can take.
func newSink(t *testing.T, database *mongo.Database, opts ...mongosink.Option) *mongosink.Sink {
	t.Helper()
	sink, err := mongosink.New(database, append([]mongosink.Option{mongosink.Batch(10)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func target(collection string, fields ...string) *denorm.SinkTarget {
	if fields == nil {
		fields = []string{"a", "b"}
	}
	return &denorm.SinkTarget{Collection: collection, Shape: "0123456789abcdef", Fields: fields}
}

func document(key string, seq uint64, body string) denorm.SinkDocument {
	d := denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: 1, Seq: seq}}
	if body != "" {
		d.Body = []byte(body)
	}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, sink denorm.Sink, collection string, documents ...denorm.SinkDocument) {
	t.Helper()
	must(t, sink.Put(t.Context(), target(collection), documents))
}

func remove(t *testing.T, sink denorm.Sink, collection string, documents ...denorm.SinkDocument) {
	t.Helper()
	must(t, sink.Delete(t.Context(), target(collection), documents))
}

// live finds documents that are not deleted.
func live(conditions ...bson.E) bson.D {
	return append(slices.Clone(conditions), bson.E{Key: "_denorm.deleted", Value: nil})
}

// read reads a document as users of the store do, without what is the sink's.
func read(t *testing.T, collection *mongo.Collection, key string) json.RawMessage {
	t.Helper()
	var found bson.D
	err := collection.FindOne(t.Context(), live(bson.E{Key: "_id", Value: key}),
		options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "_denorm", Value: 0}})).Decode(&found)
	if err == mongo.ErrNoDocuments {
		return nil
	}
	must(t, err)
	text, err := bson.MarshalExtJSON(found, false, false)
	must(t, err)
	return text
}

func setField(t *testing.T, collection *mongo.Collection, key, name string, value json.RawMessage) {
	t.Helper()
	var v bson.D
	must(t, bson.UnmarshalExtJSON([]byte(`{"v":`+string(value)+`}`), false, &v))
	result, err := collection.UpdateOne(t.Context(), live(bson.E{Key: "_id", Value: key}),
		bson.D{{Key: "$set", Value: bson.D{{Key: name, Value: v[0].Value}}}})
	must(t, err)
	if result.MatchedCount != 1 {
		t.Fatalf("the field %s was set in %d documents", name, result.MatchedCount)
	}
}
