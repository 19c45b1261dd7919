package sqltext

import (
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// The data of the templates.
type (
	selectShape struct {
		Items string
		From  string
		Joins []joinShape
		Where string
		Order string
	}
	joinShape struct {
		Left   bool
		Source string
		On     string
	}
	sourceShape struct {
		Table  string
		Select string
		Alias  string
	}
	subqueryShape struct {
		Refs   string
		Select string
	}
	rankShape struct {
		Partition string
		Order     string
	}
	orderShape struct {
		Column   string
		Desc     bool
		Nullable bool
		First    bool // NULLs come first
		Raised   bool // NULLs are not the lowest values, as they are by default
	}
)

func (r *renderer) query(s *plan.Select) string {
	if s == nil || len(s.Items) == 0 {
		return r.fail("a select without items")
	}
	items := make([]string, len(s.Items))
	for i, item := range s.Items {
		items[i] = r.item(item)
	}
	return r.statement(items, s.From, s.Where, s.Order)
}

func (r *renderer) statement(items []string, from []plan.Source, where []plan.Condition, order []plan.OrderTerm) string {
	if len(from) == 0 {
		return r.fail("a select without a source")
	}
	shape := selectShape{
		Items: list(len("SELECT "), items),
		From:  r.source(from[0]),
		Where: r.conditions(len("WHERE "), where),
		Order: list(len("ORDER BY "), r.order(order)),
	}
	for _, source := range from[1:] {
		shape.Joins = append(shape.Joins, r.join(source))
	}
	return r.shape("select", shape)
}

func (r *renderer) item(item plan.Item) string {
	sql := ""
	switch {
	case item.Column != nil:
		sql = r.ref(*item.Column)
		if item.Time {
			if read := r.moment(sql); read != sql {
				// The name tells errors which column it was.
				sql = read + " AS " + r.Identifier(item.Column.Column)
			}
		}
	case item.Number != nil:
		sql = r.number(item.Number)
	case item.Rank != nil:
		sql = r.shape("rank", rankShape{
			Partition: strings.Join(r.refs(item.Rank.Partition), ", "),
			Order:     strings.Join(r.order(item.Rank.Order), ", "),
		})
	default:
		return r.fail("an item without content")
	}
	if item.Name != "" {
		sql += " AS " + r.Identifier(item.Name)
	}
	return sql
}

func (r *renderer) source(s plan.Source) string {
	switch {
	case s.Roots:
		return r.shape("roots", sourceShape{Alias: s.Alias})
	case s.Table != nil:
		return r.shape("table", sourceShape{Table: r.table(*s.Table), Alias: s.Alias})
	case s.Inner != nil:
		return r.shape("derived", sourceShape{Select: r.query(s.Inner), Alias: s.Alias})
	default:
		return r.fail("a source without content")
	}
}

func (r *renderer) join(s plan.Source) joinShape {
	shape := joinShape{Left: s.Left, Source: r.source(s), On: "TRUE"}
	if len(s.On) == 0 {
		return shape
	}
	prefix := len("LEFT JOIN  ON ") + len(shape.Source) - (strings.LastIndexByte(shape.Source, '\n') + 1)
	shape.On = r.conditions(prefix, s.On)
	return shape
}

func (r *renderer) number(n *plan.Number) string {
	value := "*"
	switch {
	case n.Inner != nil:
		value = r.number(n.Inner)
	case n.Value != nil:
		value = printer{r, n.Self, n.Through}.expr(n.Value).sql
	}
	item := ""
	switch n.Func {
	case model.Count:
		item = "COUNT(" + value + ")"
	case model.Sum:
		item = "COALESCE(SUM(" + value + "), 0)"
	case model.Min:
		item = "MIN(" + value + ")"
	case model.Max:
		item = "MAX(" + value + ")"
	default:
		return r.fail("a number by the function %q", n.Func)
	}
	if n.Value == nil && n.Inner == nil && n.Func != model.Count {
		return r.fail("a %s without a value", n.Func)
	}
	return r.shape("scalar", subqueryShape{Select: r.statement([]string{item}, n.From, n.Where, nil)})
}

func (r *renderer) order(terms []plan.OrderTerm) []string {
	list := make([]string, len(terms))
	for i, term := range terms {
		first := term.Nulls == "first" || term.Nulls == "" && !term.Desc
		list[i] = r.shape("order", orderShape{
			Column:   r.ref(term.Ref),
			Desc:     term.Desc,
			Nullable: term.Nullable,
			First:    first,
			Raised:   term.Nullable && first == term.Desc,
		})
	}
	return list
}

// conditions joins what must all hold; the first line begins behind a prefix of that width.
func (r *renderer) conditions(prefix int, conditions []plan.Condition) string {
	var conjuncts []string
	for _, c := range conditions {
		conjuncts = append(conjuncts, r.condition(c)...)
	}
	if len(conjuncts) == 1 {
		return conjuncts[0]
	}
	line := chain(prefix, "AND", conjuncts)
	return continued(line)
}

func (r *renderer) condition(c plan.Condition) []string {
	switch {
	case c.Equal != nil:
		return []string{r.ref(c.Equal.Left) + " = " + r.ref(c.Equal.Right)}
	case c.Predicate != nil && c.Predicate.Expr != nil:
		p := printer{r, c.Predicate.Self, c.Predicate.Through}
		return p.operands(c.Predicate.Expr, expr.And, precAnd)
	case c.Listed != nil:
		return []string{r.shape("listed", r.ref(*c.Listed))}
	case c.RankAtMost != nil:
		return []string{r.rankAtMost(*c.RankAtMost)}
	case c.Lowest != nil:
		return []string{r.lowest(c.Lowest)}
	case c.In != nil:
		return []string{r.shape("in", subqueryShape{Refs: row(r.refs(c.In.Refs)), Select: r.query(c.In.Select)})}
	default:
		return []string{r.fail("a condition without content")}
	}
}

func (r *renderer) lowest(l *plan.Lowest) string {
	var lower, of []string
	for _, column := range l.Key {
		lower = append(lower, qualified(r, l.Alias, column))
		of = append(of, qualified(r, l.Of, column))
	}
	if len(l.Key) == 0 {
		return r.fail("the lowest row of %q without a key", l.Table.Name)
	}
	var conjuncts []string
	for _, c := range l.On {
		conjuncts = append(conjuncts, r.condition(c)...)
	}
	conjuncts = append(conjuncts, row(lower)+" < "+row(of))
	return r.shape("absent", subqueryShape{Select: r.shape("select", selectShape{
		Items: "1",
		From:  r.shape("table", sourceShape{Table: r.table(l.Table), Alias: l.Alias}),
		Where: continued(chain(len("WHERE "), "AND", conjuncts)),
	})})
}

// row is a row value, or the one column itself.
func row(columns []string) string {
	if len(columns) == 1 {
		return columns[0]
	}
	return "(" + strings.Join(columns, ", ") + ")"
}

func (r *renderer) rankAtMost(c plan.RankAtMost) string {
	return r.ref(c.Ref) + " <= " + strconv.Itoa(c.Max)
}
