// Package model turns directives and Go types into a Schema: what the user declared, resolved, with
// every default filled in. Past this package nobody sees go/types or go/ast.
package model

import (
	"time"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/expr"
)

// Schema is what a run was asked to generate, one entry per package that declares collections,
// sorted by import path.
type Schema struct {
	Packages []*Package
}

// Package is one Go package which declares collections.
type Package struct {
	Path        string // import path
	Name        string
	Dir         string
	Dialects    []string // sorted: "mysql", "postgres", "sqlite"
	Entities    []*Entity
	Collections []*Collection
	Aggregates  []*Aggregate // in order of the source
	// Taken are the names of the package's own declarations (generated ones left out), with their
	// places; Methods the same for methods, as "Type.Name".
	Taken   map[string]diag.Span
	Methods map[string]diag.Span
}

// Entity is a model: one struct, one table. Entities of other packages of the module, reached by a
// relation, appear in the Package that reaches them as well; the pointer is shared.
type Entity struct {
	ID        string // import path + "." + type name
	Pkg       string // import path
	Name      string // Go type name
	Table     Table
	Key       []*Column // never empty
	Columns   []*Column // in order of declaration, embedded ones at their place
	Relations []*Relation
	Computed  []*Computed
	Where     expr.Expr // nil if there is none
	View      []Read    // what a view reads, for `//denorm:view`; nil for a table
	IsView    bool
	Span      diag.Span // of the type's name
}

// Table is the name of a table as the database knows it, unquoted.
type Table struct {
	Schema string // empty for the default
	Name   string
}

// Read says that a view shows rows of Entity, found from the view's row by Field.
type Read struct {
	Entity *Entity
	Field  *Column
}

// Form is how a value is read from a row.
type Form string

const (
	FormInt     Form = "int"     // any signed integer type
	FormUint    Form = "uint"    // any unsigned integer type
	FormFloat   Form = "float"   // float32, float64
	FormBool    Form = "bool"    //
	FormText    Form = "text"    // any string type
	FormBytes   Form = "bytes"   // []byte and named types of it but json.RawMessage
	FormRaw     Form = "raw"     // json.RawMessage
	FormTime    Form = "time"    // time.Time
	FormScanner Form = "scanner" // *T implements sql.Scanner
	FormJSON    Form = "json"    // //denorm:json
	FormArray   Form = "array"   // //denorm:array
)

// Column is a field that mirrors a column.
type Column struct {
	Field    string // Go selector from the model, "ID", for a promoted field its promoted name
	Name     string // column name, unquoted
	Type     Type   // as declared
	Base     Type   // Type without its pointer or sql.Null wrapper
	Doc      Type   // as it stands in a document: Base, or a pointer to Base where Nullable
	Form     Form   // of Base
	Nullable bool   // Type is a pointer or an sql.Null
	JSON     JSONTag
	Span     diag.Span
}

// Kind is the column's kind in expressions.
func (c *Column) Kind() expr.Kind {
	switch c.Form {
	case FormInt, FormUint:
		return expr.Int
	case FormFloat:
		return expr.Float
	case FormBool:
		return expr.Bool
	case FormText:
		return expr.Text
	case FormBytes:
		return expr.Bytes
	case FormTime:
		return expr.Time
	default:
		return expr.Opaque
	}
}

// JSONTag is a field's name and options in JSON.
type JSONTag struct {
	Name      string
	Omit      bool // json:"-"
	OmitEmpty bool
	OmitZero  bool
	Quoted    bool // ",string"
}

// RelationKind is one of the ways in which two models belong together.
type RelationKind string

const (
	BelongsTo  RelationKind = "belongsto"
	HasOne     RelationKind = "hasone"
	HasMany    RelationKind = "hasmany"
	ManyToMany RelationKind = "manytomany"
	Via        RelationKind = "via" // hasmany via=A.B: each row once
)

// Many tells whether a relation yields a list.
func (k RelationKind) Many() bool { return k == HasMany || k == ManyToMany || k == Via }

// Relation is a field of a model that leads to another model.
type Relation struct {
	Name   string // Go field name
	Kind   RelationKind
	Source *Entity
	Target *Entity
	// Local are columns of Source and Foreign columns of Target, in pairs that are equal where the
	// rows belong together. For ManyToMany Local pairs with Join.Local and Foreign with Join.Foreign.
	Local   []*Column
	Foreign []*Column
	Join    *JoinTable  // for ManyToMany
	Steps   []*Relation // for Via: the hops, in order
	When    expr.Expr   // nil if none; about the row that WhenOn names
	WhenOn  Side
	JSON    JSONTag
	Span    diag.Span
}

