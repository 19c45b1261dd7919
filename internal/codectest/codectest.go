// Package codectest holds what the binary form of every document has to keep, for the tests of packages with
// generated code.
package codectest

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/denormgen/denormgen/runtime/wire"
)

// Codec is the generated codec of one type of document.
type Codec[D any] struct {
	Encode func(*wire.Encoder, *D)
	Decode func(*wire.Decoder, *D)
	// Multiple bounds what a decoded document takes, as a multiple of its bytes.
	Multiple int
	// Compare says how go-cmp compares types of the user.
	Compare []cmp.Option
	// Unordered tells that there are maps whose keys are not sorted: then equal documents may differ in bytes.
	Unordered bool
}

// Bounds that package wire states, without and with maps.
const (
	WithoutMaps = 64
	WithMaps    = 200
)

// Random returns a document that seed alone decides.
func Random[D any](seed uint64) *D {
	doc := new(D)
	random{rand.New(rand.NewPCG(seed, 1))}.fill(reflect.ValueOf(doc).Elem(), 0)
	return doc
}

func (c Codec[D]) encode(t testing.TB, doc *D) []byte {
	t.Helper()
	e := wire.NewEncoder(nil)
	c.Encode(e, doc)
	if e.Err() != nil {
		t.Fatalf("encoding: %v", e.Err())
	}
	return e.Bytes()
}

func (c Codec[D]) decode(data []byte) (*D, error) {
	d := wire.NewDecoder(data)
	doc := new(D)
	c.Decode(d, doc)
	return doc, d.Finish()
}

// RoundTrip holds that random documents are read back as they were, and that equal ones have equal bytes.
func (c Codec[D]) RoundTrip(t *testing.T) {
	t.Helper()
	for seed := range uint64(500) {
		doc := Random[D](seed)
		data := c.encode(t, doc)
		got, err := c.decode(data)
		if err != nil {
			t.Fatalf("document %d: %v", seed, err)
		}
		if diff := cmp.Diff(doc, got, c.Compare...); diff != "" {
			t.Fatalf("document %d: %s", seed, diff)
		}
		if !c.Unordered && string(c.encode(t, got)) != string(data) {
			t.Fatalf("document %d has other bytes the second time", seed)
		}
	}
}

// Hostile damages documents: decoding must not panic, and allocate no more than its bound.
func (c Codec[D]) Hostile(t *testing.T) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for seed := range uint64(300) {
		whole := c.encode(t, Random[D](seed))
		for range 20 {
			data := damage(r, whole)
			if _, err := c.decode(data); err == nil {
				continue // a change within a number or text
			}
			c.bounded(t, data)
		}
	}
	for range 2000 {
		data := make([]byte, r.IntN(400))
		for i := range data {
			data[i] = byte(r.Uint32() >> r.IntN(8) & 0xff)
		}
		c.bounded(t, data)
	}
	// Lists within lists, each of a length that could be if it were the only one.
	for range 1000 {
		const size = 1 << 12
		var pattern []byte
		for range 1 + r.IntN(4) {
			if r.IntN(3) > 0 {
				pattern = append(pattern, byte(r.IntN(3)))
			} else {
				pattern = binary.AppendUvarint(pattern, r.Uint64N(size/2))
			}
		}
		c.bounded(t, bytes.Repeat(pattern, size/len(pattern)))
	}
	// All lists that there can be, as long as there can be.
	for size := 1; size < 1<<14; size *= 2 {
		for _, fill := range []byte{0, 1, 2, 3, 8, 0x7f} {
			data := make([]byte, size)
			for i := range data {
				data[i] = fill
			}
			c.bounded(t, data)
		}
	}
}

// damage returns a copy with a few bytes changed, cut out or put in.
func damage(r *rand.Rand, whole []byte) []byte {
	data := append([]byte(nil), whole...)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(data) + 1)
		switch r.IntN(3) {
		case 0:
			data = data[:at]
		case 1:
			data = append(data[:at], append([]byte{byte(r.Uint32())}, data[at:]...)...)
		default:
			if at < len(data) {
				data[at] = byte(r.Uint32())
			}
		}
	}
	return data
}

// bounded holds the bound. The document itself and an error are there for any bytes.
func (c Codec[D]) bounded(t *testing.T, data []byte) {
	t.Helper()
	const fixed = 2048
	limit := uint64(c.Multiple*len(data)) + uint64(unsafe.Sizeof(*new(D))) + fixed
	var before, after runtime.MemStats
	var took uint64
	for range 3 { // something else may allocate at the same time
		runtime.ReadMemStats(&before)
		_, _ = c.decode(data)
		runtime.ReadMemStats(&after)
		if took = after.TotalAlloc - before.TotalAlloc; took <= limit {
			return
		}
	}
	t.Errorf("%d bytes make decoding allocate %d; %d are allowed: %x", len(data), took, limit, data[:min(len(data), 100)])
}

// Fuzz decodes what the fuzzer comes up with. What is accepted must encode to something that is read alike.
func (c Codec[D]) Fuzz(f *testing.F) {
	f.Helper()
	for seed := range uint64(20) {
		f.Add(c.encode(f, Random[D](seed)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := c.decode(data)
		if err != nil {
			return
		}
		again, err := c.decode(c.encode(t, doc))
		if err != nil {
			t.Fatalf("reading again: %v", err)
		}
		if first, second := c.encode(t, doc), c.encode(t, again); string(first) != string(second) {
			t.Errorf("reading again makes of %x\n%x", first, second)
		}
	})
}
