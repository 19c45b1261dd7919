package capture

// Dialect is the SQL that a database speaks.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
	MySQL    Dialect = "mysql" // MariaDB as well
)

// Table names a table, unquoted. An empty Schema is the connection's default.
type Table struct {
	Schema string `json:"schema,omitempty"`
	Name   string `json:"name"`
}

// Plan is what the documents of one collection depend on. Install stores it in the database, as JSON, so
// that any process can find the documents that a change touches, whether it knows the collection or not.
type Plan struct {
	Collection string `json:"collection"`
	// Shape is a hash of everything that a document's content depends on but the data.
	Shape string `json:"shape"`
	// Table holds the root rows, Key are their key columns, unquoted.
	Table Table    `json:"table"`
	Key   []string `json:"key"`
	// Exact tells that a key's text follows from the database's value alone: integers, text and bytes read
	// without a Scanner. Other keys have to be read by the program that knows their type.
	Exact   bool         `json:"exact"`
	Depends []Dependency `json:"depends"`
	// Of are the collections whose documents this one's are made of: any event of theirs is one of every key in Keys.
	// Such a plan has no table.
	Of   []string `json:"of,omitempty"`
	Keys []string `json:"keys,omitempty"`
}

// Dependency says what a change of one table means for the documents of a collection, by one path.
type Dependency struct {
	// Table is the one whose rows change.
	Table Table `json:"table"`
	// Path is the place in the document, for people: "" for the root, "Authors", "Authors (link)".
	Path string `json:"path"`
	// Columns matter: an update of none of them touches no document. Sorted. Inserts and deletes matter
	// always.
	Columns []string `json:"columns"`
	// From are the columns of Table whose old and new values lead to the roots.
	From []string `json:"from"`
	// Old and New are conditions on the trigger's OLD and NEW row, quoted SQL: where it does not hold, that
	// side of the change shows in no document by this path. Empty ones always hold, and so does NULL.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Roots selects the keys of the roots, one result column a key column. It reads the values of
	// From, of both sides of all changes, as columns v1, v2, ... of denorm_changed, a common table
	// expression that the relay puts before it.
	Roots string `json:"roots"`
	// Joins are the columns by which Roots finds rows of other tables, for Doctor to see whether an index
	// helps. It may be empty.
	Joins []Join `json:"joins,omitempty"`
}

// Join says that rows of a table are found by columns.
type Join struct {
	Table   Table    `json:"table"`
	Columns []string `json:"columns"`
}
