package cli

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
)

// surroundings are what a database holds already.
type surroundings struct {
	catalog *capture.Catalog
	present capture.Present
}

// look reads what a script for plans has to know of a database. Relative paths of SQLite begin at dir.
func look(ctx context.Context, dialect capture.Dialect, dsn, dir string, plans []capture.Plan) (found surroundings, err error) {
	backend, err := capture.Lookup(dialect)
	if err != nil {
		return found, err
	}
	db, err := openDatabase(dialect, dsn, dir)
	if err != nil {
		return found, fmt.Errorf("opening the database of --dsn: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := found.read(ctx, db, backend, plans); err != nil {
		return found, fmt.Errorf("reading the database of --dsn: %w", err)
	}
	return found, nil
}

func (f *surroundings) read(ctx context.Context, db *sql.DB, backend capture.Backend, plans []capture.Plan) error {
	marker := capture.Table{Name: "denorm_installed"}
	ours, err := backend.Catalog(ctx, db, []capture.Table{marker})
	if err != nil {
		return err
	}
	if ours.Tables[marker] != nil {
		stored, err := capture.Plans(ctx, db)
		if err != nil {
			return err
		}
		for _, one := range stored {
			if !slices.ContainsFunc(plans, func(p capture.Plan) bool { return p.Collection == one.Collection && p.Shape == one.Shape }) {
				f.present.Others = append(f.present.Others, one.Plan)
			}
		}
	}
	objects, err := backend.Installed(ctx, db)
	if err != nil {
		return err
	}
	f.present.Objects = slices.Sorted(maps.Keys(objects))
	f.catalog, err = backend.Catalog(ctx, db, tables(slices.Concat(f.present.Others, plans)))
	return err
}

// tables are those that plans watch or look rows up in, each once.
func tables(plans []capture.Plan) []capture.Table {
	set := map[capture.Table]bool{}
	for _, plan := range plans {
		for _, dependency := range plan.Depends {
			set[dependency.Table] = true
			for _, join := range dependency.Joins {
				set[join.Table] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(set), func(a, b capture.Table) int { return strings.Compare(a.String(), b.String()) })
}

// openDatabase opens by the drivers that the command links; a program that calls Run links them itself.
func openDatabase(dialect capture.Dialect, dsn, dir string) (*sql.DB, error) {
	switch dialect {
	case capture.Postgres:
		return sql.Open("pgx", dsn)
	case capture.MySQL:
		return sql.Open("mysql", dsn)
	}
	dsn, err := sqliteName(dsn, dir)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", dsn)
}

// sqliteName makes a URI of a path or URI that nothing is written by. A file that is not there is an error:
// SQLite would make it.
func sqliteName(dsn, dir string) (string, error) {
	path, query := dsn, ""
	if uri, ok := strings.CutPrefix(dsn, "file:"); ok {
		path, query, _ = strings.Cut(uri, "?")
		unescaped, err := url.PathUnescape(path)
		if err != nil {
			return "", errors.New("the path of the URI is not escaped as it has to be")
		}
		path = "/" + strings.TrimLeft(unescaped, "/")
		if !strings.HasPrefix(unescaped, "/") {
			path = unescaped
		}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("there is no such file")
	}
	if query != "" {
		query += "&"
	}
	uri := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: query + "_pragma=busy_timeout(5000)&_pragma=query_only(1)"}
	return uri.String(), nil
}
