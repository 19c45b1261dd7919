package capture

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Layouts says what the triggers of each table have to log for plans: the union of what they need. The
// result is sorted by table, and the same for the same plans in any order.
func Layouts(plans []Plan) []Layout {
	type union struct {
		values, tracked map[string]bool
		guards          map[Guard]bool
	}
	tables := map[Table]union{}
	for _, plan := range plans {
		for _, dependency := range plan.Depends {
			u, ok := tables[dependency.Table]
			if !ok {
				u = union{values: map[string]bool{}, tracked: map[string]bool{}, guards: map[Guard]bool{}}
				tables[dependency.Table] = u
			}
			for _, column := range dependency.Columns {
				u.tracked[column] = true
			}
			for _, column := range dependency.From {
				u.values[column] = true
				u.tracked[column] = true
			}
			if guard := dependency.Guard(); guard != (Guard{}) {
				u.guards[guard] = true
			}
		}
	}
	layouts := make([]Layout, 0, len(tables))
	for _, table := range slices.SortedFunc(maps.Keys(tables), compareTables) {
		u := tables[table]
		layout := Layout{
			Table:   table,
			Values:  slices.Sorted(maps.Keys(u.values)),
			Tracked: slices.Sorted(maps.Keys(u.tracked)),
			Guards: slices.SortedFunc(maps.Keys(u.guards), func(a, b Guard) int {
				return cmp.Or(strings.Compare(a.Old, b.Old), strings.Compare(a.New, b.New))
			}),
		}
		layout.ID = layout.hash()
		layouts = append(layouts, layout)
	}
	return layouts
}

// Guard is the condition of the dependency on both sides of a change. The zero Guard always holds and
// stands in no layout.
func (d *Dependency) Guard() Guard { return Guard{Old: d.Old, New: d.New} }

// hash is the layout's ID. The numbers keep lists apart that share their elements.
func (l *Layout) hash() string {
	parts := []string{l.Table.Schema, l.Table.Name}
	for _, list := range [][]string{l.Values, l.Tracked} {
		parts = append(parts, hashOf(list...))
	}
	for _, guard := range l.Guards {
		parts = append(parts, guard.Old, guard.New)
	}
	return hashOf(parts...)
}

func compareTables(a, b Table) int {
	return cmp.Or(strings.Compare(a.Schema, b.Schema), strings.Compare(a.Name, b.Name))
}

// String is the name for people.
func (t Table) String() string {
	if t.Schema == "" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}
