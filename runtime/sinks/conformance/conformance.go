// Package conformance is the suite that every denorm.Sink has to pass.
package conformance

import (
	"encoding/json"
	"errors"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/jsonequal"
)

// Subject is a sink under test, empty at first.
type Subject struct {
	Sink denorm.Sink
	// Read reads a document by the store's own client as users of the store find it, by the name of its collection; nil
	// where there is none.
	Read func(t *testing.T, collection, key string) json.RawMessage
	// SetField puts a field at the root of such a document by the store's own client. It is nil where documents of the store
	// have no fields that others could put there.
	SetField func(t *testing.T, collection, key, name string, value json.RawMessage)
	// WriteOnly tells that the sink cannot read back: Keys and Get return errors.ErrUnsupported.
	WriteOnly bool
	// NoKeys tells that the sink reads back, but cannot list: Keys returns errors.ErrUnsupported.
	NoKeys bool
	// NoNUL tells that the store takes no document with the character U+0000 in a text, but an error of its own for it.
	NoNUL bool
	// NoNestedArrays tells that the store takes no document with an array in an array, but an error of its own for it.
	NoNestedArrays bool
	// MaxBytes is the size above which the store takes no document, 0 for none.
	MaxBytes int
}

// Run tests a sink; each test begins with one of its own.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	for name, test := range map[string]func(*suite){
		"newest wins":              (*suite).newestWins,
		"any order":                (*suite).anyOrder,
		"many at once":             (*suite).manyAtOnce,
		"batches":                  (*suite).batches,
		"hostile keys":             (*suite).hostileKeys,
		"values":                   (*suite).values,
		"keys in pages":            (*suite).keysInPages,
		"collections":              (*suite).collections,
		"fields of others":         (*suite).fieldsOfOthers,
		"too large":                (*suite).tooLarge,
		"a context that has ended": (*suite).endedContext,
		"prepared repeatedly":      (*suite).prepared,
		"shapes":                   (*suite).shapes,
	} {
		t.Run(name, func(t *testing.T) {
			s := &suite{T: t, Subject: open(t)}
			s.target = s.prepare("books")
			test(s)
		})
	}
}

type suite struct {
	*testing.T
	Subject
	target *denorm.SinkTarget
}

// prepare makes the place of a collection whose documents have the fields a and b, and has it served.
func (s *suite) prepare(collection string) *denorm.SinkTarget {
	s.Helper()
	target := s.prepareShape(collection, "0123456789abcdef", "a", "b")
	if swapper, ok := s.Sink.(denorm.SinkSwapper); ok {
		s.must(swapper.Serve(s.Context(), nil, target))
	}
	return target
}

func (s *suite) prepareShape(collection, shape string, fields ...string) *denorm.SinkTarget {
	s.Helper()
	target := &denorm.SinkTarget{Collection: collection, Shape: shape, Fields: fields}
	if preparer, ok := s.Sink.(denorm.SinkPreparer); ok {
		s.must(preparer.Prepare(s.Context(), target))
	}
	return target
}

// lists tells whether the sink can list keys.
func (s *suite) lists() bool { return !s.WriteOnly && !s.NoKeys }

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func at(seq int) denorm.Version { return denorm.Version{Epoch: 1_700_000_000, Seq: uint64(seq)} }

func body(a any) []byte {
	text, err := json.Marshal(map[string]any{"a": a})
	if err != nil {
		return nil
	}
	return text
}

func (s *suite) put(key string, seq int, a any) {
	s.Helper()
	s.must(s.Sink.Put(s.Context(), s.target, []denorm.SinkDocument{{Key: key, Version: at(seq), Body: body(a)}}))
}

func (s *suite) delete(key string, seq int) {
	s.Helper()
	s.must(s.Sink.Delete(s.Context(), s.target, []denorm.SinkDocument{{Key: key, Version: at(seq)}}))
}

// get reads documents back by the sink, or from the store.
func (s *suite) get(keys ...string) ([]denorm.SinkDocument, error) {
	if !s.WriteOnly {
		return s.Sink.Get(s.Context(), s.target, keys)
	}
	if _, err := s.Sink.Get(s.Context(), s.target, keys); !errors.Is(err, errors.ErrUnsupported) {
		s.Errorf("Get returned %v, want errors.ErrUnsupported", err)
	}
	var list []denorm.SinkDocument
	for _, key := range keys {
		list = append(list, denorm.SinkDocument{Key: key, Body: s.Read(s.T, s.target.Collection, key)})
	}
	return list, nil
}

// want compares a document as both the sink and the store's client show it; nil is none.
func (s *suite) want(key string, want []byte) {
	s.Helper()
	found, err := s.get(key)
	s.must(err)
	if len(found) != 1 || found[0].Key != key {
		s.Fatalf("asked for %q, the sink returned %+v", key, found)
	}
	if !same(found[0].Body, want) {
		s.Errorf("%q is %s in the sink, want %s", key, found[0].Body, want)
	}
	s.wantRead(key, want)
}

// wantRead compares a document as readers of the store find it.
func (s *suite) wantRead(key string, want []byte) {
	s.Helper()
	if got := s.Read(s.T, s.target.Collection, key); !same(got, want) {
		s.Errorf("%q is %s in the store, want %s", key, got, want)
	}
}

// same tells whether two documents are equal, however they are written, or both are none.
func same(a, b []byte) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	at, err := jsonequal.Difference(a, b, nil)
	return err == nil && at == ""
}
