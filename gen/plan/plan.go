// Package plan works out what follows from a schema: the document types, the statements that load
// them, and which change of which column touches which documents. It knows no SQL dialect, no
// go/types and no jennifer; emit turns it into text.
package plan

import (
	"slices"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// Plan is everything that is to be generated for one package.
type Plan struct {
	Package     *model.Package
	Keys        []*KeyType // composite keys, one struct each, in order of first use
	Collections []*Collection
	Aggregates  []*Aggregate
	Guards      []*model.Entity // models whose shape the generated code relies on
}

// KeyType is the struct generated for a composite key.
type KeyType struct {
	Name   string
	Entity *model.Entity
}

// Key is the Go type that identifies rows of an entity: the column's own type, or a KeyType.
type Key struct {
	Columns []*model.Column
	Struct  *KeyType // nil for a key of one column
}

// Collection is the plan of one collection.
type Collection struct {
	Declared *model.Collection
	Key      Key
	Roots    Roots
	Structs  []*Struct // document types, the root's first, in order of first use
	Elements []*Element
	Loaders  []*Loader // the roots' first; the number of queries of a batch is its length
	Depends  []*Dependency
	Shape    string // hash of everything that a document's content depends on but the data
}

// Aggregate is the plan of one aggregate.
type Aggregate struct {
	Declared *model.Aggregate
	From     []*Collection // one for each sequence that the function takes
	Shape    string        // hash of everything that a document's content depends on but the data
}

// Sources are the collections that the aggregate is made from, each once.
func (a *Aggregate) Sources() []*Collection {
	var list []*Collection
	for _, c := range a.From {
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

// SourceNames are the names of Sources.
func (a *Aggregate) SourceNames() []string {
	var names []string
	for _, c := range a.Sources() {
		names = append(names, c.Declared.Name)
	}
	return names
}

// Roots says which rows have documents: `SELECT * FROM Table AS t WHERE Filter`.
type Roots struct {
	Table  model.Table
	Key    []string  // column names
	Filter expr.Expr // nil for all
}

// Struct is a document type.
type Struct struct {
	Name    string
	Path    string // "" for the root
	Entity  *model.Entity
	Fields  []*Field
	Extra   *model.Type // embedded at the end, root only
	Comment string
}

// Field is a field of a document type.
type Field struct {
	Name string
	Tag  string // content of the json tag: `title,omitempty`
	Type FieldType
	// What fills it, for comments and explain: "books.title", "count of Reviews", "Person.FullName".
	Source string
}

// Cardinality tells how many values a field of children holds.
type Cardinality string

const (
	Value Cardinality = "value" // not a child: Type.Go as it is
	One   Cardinality = "one"   // *Struct, or a pointer to the flattened type
	List  Cardinality = "list"  // []Struct, []flattened
	Dict  Cardinality = "dict"  // map[By]Struct, map[By]flattened
)

// FieldType is the type of a document's field. For Cardinality Value, Go is the whole type; for
// children the element is Struct or, if that is nil, Go (flattened; for One, Go is already a pointer).
type FieldType struct {
	Cardinality Cardinality
	Go          *model.Type
	Struct      *Struct
	By          *model.Type
}

// Element is what one row of a loader becomes: a struct, or a flattened value. The levels of a
// self-reference share one Element. Its items come first in each loader's Select, in the same order.
type Element struct {
	Name   string // unique in the package, "BookDocAuthors": names the scan function
	Struct *Struct
	Flat   *Read // instead of Struct
	By     *Read // the map key of a Dict
	Sets   []Set // how Struct's fields are filled
}

// Read is a column of the result that becomes a Go value of Type.
type Read struct {
	Item     int // index into the loader's items
	Form     model.Form
	Type     model.Type // type of the value as wanted, pointer or sql.Null included
	Base     model.Type // Type without it
	Nullable bool       // Type is a pointer to Base, or (Wrapped) an sql.Null of it
	Wrapped  bool       // Type is read by its own Scan method although Base has a Form: sql.Null in a model
}

// Set fills one field: exactly one of Column, Avg, Method, Child is set.
type Set struct {
	Field  *Field
	Column *Read
	Number *model.Number // with Column: the number whose result it is
	Avg    *Average
	Method *Method
	Child  *Child
}

// Average divides a sum by a count, nil if the count is zero.
type Average struct{ Sum, Count Read }

// Method calls a computed method on a model filled with its inputs.
type Method struct {
	Computed *model.Computed
	Entity   *model.Entity
	Inputs   []Input
}

// Input is one field of the model that a computed method reads.
type Input struct {
	Field string
	Read  Read
}

// Child is a to-one relation, joined into the same row; nil when any of Present is NULL. A flattened
// one is a plain nullable Column instead.
type Child struct {
	Present []int // items that are NULL where there is no row
	Struct  *Struct
	Sets    []Set
}

// Loader is one statement and how its rows find their place. A loader comes after its Parent.
type Loader struct {
	Index   int
	Path    string // "" for the roots, "Authors", "Reports.Reports" for the second level of a depth
	Name    string // Go variable name, unique in the collection: "roots", "authors"
	Element *Element
	Parent  *Loader // nil for the roots
	// ParentID are the items that identify the parent: for each to-many step from the root the key of
	// that step, the root's own first. OwnID are those that identify this row below its parent.
	ParentID []ID
	OwnID    ID
	// Attach leads from the parent's element to the field that takes the children: to-one fields, then
	// the list itself.
	Attach []*Field
	Select *Select
}

// ID is a key read from items: the type of Key, one item per column.
type ID struct {
	Key   Key
	Reads []Read
	// Through is the link's own key where the relation leads through a model; it comes before Key.
	Through *ID
}
