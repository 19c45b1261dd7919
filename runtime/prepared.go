package denorm

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// statementKind tells the statements of a collection apart.
type statementKind struct {
	keys   int    // size of a list of keys, or 0
	page   bool   // the roots of window
	probe  bool   // whether window has rows
	count  bool   // number of roots
	limit  bool   // of a count
	window window // for page and probe
	// text tells that the statements are sent as text, never prepared.
	text bool
}

// statementCache holds the statements of a collection that were used, prepared where the dialect wants it.
type statementCache struct {
	engine   *Engine
	composer composer
	mu       sync.RWMutex
	sets     map[statementKind][]statement
}

// get returns the statements of a kind, one per loader for a list of keys, else one. It may take a
// connection to prepare them, so it must not be called inside a snapshot.
func (c *statementCache) get(ctx context.Context, kind statementKind) ([]statement, error) {
	c.mu.RLock()
	set, ok := c.sets[kind]
	c.mu.RUnlock()
	if ok {
		return set, nil
	}
	set = c.texts(kind)
	if !kind.text && c.engine.dialect.prepares() {
		if failed, err := c.prepare(ctx, set); err != nil {
			return set[failed : failed+1], err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sets[kind] = set // another goroutine's equal set is closed with the engine, too
	return set, nil
}

// texts composes the statements of a kind.
func (c *statementCache) texts(kind statementKind) []statement {
	var texts []string
	switch {
	case kind.page:
		texts = []string{c.composer.page(kind.window)}
	case kind.probe:
		texts = []string{c.composer.probe(kind.window)}
	case kind.count:
		texts = []string{c.composer.count(kind.limit)}
	default:
		texts = c.composer.byKeys(kind.keys)
	}
	set := make([]statement, len(texts))
	for i, text := range texts {
		set[i].text = text
	}
	return set
}

// prepare fills in the prepared forms, all or none; failed is the one that could not be prepared.
func (c *statementCache) prepare(ctx context.Context, set []statement) (failed int, err error) {
	stmts := make([]*sql.Stmt, 0, len(set))
	for i := range set {
		stmt, err := c.engine.db.PrepareContext(ctx, set[i].text)
		if err != nil {
			return i, errors.Join(causedBy(ctx, err), closeAll(stmts))
		}
		stmts = append(stmts, stmt)
	}
	if err := c.engine.keep(stmts); err != nil {
		return 0, errors.Join(err, closeAll(stmts))
	}
	for i, stmt := range stmts {
		set[i].stmt = stmt
	}
	return 0, nil
}

func closeAll(stmts []*sql.Stmt) error {
	var failed error
	for _, stmt := range stmts {
		failed = errors.Join(failed, stmt.Close())
	}
	return failed
}
