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
	db      *sql.DB
	dialect Dialect
	logger  *slog.Logger
	log     QueryLog

	// pinned is whether SQLite snapshots need a plain BEGIN; nil until it was tried.
	pinned atomic.Pointer[bool]
	closed atomic.Bool
	notice sync.Once

	batches, queries, documents atomic.Int64

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
	settings := options{logger: slog.Default()}
	for _, option := range opts {
		if option == nil {
			continue
		}
		if err := option(&settings); err != nil {
			return nil, fmt.Errorf("open denorm engine: %w", err)
		}
	}
	if settings.dialect == "" {
		dialect, err := dialectOf(db.DriverName())
		if err != nil {
			return nil, fmt.Errorf("open denorm engine: %w", err)
		}
		settings.dialect = dialect
	}
	return &Engine{
		db:          db.DB,
		dialect:     settings.dialect,
		logger:      settings.logger,
		collections: map[string][]registered{},
	}, nil
}

// Close releases the prepared statements. Accessors return ErrClosed from then on; calls that run may
// still succeed. The database handle stays open. A second Close does nothing.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	e.mu.Lock()
	prepared := e.prepared
	e.prepared = nil
	e.mu.Unlock()
	if err := closeAll(prepared); err != nil {
		return fmt.Errorf("close denorm engine: %w", err)
	}
	return nil
}

// Stats are counts since Open.
type Stats struct {
	Batches   int64 // loads of up to 1,000 roots each
	Queries   int64 // statements sent, those of batches and others
	Documents int64 // documents built, before a transform may drop some
}

// Stats returns the engine's counters. They are read one after another, not as one snapshot.
func (e *Engine) Stats() Stats {
	return Stats{Batches: e.batches.Load(), Queries: e.queries.Load(), Documents: e.documents.Load()}
}

// QueryLog returns the engine's record of queries, which is stopped at first.
func (e *Engine) QueryLog() *QueryLog { return &e.log }

// uncached says once that nothing is cached.
func (e *Engine) uncached(collection string) {
	e.notice.Do(func() {
		e.logger.Info("denorm: nothing is cached: documents are loaded from the database at every call",
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
