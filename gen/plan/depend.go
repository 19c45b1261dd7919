package plan

import (
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// Dependency says what a change of some columns of one table means: which documents show it, and how
// they are found from the changed row.
type Dependency struct {
	Table   model.Table
	Columns []string // sorted; a change of any other column does not touch the documents by this path
	Path    string   // "", "Authors", "Authors (link)", "count of Reviews as ReviewCount"
	Reason  Reason
	// Guard is the condition on the row itself, over its own columns, without which it shows in no
	// document by this path. Nil for none.
	Guard expr.Expr
	// From are the columns of Table whose values lead to the roots: the first hop's FromColumns, or those
	// that are the root's key where there is no hop.
	From []string
	// Hops lead from the changed row to the roots, the first from Table. None for the root itself.
	Hops []Hop
	// View tells that Table is a view, which no trigger can watch: its rows change with those of the tables
	// that it reads, and these have dependencies of their own.
	View bool
}

// Reason is why a document depends on a column.
type Reason string

const (
	Shown   Reason = "shown"   // its value is in the document, or a computed method reads it
	Linked  Reason = "linked"  // it ties rows together: old and new values matter
	Filter  Reason = "filter"  // a where or when reads it: rows enter and leave
	Sorted  Reason = "ordered" // it decides the order or who is within a limit
	Counted Reason = "number"  // a number is computed from it
	Viewed  Reason = "view"    // a view reads it
)

// Hop is one step toward the roots: rows of To whose ToColumns equal FromColumns.
type Hop struct {
	From        model.Table
	FromColumns []string
	To          model.Table
	ToColumns   []string
	// Filter is what a row of To must satisfy, over its own columns, for what lies below it to show. That
	// of the last hop is the roots' filter. Nil for none.
	Filter expr.Expr
	// Pair is what the two rows must satisfy together: columns of From's row, and those of To's as through.
	// It says nothing where From's row is the changed one, which may have been another.
	Pair expr.Expr
}
