package relay

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
)

const busyTimeout = "PRAGMA busy_timeout = 5000"

// openSQLite opens the side, and a pool of our own on the user's file, through the user's driver.
func openSQLite(ctx context.Context, f *feed) (*sqliteStore, error) {
	path, err := databaseFile(ctx, f.DB)
	if err != nil {
		return nil, fmt.Errorf("find the database file: %w", err)
	}
	s := &sqliteStore{feed: f, main: f.DB}
	if path == "" {
		s.side = sql.OpenDB(connector{f.DB.Driver(), ":memory:", []string{busyTimeout}})
		s.side.SetMaxOpenConns(1) // another connection would be another database
		return s, s.makeSide(ctx)
	}
	s.side = sql.OpenDB(connector{f.DB.Driver(), fileURL(path + "-denorm"),
		[]string{busyTimeout, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"}})
	s.side.SetMaxOpenConns(4)
	s.side.SetMaxIdleConns(4)
	main := sql.OpenDB(connector{f.DB.Driver(), fileURL(path), []string{busyTimeout}})
	main.SetMaxOpenConns(4)
	main.SetMaxIdleConns(4)
	if _, err := readNumber(ctx, main, `SELECT COUNT(*) FROM "sqlite_master"`); err == nil {
		s.main, s.ownMain = main, true
	} else {
		// The user's connections may have what a plain one has not: a key, a file system.
		_ = main.Close()
	}
	if err := s.makeSide(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// makeSide makes the side's tables and begins the feed. Before Install it does nothing.
func (s *sqliteStore) makeSide(ctx context.Context) error {
	n, err := readNumber(ctx, s.main, `SELECT COUNT(*) FROM "sqlite_master" WHERE "name" IN ('denorm_changes', 'denorm_plans')`)
	if err != nil || n < 2 {
		return err
	}
	return s.prepare(ctx)
}

func (s *sqliteStore) close() error {
	err := s.side.Close()
	if s.ownMain {
		err = errors.Join(err, s.main.Close())
	}
	return err
}

// databaseFile is the path of the user's database, "" for one that is in memory.
func databaseFile(ctx context.Context, db *sql.DB) (path string, err error) {
	err = each(ctx, db, "PRAGMA database_list", nil, func(rows *sql.Rows) error {
		var n int
		var name, file sql.NullString
		if err := rows.Scan(&n, &name, &file); err != nil {
			return err
		}
		if name.String == "main" {
			path = file.String
		}
		return nil
	})
	return path, err
}

// fileURL is a data source name that both drivers read, whatever is in the path.
func fileURL(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// connector opens connections of a driver, and sets them up.
type connector struct {
	driver driver.Driver
	name   string
	setup  []string
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	for _, text := range c.setup {
		if err := execute(ctx, conn, text); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", text, err), conn.Close())
		}
	}
	return conn, nil
}

func (c connector) open(ctx context.Context) (driver.Conn, error) {
	if d, ok := c.driver.(driver.DriverContext); ok {
		inner, err := d.OpenConnector(c.name)
		if err != nil {
			return nil, err
		}
		return inner.Connect(ctx)
	}
	return c.driver.Open(c.name)
}

// execute runs a statement and drops the row that a PRAGMA may return.
func execute(ctx context.Context, conn driver.Conn, text string) error {
	if execer, ok := conn.(driver.ExecerContext); ok {
		_, err := execer.ExecContext(ctx, text, nil)
		return err
	}
	prepared, err := conn.Prepare(text)
	if err != nil {
		return err
	}
	defer prepared.Close()
	if contextual, ok := prepared.(driver.StmtExecContext); ok {
		_, err = contextual.ExecContext(ctx, nil)
		return err
	}
	return errors.New("the driver runs no statements with a context")
}

func (s *sqliteStore) mark(ctx context.Context) (int64, error) {
	last, err := readChange(ctx, s.main, selectNewest)
	return last.id, err
}

// above skips what the relay has read: the changes of a transaction that is under way come later. A log that
// ends before the cursor was rewound.
func (s *sqliteStore) above(ctx context.Context, q capture.Queryer, mark int64) (int64, error) {
	last, err := readChange(ctx, q, selectNewest)
	if err != nil {
		return 0, err
	}
	_, cursor, err := s.pollSide(ctx)
	if errors.Is(err, errNoState) || err == nil && cursor.id > last.id {
		return mark, nil
	}
	return max(mark, cursor.id), err
}

// keepChanges is how many changes that were read stay in the log before pruning is worth a write.
const keepChanges = 10_000

// pruneLog removes changes that were read, but for the last, by which a rewind is told. Any write may fail a
// transaction of the user's that has read already, so it is done rarely, many at once, and not if
// somebody else is writing.
func (s *sqliteStore) pruneLog(ctx context.Context) error {
	state, err := s.readState(ctx)
	if err != nil {
		return err
	}
	first, err := readNumber(ctx, s.main, `SELECT COALESCE(MIN("id"), 0) FROM "denorm_changes"`)
	if err != nil || first == 0 || state.cursor-first < keepChanges {
		return err
	}
	conn, err := s.main.Conn(ctx)
	if err != nil {
		return err
	}
	err = s.deleteChanges(ctx, conn, &state, first+10*keepChanges)
	if isBusy(err) {
		err = nil
	}
	return errors.Join(err, conn.Close())
}

func (s *sqliteStore) deleteChanges(ctx context.Context, conn *sql.Conn, state *state, below int64) error {
	whole := context.WithoutCancel(ctx)
	before, err := readNumber(whole, conn, "PRAGMA busy_timeout")
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(whole, "PRAGMA busy_timeout = 0"); err != nil {
		return err
	}
	defer conn.ExecContext(whole, fmt.Sprintf("PRAGMA busy_timeout = %d", before))
	if _, err := conn.ExecContext(whole, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	reason, err := rewind(whole, capture.Queryer(conn), state)
	if err == nil && reason == "" {
		_, err = conn.ExecContext(whole, `DELETE FROM "denorm_changes" WHERE "id" < ?`, min(state.cursor, below))
	}
	if err != nil {
		_, _ = conn.ExecContext(whole, "ROLLBACK")
		return err
	}
	if _, err = conn.ExecContext(whole, "COMMIT"); err != nil {
		_, _ = conn.ExecContext(whole, "ROLLBACK")
	}
	return err
}
