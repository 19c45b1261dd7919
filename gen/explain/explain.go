// Package explain turns a plan into something a person can read: the documents, the statements that
// load them, and which change of which column touches which documents. It is pure: a plan becomes an
// Explanation, an Explanation becomes text or JSON.
package explain

import "github.com/denormgen/denormgen/gen/plan"

// Source is one planned package and the SQL of its collections.
type Source struct {
	Plan    *plan.Plan
	Dialect string
	// SQL returns a collection's statements in Dialect.
	SQL func(*plan.Collection) SQL
}

// SQL is the text of a collection's statements.
type SQL struct {
	Roots   string   // the rows that the loaders call denorm_roots
	Loaders []string // one per loader
	Changes []string // the roots of a change, one per watch of the collection; nil if nobody asked
}

// Explanation answers one question: everything that a name may mean, or all collections and aggregates.
type Explanation struct {
	Dialect     string       `json:"dialect,omitempty"` // of all SQL in it
	Collections []Collection `json:"collections,omitempty"`
	Aggregates  []Aggregate  `json:"aggregates,omitempty"`
	Paths       []Path       `json:"paths,omitempty"`
	Changes     []Change     `json:"changes,omitempty"`
}

// Collection explains one collection.
type Collection struct {
	Name     string   `json:"name"`
	Package  string   `json:"package"` // import path
	Accessor string   `json:"accessor"`
	Document string   `json:"document"` // Go type
	Model    string   `json:"model"`
	Table    string   `json:"table"`
	Key      []string `json:"key"`             // columns
	Where    string   `json:"where,omitempty"` // which rows have a document
	Fields   []Field  `json:"fields"`
	// QueriesPerBatch is the number of queries that load up to 1,000 documents, however many they are.
	QueriesPerBatch int          `json:"queries_per_batch"`
	Roots           string       `json:"roots,omitempty"` // SQL of what the queries call denorm_roots; denorm_keys are its keys
	Queries         []Query      `json:"queries"`
	Dependencies    []Dependency `json:"dependencies"`
	Shape           string       `json:"shape"`
}

// Aggregate explains one aggregate: any change of a document of From is one of every document of its own.
type Aggregate struct {
	Name     string   `json:"name"`
	Package  string   `json:"package"` // import path
	Accessor string   `json:"accessor"`
	Document string   `json:"document"` // Go type
	Function string   `json:"function"`
	From     []string `json:"from"` // collections, each once
	Keys     []string `json:"keys"` // those that have a document
	Shape    string   `json:"shape"`
}

// Field is one field of a document, with those below it.
type Field struct {
	Name        string  `json:"name"`
	JSON        string  `json:"json,omitempty"` // empty for a field that JSON does not show
	Type        string  `json:"type"`           // Go
	Cardinality string  `json:"cardinality"`    // value, one, list, dict
	Source      string  `json:"source"`
	Path        string  `json:"path,omitempty"`      // of a relation, in the model's field names
	Recursive   bool    `json:"recursive,omitempty"` // its type is one of those above
	Fields      []Field `json:"fields,omitempty"`
}

// Query loads one path for a whole batch of documents.
type Query struct {
	Path string `json:"path"` // "" for the roots
	SQL  string `json:"sql,omitempty"`
}

// Dependency says how documents depend on columns of one table.
type Dependency struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Path    string   `json:"path"`
	Reason  string   `json:"reason"`
	Guard   string   `json:"guard,omitempty"` // what the changed row must satisfy, before or after
	From    []string `json:"from"`            // columns whose old and new values lead on
	Hops    []Hop    `json:"hops"`            // from the changed row to the root; none if it is the root
	View    bool     `json:"view,omitempty"`  // of a view: seen by what happens to the tables that it reads
	// Roots is the SQL that finds the documents by the values of From, if asked for.
	Roots string `json:"roots,omitempty"`
}

// Hop is one step toward the root: the rows of To whose ToColumns equal FromColumns of the row before.
type Hop struct {
	From        string   `json:"from"`
	FromColumns []string `json:"from_columns"`
	To          string   `json:"to"`
	ToColumns   []string `json:"to_columns"`
	Filter      string   `json:"filter,omitempty"` // what a row of To must satisfy
	Pair        string   `json:"pair,omitempty"`   // what both rows must, the columns of To as through
}

// Path explains one place in a collection's documents.
type Path struct {
	Collection string `json:"collection"`
	Path       string `json:"path"`
	Field      Field  `json:"field"`
	// Queries that load it: one, or one per level of a self-reference.
	Queries      []Query      `json:"queries"`
	Dependencies []Dependency `json:"dependencies"`
}

// Change explains what a change of one column, or of a whole row, does.
type Change struct {
	Table   string    `json:"table"`
	Column  string    `json:"column,omitempty"` // "" for any column of the row
	Model   string    `json:"model,omitempty"`
	Field   string    `json:"field,omitempty"` // of the model
	Touches []Touched `json:"touches"`         // empty: no document depends on it
	// Aggregates are those that are made of what is touched.
	Aggregates []Remade `json:"aggregates,omitempty"`
}

// Touched are documents of one collection that a change touches in one way.
type Touched struct {
	Collection string `json:"collection"`
	Document   string `json:"document"`
	Dependency
}

// Remade is an aggregate that is made again.
type Remade struct {
	Aggregate string   `json:"aggregate"`
	Document  string   `json:"document"` // Go type
	From      []string `json:"from"`     // collections of it that are touched, each once
}
