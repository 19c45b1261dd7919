package denorm

import (
	"math"
	"testing"

	"github.com/denormgen/denormgen/runtime/internal/local"
)

// pairKey is a key of two columns.
type pairKey struct {
	Tenant string
	ID     int64
}

// TestLocalKeys takes keys of every kind to the cache of the process and back.
func TestLocalKeys(t *testing.T) {
	checkLocalKeys(t, func(row Row) int64 { return row.Int64(0) }, nil, 0, 1, -1, math.MaxInt64, math.MinInt64)
	type id int8
	checkLocalKeys(t, int8Key[id], nil, -128, 0, 127)
	type wide uint64
	checkLocalKeys(t, func(row Row) wide { return wide(row.Uint64(0)) }, nil, 0, 1<<62)
	checkLocalKeys(t, func(row Row) slug { return slug(row.Text(0)) }, nil, "", "a", "a\x00b", "\xff")
	checkLocalKeys(t, func(row Row) float64 { return row.Float64(0) }, nil, 0, 0.5, -1e300)
	bind := func(args []any, key pairKey) []any { return append(args, key.Tenant, key.ID) }
	read := func(row Row) pairKey { return pairKey{row.Text(0), row.Int64(1)} }
	checkLocalKeys(t, read, bind, pairKey{}, pairKey{"a", 1}, pairKey{"a1", 0}, pairKey{"/", 1}, pairKey{"%", -1})
}

// int8Key reads a key of one narrow integer.
func int8Key[K ~int8](row Row) K { return K(row.Int64(0)) }

// checkLocalKeys fails where two keys meet, or one comes back as another.
func checkLocalKeys[K comparable](t *testing.T, read func(Row) K, bind func([]any, K) []any, keys ...K) {
	t.Helper()
	columns := []string{"a"}
	if bind == nil {
		bind = func(args []any, key K) []any { return append(args, key) }
	} else {
		columns = append(columns, "b")
	}
	r := &registration[K, codecDoc]{
		engine: &Engine{dialect: SQLite},
		def:    &Definition[K, codecDoc]{Columns: columns, Key: KeyCodec[K]{Bind: bind, Read: read}},
	}
	places := r.localKeys()
	seen := map[local.Key]K{}
	for _, key := range keys {
		at, err := places.of(key)
		if err != nil {
			t.Errorf("%T %v: %v", key, key, err)
			continue
		}
		if places.numbers() && at.Text != "" || !places.numbers() && at.Number != 0 {
			t.Errorf("%T %v: the cache is not told by its key %+v", key, key, at)
		}
		if other, met := seen[at]; met {
			t.Errorf("%T: %v and %v have one place", key, key, other)
		}
		seen[at] = key
		if back, err := places.back(at); err != nil || back != key {
			t.Errorf("%T %v comes back as %v, %v", key, key, back, err)
		}
	}
}

// TestLocalKeyCostsNothing holds that hits do not allocate for the keys that most tables have.
func TestLocalKeyCostsNothing(t *testing.T) {
	integers := (&registration[int64, codecDoc]{}).localKeys()
	texts := (&registration[slug, codecDoc]{}).localKeys()
	n := testing.AllocsPerRun(100, func() {
		if at, err := integers.of(1 << 40); err != nil || at.Number != 1<<40 {
			t.Error(at, err)
		}
		if at, err := texts.of("hello"); err != nil || at.Text != "hello" {
			t.Error(at, err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
