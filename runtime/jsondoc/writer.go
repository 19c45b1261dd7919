package jsondoc

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"
)

// Writer appends the parts of a JSON text to a buffer. After the first error nothing that it holds is of use. It
// is for one goroutine.
type Writer struct {
	buf   []byte
	err   error
	depth int
}

// Append appends a document, written by the function, to dst. A nil document is null. After an error it returns
// dst as it was.
func Append[D any](dst []byte, doc *D, write func(w *Writer, doc *D)) ([]byte, error) {
	w := Writer{buf: dst}
	if w.Present(doc != nil) {
		write(&w, doc)
	}
	if w.err != nil {
		return dst, w.err
	}
	return w.buf, nil
}

// AppendAny appends a document as encoding/json writes it. After an error it returns dst as it was.
func AppendAny[D any](dst []byte, doc *D) ([]byte, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return dst, err
	}
	return append(dst, text...), nil
}

// Raw appends a piece of JSON text as it is.
func (w *Writer) Raw(text string) *Writer {
	w.buf = append(w.buf, text...)
	return w
}

// Next appends a comma unless what comes next is the first of its list or object.
func (w *Writer) Next() *Writer {
	if last := w.buf[len(w.buf)-1]; last != '[' && last != '{' {
		w.buf = append(w.buf, ',')
	}
	return w
}

// Present appends null for what is not there, and returns whether it is.
func (w *Writer) Present(present bool) bool {
	if !present {
		w.buf = append(w.buf, "null"...)
	}
	return present
}

// Bool appends a truth value.
func (w *Writer) Bool(v bool) { w.buf = strconv.AppendBool(w.buf, v) }

// Int appends a signed integer.
func (w *Writer) Int(v int64) { w.buf = strconv.AppendInt(w.buf, v, 10) }

// Uint appends an unsigned integer.
func (w *Writer) Uint(v uint64) { w.buf = strconv.AppendUint(w.buf, v, 10) }

// Float64 appends a number. Infinity and NaN are errors.
func (w *Writer) Float64(v float64) { w.float(v, 64) }

// Float32 appends a number with the digits that tell it from other float32 values. Infinity and NaN are errors.
func (w *Writer) Float32(v float32) { w.float(float64(v), 32) }

// float writes numbers as ECMAScript does: with an exponent only where there would be many zeros.
func (w *Writer) float(v float64, bits int) {
	abs := math.Abs(v)
	if !(abs <= math.MaxFloat64) {
		w.unsupported(v, bits)
		return
	}
	// The bounds are compared as float32 where the value is one: 1e-6 itself is another number there.
	exponent := abs != 0 && (bits == 64 && (abs < 1e-6 || abs >= 1e21) ||
		bits == 32 && (float32(abs) < 1e-6 || float32(abs) >= 1e21))
	if !exponent {
		w.buf = strconv.AppendFloat(w.buf, v, 'f', -1, bits)
		return
	}
	w.buf = strconv.AppendFloat(w.buf, v, 'e', -1, bits)
	if n := len(w.buf); n >= 4 && w.buf[n-4] == 'e' && w.buf[n-3] == '-' && w.buf[n-2] == '0' {
		w.buf[n-2] = w.buf[n-1] // e-09 is written e-9
		w.buf = w.buf[:n-1]
	}
}

func (w *Writer) unsupported(v float64, bits int) {
	value := reflect.ValueOf(v)
	if bits == 32 {
		value = reflect.ValueOf(float32(v))
	}
	w.fail(&json.UnsupportedValueError{Value: value, Str: strconv.FormatFloat(v, 'g', -1, bits)})
}

// Base64 appends bytes as text in base64, null for nil.
func (w *Writer) Base64(v []byte) {
	if w.Present(v != nil) {
		w.buf = append(w.buf, '"')
		w.buf = base64.StdEncoding.AppendEncode(w.buf, v)
		w.buf = append(w.buf, '"')
	}
}

// Time appends an instant with its offset, as RFC 3339 has it. A year beyond 9999 is an error.
func (w *Writer) Time(v time.Time) {
	if !w.time(v) {
		w.Any(new(v)) // whose error it is
	}
}

// TimePointer appends an instant like Time, null for nil.
func (w *Writer) TimePointer(v *time.Time) {
	if w.Present(v != nil) && !w.time(*v) {
		w.Any(new(v))
	}
}

func (w *Writer) time(v time.Time) bool {
	text, err := v.AppendText(append(w.buf, '"'))
	if err != nil {
		return false
	}
	w.buf = append(text, '"')
	return true
}

// Enter begins a document that may lie within others of its type. It returns false where these are so deep that
// they may form a cycle, or after an error; what is left is then a matter of Any, which finds cycles.
func (w *Writer) Enter() bool {
	const deep = 1000
	if w.err != nil || w.depth == deep {
		return false
	}
	w.depth++
	return true
}

// Leave ends what Enter began.
func (w *Writer) Leave() { w.depth-- }

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