// Side names a row of a relation.
type Side string

const (
	OnSource Side = "source" // belongsto: this row holds the foreign key
	OnTarget Side = "target" // hasone, hasmany
	OnJoin   Side = "join"   // manytomany
)

// JoinTable lies between the two ends of a many-to-many relation.
type JoinTable struct {
	Table   Table
	Local   []string // columns that point at the source's Local
	Foreign []string // columns that point at the target's Foreign
	Through *Entity  // its model, nil for a bare table
}

// Computed is a method of a model that becomes a field of documents.
type Computed struct {
	Name    string // method name, also the Go name of the field
	Type    Type
	Errors  bool // returns (value, error)
	Pointer bool // pointer receiver
	Needs   []*Column
	Body    string // source of the method, for the shape hash
	JSON    string
	Span    diag.Span
}

// Collection is a named tree of relations below a root, as declared.
type Collection struct {
	Name      string
	Accessor  string
	Doc       string
	Root      *Entity
	Fields    []FieldRef // what the document shows, in order; never nil
	Computed  []*Computed
	Where     expr.Expr // the collection's own; Root.Where holds as well unless All
	All       bool      // lifts Root.Where
	Includes  []*Include
	Numbers   []*Number // those at the root
	Extra     *Type
	Transform *Transform
	Version   int
	TTL       time.Duration
	Span      diag.Span // of the collection's name
	DocSpan   diag.Span // of doc=, else the collection's name
	Comment   string    // first sentence of the root's doc comment, may be empty
}

// FieldRef is a column that a document shows, under a Go name and a JSON tag.
type FieldRef struct {
	Column  *Column
	Through bool // a column of the join table's model
	Span    diag.Span
}

// Include is one relation that documents follow.
type Include struct {
	Path     []string // field names from the root
	Relation *Relation
	As       string // Go field name in the document; the relation's name by default
	JSON     JSONTag
	Type     string // name of the generated struct; empty for a flattened one
	TypeSpan diag.Span
	Fields   []FieldRef
	Computed []*Computed
	Flatten  *FieldRef // nil unless flatten=
	By       *FieldRef // nil unless by=
	Order    []Order
	Limit    int // per parent, 0 for none
	Where    expr.Expr
	All      bool // lifts Relation.Target.Where
	Depth    int  // 1 unless depth=
	Includes []*Include
	Numbers  []*Number
	Span     diag.Span
}

// Order is one term of an order: the key breaks ties behind the last.
type Order struct {
	Column  *Column
	Through bool
	Desc    bool
	Nulls   string // "", "first", "last"; "" sorts NULL lowest
}

// NumberFunc is an aggregate function.
type NumberFunc string

const (
	Count NumberFunc = "count"
	Sum   NumberFunc = "sum"
	Avg   NumberFunc = "avg"
	Min   NumberFunc = "min"
	Max   NumberFunc = "max"
)

// Number is a value computed in SQL over the rows at the end of a chain of relations.
type Number struct {
	Func  NumberFunc
	Name  string      // Go field name
	JSON  string      //
	Steps []*Relation // from the model that holds the number; never empty
	Value expr.Expr   // nil for count of rows
	Field *Column     // set when Value is one column
	Where expr.Expr   // about the last step's target; may use through columns of the last step
	All   bool        // lifts the where of the models on the way
	Type  Type        // in the document
	Form  Form        // how the scalar is read: of Type without its pointer
	Span  diag.Span
}

// Aggregate is a set of documents, each made of all documents of other collections by one function.
type Aggregate struct {
	Name     string
	Accessor string
	From     []*Collection // one for each sequence that the function takes, in its order
	Keys     []string      // those that have a document, sorted; never empty
	Func     string
	Body     string // source of the function and of what it leads to in the package, for the shape hash
	Result   Type   // what a document is
	Layout   string // source of the package's own types that Result is made of, and layouts of others, for the shape hash
	Span     diag.Span
}

// Transform is the function that has the last word on a document.
type Transform struct {
	Name string
	Body string // source, for the shape hash
	Span diag.Span
}
