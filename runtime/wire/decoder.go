package wire

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
	"unsafe"
)

// ErrCorrupt means that bytes are not what an Encoder wrote.
var ErrCorrupt = errors.New("corrupt binary document")

// maxNesting bounds types that hold themselves, so that hostile bytes cannot exhaust the stack.
const maxNesting = 1000

// Decoder reads values from a buffer in the order in which they were appended. After the first error every
// value is zero, and the error is told by Err. It is for one goroutine at a time.
//
// Texts and bytes alias the buffer, which must not change as long as they are in use.
type Decoder struct {
	buf     []byte
	at      int
	claimed uint64 // bytes that the elements of all lists so far take at least
	nesting int
	err     error
}

// NewDecoder returns a decoder of buf.
func NewDecoder(buf []byte) *Decoder { return &Decoder{buf: buf} }

// Reset starts again with another buffer.
func (d *Decoder) Reset(buf []byte) { *d = Decoder{buf: buf} }

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

// Finish returns the first error; bytes that nothing read are one.
func (d *Decoder) Finish() error {
	if d.err == nil && d.at < len(d.buf) {
		d.corrupt("bytes left over")
	}
	return d.err
}

// Fail records that a value cannot be decoded; only the first error counts.
func (d *Decoder) Fail(err error) {
	if d.err == nil && err != nil {
		d.err = fmt.Errorf("decode a document at byte %d: %w", d.at, err)
		d.buf, d.at = nil, 0 // from here on everything is missing
	}
}

func (d *Decoder) corrupt(what string) {
	if d.err == nil {
		d.Fail(fmt.Errorf("%w: %s", ErrCorrupt, what))
	}
}

// Bool reads a truth value.
func (d *Decoder) Bool() bool {
	if d.at >= len(d.buf) {
		d.corrupt("it ends early")
		return false
	}
	b := d.buf[d.at]
	d.at++
	if b > 1 {
		d.corrupt("neither true nor false")
		return false
	}
	return b == 1
}

// Present reads whether a pointer leads anywhere. If so, what it leads to comes next.
func (d *Decoder) Present() bool { return d.Bool() }

// Int reads a signed integer.
func (d *Decoder) Int() int64 {
	v := d.Uint()
	return int64(v>>1) ^ -int64(v&1)
}

// Uint reads an unsigned integer.
func (d *Decoder) Uint() uint64 {
	if d.at < len(d.buf) && d.buf[d.at] < 0x80 {
		d.at++
		return uint64(d.buf[d.at-1])
	}
	return d.longUint()
}

func (d *Decoder) longUint() uint64 {
	v, n := binary.Uvarint(d.buf[d.at:])
	switch {
	case n > 0:
		d.at += n
		return v
	case n == 0:
		d.corrupt("it ends early")
	default:
		d.corrupt("an integer of more than 64 bits")
	}
	return 0
}

// Float reads a number.
func (d *Decoder) Float() float64 {
	if len(d.buf)-d.at < 8 {
		d.corrupt("it ends early")
		return 0
	}
	bits := binary.LittleEndian.Uint64(d.buf[d.at:])
	d.at += 8
	return math.Float64frombits(bits)
}

// Text reads a string, which aliases the buffer.
func (d *Decoder) Text() string {
	data := d.take(d.Uint())
	return unsafe.String(unsafe.SliceData(data), len(data))
}

// Blob reads bytes, which alias the buffer; their capacity is their length.
func (d *Decoder) Blob() []byte {
	length := d.Uint()
	if length == 0 {
		return nil
	}
	return d.take(length - 1)
}

// take cuts off the next bytes; nil after an error.
func (d *Decoder) take(length uint64) []byte {
	if d.err != nil || length > uint64(len(d.buf)-d.at) {
		d.corrupt("it ends early")
		return nil
	}
	start := d.at
	d.at += int(length)
	return d.buf[start:d.at:d.at]
}

// Time reads an instant, in UTC.
func (d *Decoder) Time() time.Time {
	seconds, nanos := d.Int(), d.Uint()
	if nanos >= uint64(time.Second) {
		d.corrupt("more than a second of nanoseconds")
	}
	if d.err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, int64(nanos)).UTC()
}

// List reads the length of a list or map whose elements, which come next, take at least so many bytes each,
// one or more. It returns false for nil, and where there cannot be so many.
func (d *Decoder) List(least int) (length int, ok bool) {
	n := d.Uint()
	if n == 0 {
		return 0, false
	}
	n--
	if n > uint64(len(d.buf)-d.at) {
		d.corrupt("a list longer than what is left")
		return 0, false
	}
	// The elements of all lists are distinct bytes: together they take no more than there are, wherever a
	// list lies within another.
	need := n * uint64(least)
	d.claimed += need
	if need > uint64(len(d.buf)-d.at) || d.claimed > uint64(len(d.buf)) {
		d.corrupt("a list longer than what is left")
		return 0, false
	}
	return int(n), true
}

// Enter goes a level down in a type that holds itself. It returns false, and records an error, where that is
// deeper than documents can be; otherwise Leave comes at the end of the level.
func (d *Decoder) Enter() bool {
	if d.nesting >= maxNesting {
		d.corrupt("nested too deep")
		return false
	}
	d.nesting++
	return true
}

// Leave goes a level up.
func (d *Decoder) Leave() { d.nesting-- }

// Binary reads a value by its own method, which may keep the bytes only as a copy.
func (d *Decoder) Binary(v encoding.BinaryUnmarshaler) {
	data := d.take(d.Uint())
	if d.err == nil {
		d.Fail(v.UnmarshalBinary(data))
	}
}

// Int reads an integer into a signed type; one that is out of its range is an error.
func Int[T ~int | ~int8 | ~int16 | ~int32 | ~int64](d *Decoder) T {
	wide := d.Int()
	narrow := T(wide)
	if int64(narrow) != wide {
		d.corrupt("an integer out of range")
		return 0
	}
	return narrow
}

// Uint reads an integer into an unsigned type; one that is out of its range is an error.
func Uint[T ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64](d *Decoder) T {
	wide := d.Uint()
	narrow := T(wide)
	if uint64(narrow) != wide {
		d.corrupt("an integer out of range")
		return 0
	}
	return narrow
}
