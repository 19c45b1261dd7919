package wire

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// Encoder appends values to a buffer. It is for one goroutine at a time.
type Encoder struct {
	buf []byte
	err error
}

// NewEncoder returns an encoder that appends to buf, which may be nil.
func NewEncoder(buf []byte) *Encoder { return &Encoder{buf: buf} }

// Reset starts again with another buffer to append to.
func (e *Encoder) Reset(buf []byte) { e.buf, e.err = buf, nil }

// Bytes returns the buffer with all that was appended. It is of no use if Err is not nil.
func (e *Encoder) Bytes() []byte { return e.buf }

// Err returns the first error. A document that could not be encoded cannot be cached.
func (e *Encoder) Err() error { return e.err }

// Fail records that a value cannot be encoded; only the first error counts.
func (e *Encoder) Fail(err error) {
	if e.err == nil && err != nil {
		e.err = fmt.Errorf("encode a document: %w", err)
	}
}

// Bool appends a truth value.
func (e *Encoder) Bool(v bool) {
	var b byte
	if v {
		b = 1
	}
	e.buf = append(e.buf, b)
}

// Present appends whether a pointer leads anywhere, and returns it. What it leads to comes next.
func (e *Encoder) Present(v bool) bool {
	e.Bool(v)
	return v
}

// Int appends a signed integer.
func (e *Encoder) Int(v int64) { e.Uint(uint64(v)<<1 ^ uint64(v>>63)) }

// Uint appends an unsigned integer.
func (e *Encoder) Uint(v uint64) {
	if v < 0x80 {
		e.buf = append(e.buf, byte(v))
		return
	}
	e.buf = binary.AppendUvarint(e.buf, v)
}

// Float appends a number, each bit of it.
func (e *Encoder) Float(v float64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(v))
}

// Text appends a string of any bytes.
func (e *Encoder) Text(v string) {
	e.Uint(uint64(len(v)))
	e.buf = append(e.buf, v...)
}

// Blob appends bytes; nil and empty are two things.
func (e *Encoder) Blob(v []byte) {
	e.List(len(v), v == nil)
	e.buf = append(e.buf, v...)
}

// Time appends an instant: any that a time.Time can be, to the nanosecond. It is read back in UTC; location
// and monotonic clock are lost.
func (e *Encoder) Time(v time.Time) {
	e.Int(v.Unix())
	e.Uint(uint64(v.Nanosecond()))
}

// List appends the length of a list or map, whose elements come next. A nil one has no elements.
func (e *Encoder) List(length int, isNil bool) {
	if isNil {
		e.buf = append(e.buf, 0)
		return
	}
	e.Uint(uint64(length) + 1)
}

// Binary appends what a value makes of itself.
func (e *Encoder) Binary(v encoding.BinaryMarshaler) {
	data, err := v.MarshalBinary()
	if err != nil {
		e.Fail(err)
		return
	}
	e.Uint(uint64(len(data)))
	e.buf = append(e.buf, data...)
}
