package sqlsink

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
)

// ErrNameTaken says that a table or view which is not the sink's has a name that it needs. Prefix gives it others.
var ErrNameTaken = errors.New("a table or view of somebody else has the name")

// Sink is a denorm.Sink in an SQL database. All methods may be called concurrently. The database handle stays the
// caller's to close, after the engine.
type Sink struct {
	db       *sql.DB
	database database
	prefix   string
	paths    map[string][][]string // by collection

	mu    sync.Mutex
	swept map[string]time.Time // by table
}

var (
	_ denorm.Sink         = (*Sink)(nil)
	_ denorm.SinkPreparer = (*Sink)(nil)
	_ denorm.SinkSwapper  = (*Sink)(nil)
)

// database is what differs between databases.
type database interface {
	// alone calls a function while no other process makes or switches anything; in a transaction where the database
	// can take back what is made.
	alone(ctx context.Context, db *sql.DB, prefix string, do func(queryer) error) error
	// object looks for a table, view or index.
	object(ctx context.Context, q queryer, name string) (object, error)
	// create makes what is missing of a table and its indexes.
	create(ctx context.Context, q queryer, p *place) error
	// serve has the view show a table; others' fields of the one before come along, unless that is nil.
	serve(ctx context.Context, q queryer, before, p *place) error
	// write stores documents, or that they are gone, as one.
	write(ctx context.Context, db *sql.DB, p *place, documents []denorm.SinkDocument, gone bool) error
	// refuses tells which document is too large, by an error.
	refuses(ctx context.Context, db *sql.DB, documents []denorm.SinkDocument, failed map[string]error) error
	// among is a condition that holds for rows of some keys, as the only values of a statement.
	among(keys []string) (condition string, values []any)
	// after is a condition that holds for rows after a key.
	after(key string) (condition string, value any)
	quote(name string) string
	text() string // the document
	now() string  // in seconds
}

// queryer is a database, a connection or a transaction.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// New makes a sink. The dialect comes from the driver's name or from Dialect; an unknown driver is
// denorm.ErrNoDialect. It does not touch the database.
func New(db *sqlx.DB, opts ...Option) (*Sink, error) {
	if db == nil || db.DB == nil {
		return nil, errors.New("make an SQL sink: the database is nil; pass what sqlx.Open or sqlx.Connect returned")
	}
	settings := settings{prefix: "doc_", paths: map[string][][]string{}}
	for _, opt := range opts {
		if err := opt(&settings); err != nil {
			return nil, fmt.Errorf("make an SQL sink: %w", err)
		}
	}
	if settings.dialect == "" {
		dialect, err := denorm.DialectOf(db.DriverName())
		if err != nil {
			return nil, fmt.Errorf("make an SQL sink: %w; name its dialect with sqlsink.Dialect", err)
		}
		settings.dialect = dialect
	}
	s := &Sink{db: db.DB, prefix: settings.prefix, paths: settings.paths, swept: map[string]time.Time{}}
	switch settings.dialect {
	case denorm.Postgres:
		s.database = postgres{}
	case denorm.SQLite:
		s.database = sqlite{}
	case denorm.MySQL:
		s.database = mysql{}
	}
	return s, nil
}

// wrap says what was being done, and why it ended if that was the context.
func wrap(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("SQL sink: %s: %w: %w", doing, ended, err)
	}
	return fmt.Errorf("SQL sink: %s: %w", doing, err)
}
