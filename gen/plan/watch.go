package plan

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// Watch is what has to be watched of one table, and how the changed rows lead to documents: all
// dependencies, whatever their path and reason, that lead from the same rows to the same documents.
type Watch struct {
	Table   model.Table
	Paths   []string // in order of first use
	Columns []string // sorted
	From    []string
	Guard   expr.Expr
	Hops    []Hop
}

// Watches puts the dependencies together that one look at the database answers, sorted by table and
// path. Views are left out: the tables that they read are watched for them.
func (c *Collection) Watches() []*Watch {
	var list []*Watch
	for _, d := range c.Depends {
		if d.View {
			continue
		}
		at := slices.IndexFunc(list, func(w *Watch) bool { return w.Covers(d) })
		if at < 0 {
			at = len(list)
			list = append(list, &Watch{Table: d.Table, From: d.From, Guard: d.Guard, Hops: d.Hops})
		}
		w := list[at]
		w.Columns = append(w.Columns, d.Columns...)
		if !slices.Contains(w.Paths, d.Path) {
			w.Paths = append(w.Paths, d.Path)
		}
	}
	for _, w := range list {
		slices.Sort(w.Columns)
		w.Columns = slices.Compact(w.Columns)
	}
	slices.SortStableFunc(list, func(a, b *Watch) int {
		return cmp.Or(
			strings.Compare(a.Table.Schema, b.Table.Schema),
			strings.Compare(a.Table.Name, b.Table.Name),
			strings.Compare(a.Path(), b.Path()),
		)
	})
	return list
}

// Covers tells whether the watch finds the documents of a dependency.
func (w *Watch) Covers(d *Dependency) bool {
	return !d.View && w.Table == d.Table && slices.Equal(w.From, d.From) &&
		reflect.DeepEqual(w.Guard, d.Guard) && reflect.DeepEqual(w.Hops, d.Hops)
}

// Path names the places in the document, for people: the shortest paths if they are many, "" for the root.
func (w *Watch) Path() string {
	paths := slices.Clone(w.Paths)
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	const few = 3
	switch {
	case paths[0] == "":
		return ""
	case len(paths) > few:
		return fmt.Sprintf("%s and %d more", strings.Join(paths[:few], ", "), len(paths)-few)
	default:
		return strings.Join(paths, ", ")
	}
}
