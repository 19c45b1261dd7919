package denormtest_test

import (
	"fmt"
	"strings"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/denormtest"
)

// recorder is a test that notes what it is told instead of failing.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

type parent struct{ children []child }

type child struct{ grandchildren []int64 }

// definition is a tree of three levels; load may do with it what it likes.
func definition(load func(*denorm.Batch) *denorm.Level[int64, parent]) *denorm.Definition[int64, parent] {
	return &denorm.Definition[int64, parent]{
		Name: "parents", Loaders: []string{"", "Children", "Children.Grandchildren"}, Queries: 3, Load: load,
	}
}

func root(b *denorm.Batch) *denorm.Level[int64, parent] {
	return denorm.LoadRoots(b, func(row denorm.Row) int64 { return row.Int64(0) }, func(denorm.Row, *parent) {})
}

func children(b *denorm.Batch, roots *denorm.Level[int64, parent]) *denorm.Level[denorm.Path[int64, int64], child] {
	return denorm.LoadMany(b, 1, roots,
		func(row denorm.Row) (int64, int64) { return row.Int64(0), row.Int64(1) },
		func(denorm.Row, *child) {}, func(p *parent, list []child) { p.children = list })
}

func grandchildren(b *denorm.Batch, parents *denorm.Level[denorm.Path[int64, int64], child]) {
	denorm.LoadMany(b, 2, parents,
		func(row denorm.Row) (denorm.Path[int64, int64], int64) {
			return denorm.Path[int64, int64]{Parent: row.Int64(0), Key: row.Int64(1)}, row.Int64(2)
		},
		func(row denorm.Row, value *int64) { *value = row.Int64(2) },
		func(c *child, list []int64) { c.grandchildren = list })
}

func TestQueries(t *testing.T) {
	whole := func(b *denorm.Batch) *denorm.Level[int64, parent] {
		roots := root(b)
		grandchildren(b, children(b, roots))
		return roots
	}
	for _, test := range []struct {
		name string
		load func(*denorm.Batch) *denorm.Level[int64, parent]
		want int
		says string // "" if nothing is wrong
	}{
		{"every loader once", whole, 3, ""},
		{"another number wanted", whole, 2, "300 roots cost 3 queries, want 2"},
		{"a loader left out", func(b *denorm.Batch) *denorm.Level[int64, parent] {
			roots := root(b)
			children(b, roots)
			return roots
		}, 3, `ran the loader of "Children.Grandchildren" 0 times`},
		{"a loader run per document", func(b *denorm.Batch) *denorm.Level[int64, parent] {
			roots := root(b)
			for range 3 {
				grandchildren(b, children(b, roots))
			}
			return roots
		}, 3, `ran the loader of "Children" 3 times`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &recorder{TB: t}
			denormtest.Queries(r, definition(test.load), test.want)
			said := strings.Join(r.said, "\n")
			if test.says == "" && said != "" {
				t.Errorf("complained: %s", said)
			}
			if !strings.Contains(said, test.says) {
				t.Errorf("said %q, want %q in it", said, test.says)
			}
		})
	}
}
