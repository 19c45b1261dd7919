package jsondoc

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// TextKeys returns the keys of a map in the order of their bytes.
func TextKeys[K ~string, V any](m map[K]V) []K {
	keys := slices.AppendSeq(make([]K, 0, len(m)), maps.Keys(m))
	slices.Sort(keys)
	return keys
}

type signed interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64
}

type unsigned interface {
	~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// IntKeys returns the keys of a map in the order of their digits as text: -1, 1, 10, 2.
func IntKeys[K signed, V any](m map[K]V) []K {
	return byDigits(m, func(dst []byte, key K) []byte { return strconv.AppendInt(dst, int64(key), 10) })
}

// UintKeys returns the keys of a map in the order of their digits as text: 1, 10, 2.
func UintKeys[K unsigned, V any](m map[K]V) []K {
	return byDigits(m, func(dst []byte, key K) []byte { return strconv.AppendUint(dst, uint64(key), 10) })
}

func byDigits[K cmp.Ordered, V any](m map[K]V, digits func(dst []byte, key K) []byte) []K {
	keys := slices.AppendSeq(make([]K, 0, len(m)), maps.Keys(m))
	var a, b []byte
	slices.SortFunc(keys, func(x, y K) int {
		a, b = digits(a[:0], x), digits(b[:0], y)
		return bytes.Compare(a, b)
	})
	return keys
}

// TextKey appends the key of an entry, behind a comma unless it is the first, and a colon.
func (w *Writer) TextKey(key string) {
	w.Next().Text(key)
	w.buf = append(w.buf, ':')
}

// IntKey appends the key of an entry, behind a comma unless it is the first, and a colon.
func (w *Writer) IntKey(key int64) {
	w.Next().Raw(`"`).Int(key)
	w.Raw(`":`)
}

// UintKey appends the key of an entry, behind a comma unless it is the first, and a colon.
func (w *Writer) UintKey(key uint64) {
	w.Next().Raw(`"`).Uint(key)
	w.Raw(`":`)
}
