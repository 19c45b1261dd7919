package ndjsonsink_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/conformance"
	"github.com/denormgen/denormgen/runtime/sinks/ndjsonsink"
)

func TestConformanceOfFile(t *testing.T) {
	for name, opts := range map[string][]ndjsonsink.FileOption{"synced": nil, "not synced": {ndjsonsink.NoSync()}} {
		t.Run(name, func(t *testing.T) {
			conformance.Run(t, func(t *testing.T) conformance.Subject {
				path := filepath.Join(t.TempDir(), "lines")
				return subject(open(t, path, opts...), func() []byte { return read(t, path) })
			})
		})
	}
}

func TestConformanceOfWriter(t *testing.T) {
	conformance.Run(t, func(*testing.T) conformance.Subject {
		w := &memory{}
		return subject(ndjsonsink.New(w), w.text)
	})
}

// TestConformanceOfFaultyWriter fails every third write half way; the engine would try again.
func TestConformanceOfFaultyWriter(t *testing.T) {
	conformance.Run(t, func(*testing.T) conformance.Subject {
		w := &memory{failEvery: 3}
		return subject(&stubborn{Sink: ndjsonsink.New(w)}, w.text)
	})
}

// memory is a writer that remembers, and may fail half way.
type memory struct {
	mu        sync.Mutex
	all       []byte
	writes    int
	failEvery int
}

func (m *memory) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes++
	n := len(p)
	if m.failEvery > 0 && m.writes%m.failEvery == 0 {
		n = (n * (m.writes % 11)) / 11
	}
	m.all = append(m.all, p[:n]...)
	return n, nil // a short write, or all
}

func (m *memory) text() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.all)
}

func open(t *testing.T, path string, opts ...ndjsonsink.FileOption) *ndjsonsink.Sink {
	t.Helper()
	sink, err := ndjsonsink.Open(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	})
	return sink
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// subject folds the lines as readers do.
func subject(sink denorm.Sink, text func() []byte) conformance.Subject {
	folded := &folded{documents: map[[2]string]parsed{}}
	return conformance.Subject{
		Sink: sink, WriteOnly: true,
		Read: func(t *testing.T, collection, key string) json.RawMessage {
			t.Helper()
			folded.add(t, text())
			if document := folded.documents[[2]string{collection, key}].Document; string(document) != "null" {
				return document
			}
			return nil
		},
	}
}

// parsed is a line as readers see it.
type parsed struct {
	Collection, Key string
	Epoch, Seq      uint64
	Document        json.RawMessage
}

// folded is what lines amount to.
type folded struct {
	done      int // bytes that were read
	documents map[[2]string]parsed
}

// add reads the lines that are new. A part of one at the end is not read yet.
func (f *folded) add(t *testing.T, text []byte) {
	t.Helper()
	for {
		one, _, whole := bytes.Cut(text[f.done:], []byte("\n"))
		if !whole {
			return
		}
		f.done += len(one) + 1
		var line parsed
		decoder := json.NewDecoder(bytes.NewReader(one))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&line); err != nil {
			t.Fatalf("read %q: %v", one, err)
		}
		name := [2]string{line.Collection, line.Key}
		version := denorm.Version{Epoch: line.Epoch, Seq: line.Seq}
		if before, ok := f.documents[name]; !ok || version.Compare(denorm.Version{Epoch: before.Epoch, Seq: before.Seq}) > 0 {
			f.documents[name] = line
		}
	}
}
