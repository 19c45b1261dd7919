package capture

import (
	"context"
	"database/sql"
)

// Queryer runs statements: *sql.DB, *sql.Conn, *sql.Tx.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Object is one thing that capture puts into the database: a trigger or a function.
type Object struct {
	// Name identifies it in its database, within Table: "denorm_capture_update on books".
	Name  string
	Table Table
	// Create makes or replaces it, Drop removes it if it is there. Each is complete statements.
	Create []string
	Drop   []string
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
	// Tables is the DDL of the log and of what is kept beside it (schema.md), idempotent, in order.
	Tables() []string
	// Catalog reads what is known of tables, and of those that reference them or are referenced through
	// foreign keys with actions. A table that is not there is missing in the result.
	Catalog(ctx context.Context, q Queryer, tables []Table) (*Catalog, error)
	// Objects renders the triggers that log what the layouts say, in the order to create them. Without a
	// catalog (nil) it says in problems what it could not see.
	Objects(layouts []Layout, catalog *Catalog) ([]Object, []Problem)
	// Installed tells the objects of ours that the database holds now: by name, a text that differs if
	// the definition does or if it is disabled.
	Installed(ctx context.Context, q Queryer) (map[string]string, error)
	// Fingerprint is a short text that differs once a captured table or one of its triggers is altered,
	// rebuilt, renamed, swapped, dropped or disabled. It is cheap: the relay asks several times a second.
	Fingerprint(ctx context.Context, q Queryer, layouts []Layout) (string, error)
	// Parse reads a row of the log. The catalog helps where a value's form depends on its type.
	Parse(layout *Layout, catalog *Catalog, row Row) (Change, error)
}
