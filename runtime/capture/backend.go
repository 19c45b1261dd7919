package capture

import (
	"context"
	"database/sql"
	"time"
)

// Queryer runs statements: *sql.DB, *sql.Conn, *sql.Tx.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Object is one thing that capture puts into the database: a trigger or a function.
type Object struct {
	// Name identifies it among all objects of ours in the database: "denorm_capture_update on books".
	// Installed and Drop of the backend use the same name.
	Name  string
	Table Table
	// Create makes or replaces it, Drop removes it if it is there. Each is complete statements.
	Create []string
	Drop   []string
	// Check fails if what Create made would fail writers, and changes nothing: a statement that is only
	// explained. It may be empty.
	Check []string
}

// Severity says how bad a Problem is.
type Severity string

// The severities.
const (
	Refused  Severity = "refused"  // Install fails
	Warning  Severity = "warning"  // changes are seen, but something costs or is missing
	Bypassed Severity = "bypassed" // some changes are not seen
)

// Problem is something that capture cannot do, or Doctor found.
type Problem struct {
	Severity Severity
	Table    Table
	Message  string // lower-case, says what and why
	Remedy   string // what to do, SQL where that does it; may be empty
}

// Backend is capture in one dialect. It holds no state.
type Backend interface {
	Dialect() Dialect
	// Tables is the DDL of the log and of what is kept beside it (schema.md), idempotent, in order. Undo
	// removes what it made, also if only some of that is there.
	Tables() []string
	Undo() []string
	// Begin takes the lock that serialises installations on a connection of its own, and begins a
	// transaction where DDL has them. It waits no longer than wait for a lock, then and in statements until
	// the end, which commits or rolls back, releases the lock, and works after ctx has ended.
	Begin(ctx context.Context, conn *sql.Conn, wait time.Duration) (end func(commit bool) error, err error)
	// Busy tells whether an error means that others held a lock: the whole step is worth another try.
	Busy(err error) bool
	// Drop removes the object that Installed or Objects gave this name, if it is there.
	Drop(name string) []string
	// Examine finds what is wrong with the connection, the server and their settings: Refused is what capture
	// cannot work with. The pool of the connection opens that many at most, 0 for any number. It is called
	// outside of a transaction.
	Examine(ctx context.Context, conn *sql.Conn, pool int, layouts []Layout, catalog *Catalog) ([]Problem, error)
	// Catalog reads what is known of tables, and of those that reference them or are referenced through
	// foreign keys with actions. A table that is not there is missing in the result.
	Catalog(ctx context.Context, q Queryer, tables []Table) (*Catalog, error)
	// Objects renders the triggers that log what the layouts say, in the order to create them. Without a
	// catalog (nil) it says in problems what it could not see.
	Objects(layouts []Layout, catalog *Catalog) ([]Object, []Problem)
	// Installed tells the objects of ours that the database holds now: by name, a text that differs if
	// the definition does, if it is disabled, or if its table was rebuilt or swapped. It does not fail where
	// nothing is installed.
	Installed(ctx context.Context, q Queryer) (map[string]string, error)
	// Fingerprint tells whether a captured table or one of its triggers was altered, rebuilt, renamed, swapped,
	// dropped or disabled, no later than anybody may have used it since: then it is not equal to the one before.
	// It is cheap, given the last one of the same layouts, the zero Fingerprint for none: the relay asks several
	// times a second.
	Fingerprint(ctx context.Context, q Queryer, layouts []Layout, last Fingerprint) (Fingerprint, error)
	// Parse reads a row of the log. The catalog helps where a value's form depends on its type.
	Parse(layout *Layout, catalog *Catalog, row Row) (Change, error)
	// Cast is SQL that makes a bound value of Side.Values a value that compares with the column, by its index.
	Cast(column ColumnInfo, placeholder string) string
}
