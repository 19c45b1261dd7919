package denorm_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestChangeWhileSinkLoads changes a document after it was loaded for a sink, and before that is known to be written.
func TestChangeWhileSinkLoads(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	p := w.process(option)
	other := w.process()
	w.rename(1, "first")
	loaded, changed := false, false
	p.hook.onQuery(func(text string) {
		switch {
		case changed:
		case strings.Contains(text, "denorm_roots"):
			loaded = true
		case loaded:
			changed = true
			w.rename(1, "second")
			other.drain()
		}
	})
	p.drain()
	p.hook.onQuery(nil)
	if !changed {
		t.Fatal("nothing was changed meanwhile")
	}
	p.drain()
	w.wantSunkTitle(sink, 1, "second")
	p.wantAllSunk(w, sink)
}

// TestChangeWhileSyncLoads changes a document after a full sync has loaded it, and lets the process that serves the sink
// write it first: what the sync has is older then.
func TestChangeWhileSyncLoads(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	serving, relays := w.process(option), w.process()
	p := w.installed(option)
	w.rename(1, "first")
	serving.drain()
	loaded, changed := false, false
	p.hook.onQuery(func(text string) {
		switch {
		case changed:
		case strings.Contains(text, "denorm_roots"):
			loaded = true
		case loaded:
			changed = true
			w.rename(1, "second")
			serving.drain()
			w.rename(3, "another") // the feed goes on
			relays.drain()
		}
	})
	err := p.engine.Sync(t.Context(), "store")
	p.hook.onQuery(nil)
	if err != nil || !changed {
		t.Fatalf("the sync returned %v, and something was changed meanwhile: %v", err, changed)
	}
	w.wantSunkTitle(sink, 1, "second")
	serving.drain()
	serving.wantAllSunk(w, sink)
}

// TestSyncRepairs writes what somebody damaged in the store, although its version is the newest.
func TestSyncRepairs(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	p := w.process(option)
	w.rename(1, "right")
	p.drain()
	if !sink.SetField("books", "1", "title", json.RawMessage(`"wrong"`)) {
		t.Fatal("there is no book 1")
	}
	w.wantSunkTitle(sink, 1, "wrong")
	if err := p.engine.Sync(t.Context(), "store"); err != nil {
		t.Fatal(err)
	}
	w.wantSunkTitle(sink, 1, "right")
	p.wantAllSunk(w, sink)
}
