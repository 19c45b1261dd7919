package capture

import (
	"context"
	"database/sql"
	"fmt"
)

// postgresOldest is the oldest version that has what the triggers need.
const postgresOldest = 13_00_00

// Examine refuses servers that are too old, connections that cannot have objects, and tables that triggers
// cannot watch for reasons that a catalog does not show.
func (postgresBackend) Examine(ctx context.Context, conn *sql.Conn, _ int, layouts []Layout, _ *Catalog) ([]Problem, error) {
	var version int
	var schema sql.NullString
	var standby bool
	err := conn.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS integer), current_schema(), pg_is_in_recovery()`).
		Scan(&version, &schema, &standby)
	if err != nil {
		return nil, fmt.Errorf("asking the server for its version: %w", err)
	}
	if version < postgresOldest {
		return []Problem{{Severity: Refused, Message: fmt.Sprintf("the server is PostgreSQL %d; capture needs 13 or later", version/100_00)}}, nil
	}
	var problems []Problem
	if !schema.Valid {
		problems = append(problems, Problem{Severity: Refused, Message: "there is no schema to make tables in: search_path names none that exists",
			Remedy: "create the schema, or set search_path for the role that connects"})
	}
	if standby {
		problems = append(problems, Problem{Severity: Refused, Message: "the server is a standby, which can only be read", Remedy: "connect to the primary"})
	}
	query, err := templateText(Postgres, "examine", nil)
	if err != nil {
		return nil, err
	}
	names, used := postgresNames(layouts)
	examined, err := readRows(ctx, conn, query, func(scan func(...any) error) (postgresExamined, error) {
		var e postgresExamined
		err := scan(&e.ord, &e.persistence, &e.virtual)
		return e, err
	}, names, used)
	if err != nil {
		return nil, fmt.Errorf("examining the captured tables: %w", err)
	}
	for _, e := range examined {
		problems = append(problems, e.problems(layouts[e.ord-1].Table)...)
	}
	return problems, nil
}

// postgresExamined is what is asked about a captured table.
type postgresExamined struct {
	ord         int
	persistence string
	virtual     string // generated columns without storage, separated by commas
}

func (e postgresExamined) problems(table Table) []Problem {
	var problems []Problem
	switch e.persistence {
	case "t":
		problems = append(problems, Problem{Severity: Refused, Table: table,
			Message: fmt.Sprintf("%s is a temporary table, which others do not see", table), Remedy: "make it a table that stays"})
	case "u":
		problems = append(problems, Problem{Severity: Bypassed, Table: table,
			Message: fmt.Sprintf("%s is unlogged: a crash of the server empties it, and no trigger sees that", table),
			Remedy:  "ALTER TABLE " + quoteTable(Postgres, table) + " SET LOGGED"})
	}
	if e.virtual != "" {
		problems = append(problems, Problem{Severity: Refused, Table: table,
			Message: fmt.Sprintf("%s has virtual generated columns, which triggers cannot read: %s", table, e.virtual), Remedy: "make them STORED"})
	}
	return problems
}

// postgresNames are arrays, in text form, of the tables and the used columns of layouts.
func postgresNames(layouts []Layout) (names, used string) {
	var tables, columns []string
	for i := range layouts {
		tables = append(tables, quoteTable(Postgres, layouts[i].Table))
		columns = append(columns, postgresLiteral(layouts[i].used()))
	}
	return postgresLiteral(tables), postgresLiteral(columns)
}
