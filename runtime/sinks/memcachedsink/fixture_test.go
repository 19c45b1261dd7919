package memcachedsink_test

import (
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"go.uber.org/goleak"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memcachedsink"
)

// testTimeout is long enough for a busy machine; no test waits for it.
const testTimeout = 20 * time.Second

func newSink(t *testing.T, client *memcache.Client, opts ...memcachedsink.Option) *memcachedsink.Sink {
	t.Helper()
	sink, err := memcachedsink.New(client, opts...)
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

func get(t *testing.T, sink denorm.Sink, collection, key string) denorm.SinkDocument {
	t.Helper()
	found, err := sink.Get(t.Context(), target(collection), []string{key})
	if err != nil || len(found) != 1 {
		t.Fatalf("got %d documents (%v), want one", len(found), err)
	}
	return found[0]
}

// waitFor tries until it works.
func waitFor(t *testing.T, do func() error) {
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

// noLeaks fails a test that leaves goroutines behind, once what it has begun has ended.
func noLeaks(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		waitFor(t, func() error { return goleak.Find(before) })
	})
}
