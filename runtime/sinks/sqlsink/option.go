package sqlsink

import (
	"fmt"
	"slices"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Option says how a sink keeps documents.
type Option func(*settings) error

type settings struct {
	prefix  string
	dialect denorm.Dialect
	paths   map[string][][]string
}

// Prefix sets what the names of all tables and views begin with (default "doc_"). With "" the views have the names of
// their collections, which in the database of the source tables are mostly taken. Sinks of different engines in one
// database need different ones.
func Prefix(prefix string) Option {
	return func(s *settings) error {
		if err := checkName(prefix); prefix != "" && err != nil {
			return fmt.Errorf("%w: the prefix %q %w", denorm.ErrValue, prefix, err)
		}
		s.prefix = prefix
		return nil
	}
}

// Dialect sets the dialect of a database whose driver is registered under a name of its own.
func Dialect(dialect denorm.Dialect) Option {
	return func(s *settings) error {
		if dialect != denorm.SQLite && dialect != denorm.Postgres && dialect != denorm.MySQL {
			return fmt.Errorf("%w: dialect %q is not one of sqlite, postgres, mysql", denorm.ErrNoDialect, dialect)
		}
		s.dialect = dialect
		return nil
	}
}

// Index makes an index over the texts and numbers at a path of fields in the documents of a collection; see the page of
// the package for how to query by it. An index that is no longer declared stays until the documents' form changes.
func Index(collection string, path ...string) Option {
	return func(s *settings) error {
		if collection == "" || len(path) == 0 || slices.Contains(path, "") {
			return fmt.Errorf("%w: an index needs a collection and a path of fields", denorm.ErrValue)
		}
		for _, field := range path {
			if !isText(field) {
				return fmt.Errorf("%w: a path of an index on %q has a field that is not text", denorm.ErrValue, collection)
			}
		}
		for _, other := range s.paths[collection] {
			if strings.EqualFold(columnName(other), columnName(path)) {
				return fmt.Errorf("%w: two indexes on %q have the name %s", denorm.ErrValue, collection, columnName(path))
			}
		}
		s.paths[collection] = append(s.paths[collection], slices.Clone(path))
		return nil
	}
}
