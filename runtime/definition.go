package denorm

import (
	"context"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/wire"
)

// Definition is what generated code tells the runtime about one collection. It must not change once it
// is registered.
type Definition[K comparable, D any] struct {
	// Name identifies the collection in the database and in messages.
	Name string
	// Shape is a hash of everything that a document's content depends on but the data.
	Shape string
	// Table holds the roots, and Columns are its key columns; both unquoted.
	Table   Table
	Columns []string
	// Key turns keys into bound values and back.
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
	// Encode and Decode are the binary form of a document, for caches. A decoded document is equal to the one
	// that was encoded, and its strings and bytes alias the input.
	Encode func(e *wire.Encoder, doc *D)
	Decode func(d *wire.Decoder, doc *D)
	// AppendJSON appends what json.Marshal writes of a document.
	AppendJSON func(dst []byte, doc *D) ([]byte, error)

	origin func(r *registration[K, D]) origin[K, D] // nil for the tables
}

// KeyCodec turns keys into bound values and back.
type KeyCodec[K comparable] struct {
	// Bind appends one value per key column to args, in the order of Roots.Key.
	Bind func(args []any, key K) []any
	// Read reads a key from the first columns of a row.
	Read func(row Row) K
	// Exact tells that every column is an integer, text or bytes that no Scanner reads: then the database's
	// value alone says what the key is.
	Exact bool
}

// Table names a table, unquoted.
type Table = capture.Table

// Join says that rows of a table are found by columns.
type Join = capture.Join

// Dependency says what a change of one table means for the documents of a collection.
type Dependency = capture.Dependency

// Statements is the SQL of a collection in one dialect.
type Statements struct {
	Roots Roots
	// Loaders has one statement per Definition.Loaders. Each selects from denorm_roots, the common table
	// expression of the batch's roots that the runtime puts before it; or finds rows by the column before
	// `IN (denorm_keys)`, in the place of which the runtime writes what is true of the keys of the batch.
	Loaders []string
	// Depends lists, for every table, the columns that matter and how the documents are found.
	Depends []Dependency
}

// Roots says which rows of which table have documents. All parts are quoted SQL.
type Roots struct {
	Table  string
	Key    []string // column names
	Filter string   // a condition on alias t, "" for every row
}
