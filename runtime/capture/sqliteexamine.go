package capture

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
)

// Examine looks at the connection: databases that other processes, or other connections, do not share, and
// shared caches, whose locks are not those that capture relies on.
func (b sqliteBackend) Examine(ctx context.Context, conn *sql.Conn, pool int, _ []Layout, _ *Catalog) ([]Problem, error) {
	var problems []Problem
	files, err := readRows(ctx, conn, "SELECT file FROM pragma_database_list WHERE name = 'main'", func(scan func(...any) error) (file string, err error) {
		return file, scan(&file)
	})
	if err != nil || len(files) != 1 {
		return nil, fmt.Errorf("reading the path of the database: %w", err)
	}
	if files[0] == "" {
		if pool != 1 {
			problems = append(problems, Problem{Severity: Refused, Message: "the database is in memory, where each connection has one of its own",
				Remedy: "use a database file, or SetMaxOpenConns(1)"})
		}
		return problems, nil
	}
	shared, err := sqliteSharedCache(ctx, conn, files[0])
	if err != nil {
		return nil, err
	}
	if shared {
		problems = append(problems, Problem{Severity: Refused, Message: "the connection uses a shared cache, where readers wait for writers and may see what was not committed",
			Remedy: "remove cache=shared from the data source name"})
	}
	var timeout int64
	if err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&timeout); err != nil {
		return nil, fmt.Errorf("reading the busy timeout: %w", err)
	}
	if timeout == 0 {
		problems = append(problems, Problem{Severity: Warning, Message: "the connection has no busy timeout: a statement fails at once where another one is writing",
			Remedy: "add _pragma=busy_timeout(5000) (modernc.org/sqlite) or _busy_timeout=5000 (mattn/go-sqlite3) to the data source name"})
	}
	return problems, nil
}

// sqliteSharedCache tells whether the connection is one of a shared cache: only those cannot attach their
// own file by the same cache.
func sqliteSharedCache(ctx context.Context, conn *sql.Conn, file string) (bool, error) {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: "cache=shared"}
	_, err := conn.ExecContext(ctx, "ATTACH "+quoteText(SQLite, uri.String())+" AS denorm_probe")
	if err != nil {
		if strings.Contains(err.Error(), "already attached") {
			return true, nil
		}
		return false, nil // it may not be a URI here, or attaching is forbidden: then there is nothing to tell
	}
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "DETACH denorm_probe"); err != nil {
		return false, fmt.Errorf("detaching the probe for a shared cache: %w", err)
	}
	return false, nil
}
