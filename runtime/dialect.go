package denorm

import (
	"fmt"
	"strconv"
	"strings"
)

// Dialect is a family of databases that share SQL.
type Dialect string

// The dialects that SQL is generated for.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
	MySQL    Dialect = "mysql" // and MariaDB
)

// DialectOf finds the dialect from the name that a driver is registered under, as sqlx.DB.DriverName has it. One that is
// not known is ErrNoDialect.
func DialectOf(driverName string) (Dialect, error) {
	switch driverName {
	case "sqlite", "sqlite3":
		return SQLite, nil
	case "pgx", "pgx/v5", "postgres":
		return Postgres, nil
	case "mysql":
		return MySQL, nil
	}
	return "", fmt.Errorf("%w: driver %q is not one of sqlite, sqlite3, pgx, pgx/v5, postgres, mysql", ErrNoDialect, driverName)
}

// known tells whether d is a dialect of this runtime.
func (d Dialect) known() bool {
	return d == SQLite || d == Postgres || d == MySQL
}

// prepares tells whether statements are prepared and kept here; pgx keeps its own.
func (d Dialect) prepares() bool { return d != Postgres }

// sqlText builds a statement and numbers its placeholders.
type sqlText struct {
	strings.Builder
	dialect Dialect
	bound   int
}

// bind writes the next placeholder.
func (t *sqlText) bind() {
	t.bound++
	if t.dialect == Postgres {
		t.WriteByte('$')
		t.WriteString(strconv.Itoa(t.bound))
		return
	}
	t.WriteByte('?')
}

// bindAs writes the next placeholder as a value of an SQL type, or as it is for "".
func (t *sqlText) bindAs(sqlType string) {
	if sqlType == "" {
		t.bind()
		return
	}
	t.WriteString("CAST(")
	t.bind()
	t.WriteString(" AS " + sqlType + ")")
}
