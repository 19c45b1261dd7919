package capture

// Catalog is what capture needs to know of the tables that are there.
type Catalog struct {
	Tables map[Table]*TableInfo // by the name that plans use
	// Names are other tables that are there, to suggest for one that is missing; it may be empty.
	Names []Table
	// Schema is, on MySQL and MariaDB, the database of the connection, in which the log stands. Version is what
	// the server calls its version.
	Schema, Version string
	// Triggers are, on MySQL and MariaDB, the triggers of capture that are there, and the tables they are on.
	Triggers map[string]Table
}

// Kind is what sort of thing a table is.
type Kind string

// The kinds. What has no triggers that see all writes is refused by Install.
const (
	BaseTable   Kind = "table"
	Partitioned Kind = "partitioned table"
	View        Kind = "view"
	Foreign     Kind = "foreign table"
	Virtual     Kind = "virtual table"
)

// TableInfo is what a database says of one table.
type TableInfo struct {
	// Table is the resolved name: its schema is never empty where the database has schemas.
	Table       Table
	Kind        Kind
	Engine      string // MySQL and MariaDB: InnoDB
	Columns     []ColumnInfo
	Key         []string   // primary key, in its order; nil if there is none
	Unique      [][]string // columns of every unique key, the primary one included
	Indexes     [][]string // columns of every index, the unique ones included, in index order
	ForeignKeys []ForeignKey
	Children    []Table // partitions and inheritance children, resolved names
	// RowID is, on SQLite, a name of the row number that no column hides; empty if there is none.
	RowID string
	// UniqueKeys are, on SQLite, the unique keys in detail: REPLACE removes rows through any of them.
	UniqueKeys []UniqueKey
}

// UniqueKey is one unique key of a table.
type UniqueKey struct {
	Terms []UniqueTerm
	Where string // the condition of a partial index, SQL; empty for all rows
}

// UniqueTerm is a column or an expression of a unique key.
type UniqueTerm struct {
	Column     string // empty for an expression
	Expression string // SQL
	Collation  string
}

// ColumnInfo is one column.
type ColumnInfo struct {
	Name string
	// Type is as the database writes it in a cast or declaration: bigint, character varying(20).
	Type      string
	Collation string
	Charset   string // MySQL and MariaDB
	Nullable  bool
	Generated bool
	Default   string // SQL; empty for none
	// Bytewise tells that the column's values are equal only if their bytes are.
	Bytewise bool
}

// ForeignKey is a foreign key of the table that holds it.
type ForeignKey struct {
	Name       string
	Columns    []string
	References Table // resolved
	RefColumns []string
	OnDelete   string // CASCADE, SET NULL, SET DEFAULT, RESTRICT, NO ACTION
	OnUpdate   string
}

// Column returns the column of a name, nil if there is none.
func (t *TableInfo) Column(name string) *ColumnInfo {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}
