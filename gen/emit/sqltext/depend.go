package sqltext

import (
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// Dependency is what has to be watched of one table, and the SQL that finds the documents.
type Dependency struct {
	Table   model.Table
	Path    string   // for people; "" for the root
	Columns []string // unquoted, sorted
	From    []string // unquoted
	// Old and New are conditions on the rows OLD and NEW of a trigger; empty for none. They are no narrower
	// than the filters of the loaders: what these show is never definitely false here.
	Old, New string
	// Roots selects the roots' keys, as k1, k2, ..., by the values of From, which are v1, v2, ... of
	// denorm_changed, a common table expression that the relay puts in front. They are distinct as SQL compares
	// them; only a root's own keys are all there are, as those of documents differ by their bytes.
	Roots string
	// Joins are the columns by which Roots finds rows, for who looks for missing indexes.
	Joins []Join
}

// Join says that rows of a table are found by columns, which are unquoted.
type Join struct {
	Table   model.Table
	Columns []string
}

// The data of the templates.
type (
	reverseShape struct {
		Items string
		Joins []joinShape
	}
	reverseItem struct {
		Column string
		Number int
	}
)

// depends renders what a collection watches.
func (r *renderer) depends(c *plan.Collection) []Dependency {
	watches := c.Watches()
	list := make([]Dependency, len(watches))
	for i, w := range watches {
		list[i] = Dependency{
			Table:   w.Table,
			Path:    w.Path(),
			Columns: w.Columns,
			From:    w.From,
			Old:     r.guard(w.Guard, "OLD"),
			New:     r.guard(w.Guard, "NEW"),
			Roots:   r.reverse(c.Roots.Key, w),
		}
		for _, hop := range w.Hops {
			list[i].Joins = append(list[i].Joins, Join{hop.To, hop.ToColumns})
		}
	}
	return list
}

// reverse renders the way from changed rows to the roots.
func (r *renderer) reverse(key []string, w *plan.Watch) string {
	const changed = "c"
	alias := changed
	var shape reverseShape
	if len(w.From) == 0 || len(w.Hops) == 0 && len(w.From) != len(key) {
		return r.fail("a dependency on %q that leads nowhere", w.Table.Name)
	}
	for i, hop := range w.Hops {
		from := alias
		if alias = fmt.Sprintf("h%d", i+1); i == len(w.Hops)-1 {
			alias = plan.RootAlias
		}
		if len(hop.FromColumns) == 0 || len(hop.FromColumns) != len(hop.ToColumns) {
			return r.fail("a hop from %q to %q by no columns", hop.From.Name, hop.To.Name)
		}
		var conjuncts []string
		for j, column := range hop.FromColumns {
			to := qualified(r, alias, hop.ToColumns[j])
			if i == 0 {
				conjuncts = append(conjuncts, fmt.Sprintf("%s = %s.v%d", to, from, j+1))
				continue
			}
			// In the loaders' order: SQLite compares under the left column's collation.
			conjuncts = append(conjuncts, qualified(r, from, column)+" = "+to)
		}
		if hop.Filter != nil {
			conjuncts = append(conjuncts, printer{dialect: r, self: alias}.operands(hop.Filter, expr.And, precAnd)...)
		}
		if hop.Pair != nil && i > 0 {
			conjuncts = append(conjuncts, printer{r, from, alias}.operands(hop.Pair, expr.And, precAnd)...)
		}
		source := r.shape("table", sourceShape{Table: r.table(hop.To), Alias: alias})
		shape.Joins = append(shape.Joins, joinShape{
			Source: source,
			On:     continued(chain(len("CROSS JOIN  ON ")+len(source), "AND", conjuncts)),
		})
	}
	items := make([]string, len(key))
	for i, column := range key {
		item := reverseItem{Column: fmt.Sprintf("%s.v%d", changed, i+1), Number: i + 1}
		if len(w.Hops) > 0 {
			item.Column = qualified(r, plan.RootAlias, column)
		}
		items[i] = r.shape("reverse key", item)
	}
	shape.Items = strings.Join(items, ", ")
	return r.shape("reverse", shape)
}
