package capture

import "fmt"

// Lookup returns the backend of a dialect.
func Lookup(dialect Dialect) (Backend, error) {
	switch dialect {
	case MySQL:
		return mysqlBackend{}, nil
	case SQLite:
		return sqliteBackend{}, nil
	case Postgres:
		return postgresBackend{}, nil
	}
	return nil, fmt.Errorf("there is no change capture for dialect %q", dialect)
}
