package denorm

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// queryLogSize is the number of queries that a log keeps.
const queryLogSize = 10_000

// Query is one statement that an engine sent.
type Query struct {
	Collection string
	Path       string // loader, "" for the roots, "(count)" and "(probe)" for what is not a loader
	SQL        string // without the bound values
	Keys       int    // root keys asked for, 0 for pages and counts
	Rows       int    // rows read
	Duration   time.Duration
}

// QueryLog records the queries of an engine: the last 10,000 since Start or Reset. It is safe for
// concurrent use.
type QueryLog struct {
	running atomic.Bool

	mu   sync.Mutex
	ring []Query
	next int // where the oldest entry is, once the ring is full
}

// Start begins to record, after what is recorded already.
func (l *QueryLog) Start() { l.running.Store(true) }

// Stop ends recording and keeps the entries.
func (l *QueryLog) Stop() { l.running.Store(false) }

// Reset drops the entries.
func (l *QueryLog) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next = nil, 0
}

// Entries returns a copy of the record, oldest first.
func (l *QueryLog) Entries() []Query {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries := make([]Query, 0, len(l.ring))
	entries = append(entries, l.ring[l.next:]...)
	return append(entries, l.ring[:l.next]...)
}

func (l *QueryLog) add(query Query) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < queryLogSize {
		l.ring = append(l.ring, query)
		return
	}
	l.ring[l.next] = query
	l.next = (l.next + 1) % queryLogSize
}

// watch starts to measure a query.
func (e *Engine) watch(collection, path, text string, keys int) watch {
	e.counters.queries.Add(1)
	if !e.log.running.Load() && !e.logger.Enabled(context.Background(), slog.LevelDebug) {
		return watch{}
	}
	return watch{
		engine: e, start: time.Now(),
		query: Query{Collection: collection, Path: path, SQL: text, Keys: keys},
	}
}

// done reports the query.
func (w *watch) done(ctx context.Context, rows int, err error) {
	if w.engine == nil {
		return
	}
	w.query.Rows, w.query.Duration = rows, time.Since(w.start)
	if w.engine.log.running.Load() {
		w.engine.log.add(w.query)
	}
	w.engine.logger.DebugContext(ctx, "denorm: query",
		"collection", w.query.Collection, "path", w.query.Path, "sql", w.query.SQL,
		"keys", w.query.Keys, "rows", rows, "duration", w.query.Duration, "failed", err != nil)
}
