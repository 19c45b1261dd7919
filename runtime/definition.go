package denorm

import "context"

// Definition is what generated code tells the runtime about one collection. It must not change once it
// is registered.
type Definition[K comparable, D any] struct {
	// Name identifies the collection in the database and in messages.
	Name string
	// Shape is a hash of everything that a document's content depends on but the data.
	Shape string
	// Key turns keys into bound values.
	Key KeyCodec[K]
	// Dialects holds the SQL of each dialect that was generated.
	Dialects map[Dialect]Statements
	// Loaders are the paths that a batch queries, "" for the roots first.
	Loaders []string
	// Queries is the number of queries of a batch, the length of Loaders. It is spelled out so that a
	// test of the generated code can hold it.
	Queries int
	// Load runs all loaders over a batch and returns its documents.
	Load func(batch *Batch) *Level[K, D]
	// Transform is the last step of a build, nil if there is none. It runs after the database was
	// released, may change the document, and drops it by returning Skip.
	Transform func(ctx context.Context, doc *D) error
}

// KeyCodec turns keys into bound values.
type KeyCodec[K comparable] struct {
	// Bind appends one value per key column to args, in the order of Roots.Key.
	Bind func(args []any, key K) []any
}

// Statements is the SQL of a collection in one dialect.
type Statements struct {
	Roots Roots
	// Loaders has one statement per Definition.Loaders. Each selects from denorm_roots, the common table
	// expression of the batch's roots that the runtime puts before it.
	Loaders []string
}

// Roots says which rows of which table have documents. All parts are quoted SQL.
type Roots struct {
	Table  string
	Key    []string // column names
	Filter string   // a condition on alias t, "" for every row
}
