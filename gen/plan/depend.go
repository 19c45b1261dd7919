package plan

import "github.com/denormgen/denormgen/gen/model"

// Dependency says what a change of some columns of one table means: which documents show it, and how
// they are found from the changed row.
type Dependency struct {
	Table   model.Table
	Columns []string // sorted; a change of any other column does not touch the documents by this path
	Path    string   // "", "Authors", "Authors (link)", "count of Reviews as ReviewCount"
	Reason  Reason
	// Hops lead from the changed row to the roots, the first from Table. None for the root itself.
	Hops []Hop
}

// Reason is why a document depends on a column.
type Reason string

const (
	Shown   Reason = "shown"   // its value is in the document, or a computed method reads it
	Linked  Reason = "linked"  // it ties rows together: old and new values matter
	Filter  Reason = "filter"  // a where or when reads it: rows enter and leave
	Sorted  Reason = "ordered" // it decides the order or who is within a limit
	Counted Reason = "number"  // a number is computed from it
)

// Hop is one step toward the roots: rows of To whose ToColumns equal FromColumns.
type Hop struct {
	From        model.Table
	FromColumns []string
	To          model.Table
	ToColumns   []string
}
