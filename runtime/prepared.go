package denorm

import (
	"context"
	"errors"
	"sync"
)

// statementKind tells the statements of a collection apart.
type statementKind struct {
	keys   int    // size of a list of keys, or 0
	page   bool   // of window
	probe  bool   // whether window has rows
	count  bool   // number of roots
	limit  bool   // of a count
	sample bool   // keys of some roots
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

// get returns the statements of a kind, one per loader for a list of keys or a page, else one; or which of them could
// not be prepared. It may take a connection to prepare them, so it must not be called inside a snapshot.
func (c *statementCache) get(ctx context.Context, kind statementKind) (set []statement, failed int, err error) {
	c.mu.RLock()
	set, ok := c.sets[kind]
	c.mu.RUnlock()
	if ok {
		return set, 0, nil
	}
	set = c.texts(kind)
	if !kind.text && c.engine.dialect.prepares() {
		if failed, err := c.prepare(ctx, set); err != nil {
			return nil, failed, errors.Join(err, closeAll(set))
		}
	}
	kept, err := c.keep(kind, set)
	if len(kept) > 0 && &kept[0] == &set[0] {
		return set, 0, nil
	}
	return kept, 0, errors.Join(err, closeAll(set))
}

// keep stores a set and returns it, or that of another goroutine which was faster.
func (c *statementCache) keep(kind statementKind, set []statement) ([]statement, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, ok := c.sets[kind]; ok {
		return other, nil
	}
	if err := c.engine.keep(set); err != nil {
		return nil, err
	}
	c.sets[kind] = set
	return set, nil
}

// texts composes the statements of a kind.
func (c *statementCache) texts(kind statementKind) []statement {
	var texts []string
	switch {
	case kind.page:
		texts = c.composer.page(kind.window)
	case kind.probe:
		texts = []string{c.composer.probe(kind.window)}
	case kind.count:
		texts = []string{c.composer.count(kind.limit)}
	case kind.sample:
		texts = []string{c.composer.sample()}
	default:
		texts = c.composer.byKeys(kind.keys)
	}
	set := make([]statement, len(texts))
	for i, text := range texts {
		set[i].text = text
	}
	return set
}

// prepare fills in the prepared forms, up to the one that fails.
func (c *statementCache) prepare(ctx context.Context, set []statement) (failed int, err error) {
	for i := range set {
		if set[i].stmt, err = c.engine.db.PrepareContext(ctx, set[i].text); err != nil {
			return i, causedBy(ctx, err)
		}
	}
	return 0, nil
}

// closeAll closes what was prepared of a set.
func closeAll(set []statement) error {
	var failed error
	for _, s := range set {
		if s.stmt != nil {
			failed = errors.Join(failed, s.stmt.Close())
		}
	}
	return failed
}
