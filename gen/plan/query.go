package plan

import (
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// RootAlias is the alias of the batch's root rows in every loader; the runtime puts a common table
// expression named denorm_roots before the statement, which holds those rows.
const RootAlias = "t"

// Select is a statement, free of dialect.
type Select struct {
	Items []Item
	From  []Source // the first is the roots or an inner select
	Where []Condition
	Order []OrderTerm
}

// Ref is a column of a source.
type Ref struct {
	Alias  string
	Column string
}

// Item is one column of a result: exactly one of Column, Number, Rank is set.
type Item struct {
	Name   string // AS, only in inner selects
	Column *Ref
	Time   bool // a time.Time: some dialects read it in a fixed layout
	Number *Number
	Rank   *Rank
}

// Rank numbers the rows of each parent: DENSE_RANK() OVER (PARTITION BY ... ORDER BY ...).
type Rank struct {
	Partition []Ref
	Order     []OrderTerm
}

// Source is a row source in FROM.
type Source struct {
	Alias string
	Roots bool         // denorm_roots, only as the first
	Table *model.Table // a table
	Inner *Select      // a derived table
	Left  bool         // LEFT JOIN, else JOIN; meaningless for the first
	On    []Condition  // all must hold
}

// Condition is one conjunct: exactly one of its pointers is set.
type Condition struct {
	Equal      *Equal
	Predicate  *Predicate
	RankAtMost *RankAtMost
	Lowest     *Lowest
	In         *InSelect
	Listed     *Ref // a column whose value is the key of a root of the batch
}

// Equal says that two columns are equal.
type Equal struct{ Left, Right Ref }

// Predicate is an expression over the row of alias Self, its through columns over alias Through.
type Predicate struct {
	Expr    expr.Expr
	Self    string
	Through string
}

// RankAtMost says that a rank is at most Max.
type RankAtMost struct {
	Ref Ref
	Max int
}

// Lowest says that no row of Table has a lower key and satisfies On too: a to-one relation is its
// lowest row. `NOT EXISTS (SELECT 1 FROM Table AS Alias WHERE On AND Alias.Key < Of.Key)`
type Lowest struct {
	Table model.Table
	Alias string
	On    []Condition
	Key   []string
	Of    string
}

// InSelect is `Refs IN (SELECT ...)`: rows of a set, each once.
type InSelect struct {
	Refs   []Ref
	Select *Select
}

// Number is a scalar subquery correlated to the row that holds it. A count over Inner is a Sum of counts.
type Number struct {
	Func  model.NumberFunc // Count, Sum, Min or Max; an average is a Sum and a Count
	Value expr.Expr        // nil for COUNT(*)
	Inner *Number          // instead of Value: the number of each row, made up from further rows
	Form  model.Form
	Self  string // alias of the rows that are counted
	// Through is the alias of the join row.
	Through string
	// From and Where are those of the subquery; the first source needs no On: what ties it to the outer
	// row stands in Where.
	From  []Source
	Where []Condition
}

// OrderTerm is a column of ORDER BY. NULLs sort lowest unless Nulls says otherwise.
type OrderTerm struct {
	Ref      Ref
	Desc     bool
	Nulls    string // "", "first", "last"
	Nullable bool
}
