package searchsink_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	denorm "github.com/denormgen/denormgen/runtime"
)

func target(collection, shape string, fields ...string) *denorm.SinkTarget {
	return &denorm.SinkTarget{Collection: collection, Shape: shape, Fields: fields}
}

func document(key string, seq uint64, body string) denorm.SinkDocument {
	d := denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: 1, Seq: seq}}
	if body != "" {
		d.Body = []byte(body)
	}
	return d
}

// served prepares a target and has readers find it.
func served(t *testing.T, sink interface {
	denorm.SinkPreparer
	denorm.SinkSwapper
}, before, target *denorm.SinkTarget) {
	t.Helper()
	must(t, sink.Prepare(t.Context(), target))
	must(t, sink.Serve(t.Context(), before, target))
}

func put(t *testing.T, sink denorm.Sink, target *denorm.SinkTarget, documents ...denorm.SinkDocument) {
	t.Helper()
	must(t, sink.Put(t.Context(), target, documents))
}

func get(t *testing.T, sink denorm.Sink, target *denorm.SinkTarget, key string) denorm.SinkDocument {
	t.Helper()
	found, err := sink.Get(t.Context(), target, []string{key})
	if err != nil || len(found) != 1 {
		t.Fatalf("got %d documents (%v), want one", len(found), err)
	}
	return found[0]
}

func want(t *testing.T, sink denorm.Sink, target *denorm.SinkTarget, key, body string) {
	t.Helper()
	if found := get(t, sink, target, key); string(found.Body) != body {
		t.Errorf("the document is %s, want %s", found.Body, body)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
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
