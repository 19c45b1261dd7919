package denorm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
)

// Engine serves documents from one database. It is safe for concurrent use. It does not own the
// database handle, which must stay open until after Close.
type Engine struct {
	db       *sql.DB
	sqlx     *sqlx.DB
	dialect  Dialect
	settings options
	logger   *slog.Logger
	log      QueryLog
	counters counters

	// live is there after Install.
	live       atomic.Pointer[live]
	installing sync.Mutex

	// pinned is whether SQLite snapshots need a plain BEGIN; nil until it was tried.
	pinned atomic.Pointer[bool]
	// driverSkips is whether SQLite's driver has to be asked through database/sql.
	driverSkips atomic.Bool
	closed      atomic.Bool
	notice      sync.Once

	verified verifiedPlaces

	mu          sync.Mutex // guards what follows
	collections map[string][]registered
	prepared    []statement
}

// Open makes an engine over a database. The dialect comes from the driver's name or from WithDialect.
// It does not touch the database, so it succeeds while the database is down.
//
// An unknown driver is ErrNoDialect.
func Open(ctx context.Context, db *sqlx.DB, opts ...Option) (*Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open denorm engine: %w", err)
	}
	if db == nil || db.DB == nil {
		return nil, errors.New("open denorm engine: the database is nil; pass what sqlx.Open or sqlx.Connect returned")
	}
	settings := defaults()
	for _, option := range opts {
		if option == nil {
			continue
		}
		if err := option(&settings); err != nil {
			return nil, fmt.Errorf("open denorm engine: %w", err)
		}
	}
	if settings.dialect == "" {
		dialect, err := DialectOf(db.DriverName())
		if err != nil {
			return nil, fmt.Errorf("open denorm engine: %w; name its dialect with denorm.WithDialect(denorm.SQLite), "+
				"denorm.Postgres or denorm.MySQL", err)
		}
		settings.dialect = dialect
	}
	return &Engine{
		db:          db.DB,
		sqlx:        db,
		dialect:     settings.dialect,
		settings:    settings,
		logger:      settings.logger,
		collections: map[string][]registered{},
	}, nil
}

// Close releases the prepared statements and the caches in this process. Accessors return ErrClosed from then
// on; calls that run may still succeed. A Run should have been ended before, by its context. The database handle
// and the shared cache stay open. A second Close does nothing.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	e.mu.Lock()
	prepared := e.prepared
	e.prepared = nil
	e.mu.Unlock()
	if err := errors.Join(closeAll(prepared), e.uninstalled()); err != nil {
		return fmt.Errorf("close denorm engine: %w", err)
	}
	return nil
}

// QueryLog returns the engine's record of queries, which is stopped at first.
func (e *Engine) QueryLog() *QueryLog { return &e.log }

// uncached says once that nothing is cached.
func (e *Engine) uncached(collection string) {
	e.notice.Do(func() {
		e.logger.Info("denorm: nothing is cached before Engine.Install: documents are loaded from the database at every call",
			"collection", collection)
	})
}

// keep takes over prepared statements until Close.
func (e *Engine) keep(set []statement) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed.Load() {
		return ErrClosed
	}
	for _, s := range set {
		if s.stmt != nil {
			e.prepared = append(e.prepared, s)
		}
	}
	return nil
}
