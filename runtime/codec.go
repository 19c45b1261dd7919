package denorm

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/denormgen/denormgen/runtime/wire"
)

// Codec is the form of documents in caches, where that is not the generated binary one. Documents are passed as
// pointers to the generated types. It is safe for concurrent use.
//
// A document that was read back has to be equal to the one that was stored: what a codec leaves out is missing
// in every document that comes out of a cache.
type Codec interface {
	// Name tells the codec apart from others: values of one name are never read by another. It belongs to the
	// form, so a codec that changes its form takes a new name.
	Name() string
	// Marshal returns the form of a document. After an error the document is served, but not cached.
	Marshal(doc any) ([]byte, error)
	// Unmarshal fills a zero document; after an error the document is loaded. The document may keep parts of
	// data, which does not change.
	Unmarshal(data []byte, doc any) error
}

// JSONCodec stores documents as encoding/json writes them, for caches that others read too. It is slower than
// the binary form, and loses what encoding/json leaves out: fields with the tag json:"-", empty ones with
// omitempty, bytes of texts that are no UTF-8, and what types of the user keep to themselves. Documents that hold
// such are not equal to what the database says once they come from the cache.
func JSONCodec() Codec { return jsonCodec{} }

type jsonCodec struct{}

func (jsonCodec) Name() string                         { return "json" }
func (jsonCodec) Marshal(doc any) ([]byte, error)      { return json.Marshal(doc) }
func (jsonCodec) Unmarshal(data []byte, doc any) error { return json.Unmarshal(data, doc) }

// Codecs as frames name them.
const (
	codecBinary byte = 1
	codecNamed  byte = 2 // a Codec, whose name stands at the beginning of the body
)

// errNoCodec means that a collection has no binary form: generated code always has.
var errNoCodec = errors.New("the collection has no binary form: run denormgen again")

// documentCodec turns the documents of one collection, given as pointers, into bytes and back. It is safe for
// concurrent use.
type documentCodec interface {
	// id is for frames.
	id() byte
	// append appends the form of a document. After an error the document cannot be cached, and the result is dst.
	append(dst []byte, doc any) ([]byte, error)
	// decode reads a document, which aliases data. Data that is no such document is an error, whatever methods
	// of the user's types make of it.
	decode(data []byte) (any, error)
}

// codecFor returns the codec of a collection: the binary one if own is nil.
func codecFor[K comparable, D any](own Codec, def *Definition[K, D]) (documentCodec, error) {
	if own != nil {
		return namedCodec{own: own, name: own.Name(), fresh: func() any { return new(D) }}, nil
	}
	if def.Encode == nil || def.Decode == nil {
		return nil, fmt.Errorf("collection %s: %w", def.Name, errNoCodec)
	}
	return &binaryCodec{
		write: func(e *wire.Encoder, doc any) { def.Encode(e, doc.(*D)) },
		read: func(d *wire.Decoder) any {
			doc := new(D)
			def.Decode(d, doc)
			return doc
		},
	}, nil
}

// recovered turns a panic of the user's code into an error: bytes from elsewhere must not end the program.
func recovered(err *error) {
	if caught := recover(); caught != nil {
		*err = fmt.Errorf("decode a document: panic: %v", caught)
	}
}

// binaryCodec is the generated form. Its encoders keep their buffers, so that a document takes one allocation.
type binaryCodec struct {
	write    func(*wire.Encoder, any)
	read     func(*wire.Decoder) any
	encoders sync.Pool // of *wire.Encoder
	decoders sync.Pool // of *wire.Decoder
}

// maxKeptBuffer is the size in bytes of buffers that are not kept for the next document.
const maxKeptBuffer = 64 << 10

func (c *binaryCodec) id() byte { return codecBinary }

func (c *binaryCodec) append(dst []byte, doc any) ([]byte, error) {
	e, ok := c.encoders.Get().(*wire.Encoder)
	if !ok {
		e = wire.NewEncoder(nil)
	}
	c.write(e, doc)
	data, err := e.Bytes(), e.Err()
	if err == nil {
		dst = append(dst, data...)
	}
	if cap(data) <= maxKeptBuffer {
		e.Reset(data[:0])
		c.encoders.Put(e)
	}
	return dst, err
}

func (c *binaryCodec) decode(data []byte) (doc any, err error) {
	defer recovered(&err)
	d, ok := c.decoders.Get().(*wire.Decoder)
	if !ok {
		d = wire.NewDecoder(nil)
	}
	d.Reset(data)
	out := c.read(d)
	err = d.Finish()
	d.Reset(nil)
	c.decoders.Put(d)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// namedCodec is a codec that the application chose. Its name is a part of the form: the next codec that is
// chosen does not read what this one wrote.
type namedCodec struct {
	own   Codec
	name  string
	fresh func() any // a pointer to a zero document
}

func (c namedCodec) id() byte { return codecNamed }

func (c namedCodec) append(dst []byte, doc any) ([]byte, error) {
	data, err := c.own.Marshal(doc)
	if err != nil {
		return dst, fmt.Errorf("codec %s: %w", c.name, err)
	}
	dst = binary.AppendUvarint(dst, uint64(len(c.name)))
	return append(append(dst, c.name...), data...), nil
}

func (c namedCodec) decode(data []byte) (doc any, err error) {
	defer recovered(&err)
	size, n := binary.Uvarint(data)
	if n <= 0 || size > uint64(len(data)-n) || string(data[n:n+int(size)]) != c.name {
		return nil, fmt.Errorf("codec %s: the document is of another codec", c.name)
	}
	rest := data[n+int(size):]
	out := c.fresh()
	if err := c.own.Unmarshal(rest[:len(rest):len(rest)], out); err != nil {
		return nil, fmt.Errorf("codec %s: %w", c.name, err)
	}
	return out, nil
}
