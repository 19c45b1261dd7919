package local

import (
	"fmt"
	"iter"
	"math"

	"github.com/maypok86/otter/v2"
)

// values keeps what has landed: of one collection either numbers or texts are the keys, each in a cache of its
// own type, for a key that may be either takes three times as long to hash.
type values struct {
	numbers *otter.Cache[uint64, kept] // or nil
	texts   *otter.Cache[string, kept] // or nil; both where nothing is kept
	either  untyped                    // the one that there is, or nil
}

// untyped is what needs no key.
type untyped interface {
	InvalidateAll()
	EstimatedSize() int
	StopAllGoroutines() bool
}

// kept is a value with its weight.
type kept struct {
	value  any
	weight uint32
}

func newValues(maxBytes uint64, numbers bool) (v values, err error) {
	switch {
	case maxBytes == 0:
	case numbers:
		v.numbers, err = newCache[uint64](maxBytes)
		v.either = v.numbers
	default:
		v.texts, err = newCache[string](maxBytes)
		v.either = v.texts
	}
	return v, err
}

func newCache[K comparable](maxBytes uint64) (*otter.Cache[K, kept], error) {
	cache, err := otter.New(&otter.Options[K, kept]{
		MaximumWeight: maxBytes,
		Weigher:       func(_ K, v kept) uint32 { return v.weight },
	})
	if err != nil {
		return nil, fmt.Errorf("make the local cache: %w", err)
	}
	return cache, nil
}

func (v *values) get(key Key) (any, bool) {
	var found kept
	ok := false
	switch {
	case v.numbers != nil:
		found, ok = v.numbers.GetIfPresent(key.Number)
	case v.texts != nil:
		found, ok = v.texts.GetIfPresent(key.Text)
	}
	return found.value, ok
}

func (v *values) set(key Key, value any, weight int) {
	fresh := kept{value, uint32(min(max(weight, 1), math.MaxInt32))}
	switch {
	case v.numbers != nil:
		v.numbers.Set(key.Number, fresh)
	case v.texts != nil:
		v.texts.Set(key.Text, fresh)
	}
}

func (v *values) drop(key Key) {
	switch {
	case v.numbers != nil:
		v.numbers.Invalidate(key.Number)
	case v.texts != nil:
		v.texts.Invalidate(key.Text)
	}
}

func (v *values) dropAll() {
	if v.either != nil {
		v.either.InvalidateAll()
	}
}

func (v *values) len() int {
	if v.either == nil {
		return 0
	}
	return v.either.EstimatedSize()
}

func (v *values) keys() iter.Seq[Key] {
	return func(yield func(Key) bool) {
		switch {
		case v.numbers != nil:
			for number := range v.numbers.Keys() {
				if !yield(Key{Number: number}) {
					return
				}
			}
		case v.texts != nil:
			for text := range v.texts.Keys() {
				if !yield(Key{Text: text}) {
					return
				}
			}
		}
	}
}

// close stops what runs in the background.
func (v *values) close() {
	if v.either != nil {
		v.either.StopAllGoroutines()
	}
}
