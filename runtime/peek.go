package denorm

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// heldDocument is what a store holds of a key.
type heldDocument struct {
	held    bool
	body    []byte // nil for what is known not to be there
	version Version
}

var (
	// errUntrusted means that readers of this process leave a cache alone.
	errUntrusted = errors.New("the cache does not answer readers of this process: Engine.Run does not run, or has not caught up")
	// errNoCache means that there is none.
	errNoCache = errors.New("there is no such cache")
)

// here returns what the cache of this process would answer.
func (r *registration[K, D]) here(ctx context.Context, texts []string) ([]heldDocument, error) {
	c := r.cached.Load()
	switch {
	case c == nil || r.engine.settings.localBytes == 0:
		return nil, errNoCache
	case !c.live.usable(&c.live.local, time.Now()):
		return nil, errUntrusted
	}
	list := make([]heldDocument, len(texts))
	for i, text := range texts {
		key, err := r.localKey(text)
		if err != nil || c.bypass.covers(key, c.live) {
			continue
		}
		found, ok := c.tier.Get(key)
		if !ok {
			continue
		}
		if list[i], err = r.holding(found.(*entry)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// shared returns what the shared cache would answer. Leases that it grants are given back.
func (r *registration[K, D]) shared(ctx context.Context, texts []string) ([]heldDocument, error) {
	c, settings := r.cached.Load(), &r.engine.settings
	switch {
	case c == nil || settings.shared == nil:
		return nil, errNoCache
	case !c.fresh(time.Now()):
		return nil, errUntrusted
	}
	names := make([]string, len(texts))
	for i, text := range texts {
		names[i] = c.prefix + text
	}
	timed, cancel := context.WithTimeout(ctx, settings.cacheTimeout)
	defer cancel()
	results, err := settings.shared.Get(timed, names, settings.leaseTime)
	if err != nil {
		return nil, fmt.Errorf("read the shared cache: %w", err)
	}
	var leased []Fill
	list := make([]heldDocument, len(texts))
	for i, result := range results {
		if result.Lease != "" {
			leased = append(leased, Fill{Key: names[i], Lease: result.Lease, TTL: time.Second})
		}
		if result.Value == nil {
			continue
		}
		if found, _, err := c.read(names[i], result.Value); err == nil && found != nil { // else it is no hit
			if list[i], err = r.holding(found); err != nil {
				return nil, err
			}
		}
	}
	if len(leased) > 0 {
		if _, err := settings.shared.Fill(timed, leased); err != nil {
			return nil, fmt.Errorf("give leases of the shared cache back: %w", err)
		}
	}
	return list, nil
}

func (r *registration[K, D]) holding(found *entry) (heldDocument, error) {
	one := heldDocument{held: true, version: found.version}
	doc, ok := found.doc.(*D)
	if !ok {
		return one, nil
	}
	var err error
	if one.body, err = r.sinkJSON(doc); err != nil {
		return one, r.loadError("", "", err)
	}
	return one, nil
}

// sample implements origin.
func (r selected[K, D]) sample(ctx context.Context, n int) (texts []string, err error) {
	set, err := r.statements(ctx, statementKind{sample: true})
	if err != nil {
		return nil, r.closedOr(err)
	}
	source := &keySource{
		ctx: ctx, engine: r.engine, collection: r.def.Name, loaders: []string{"(sample)"}, session: straight(r.engine.db),
		statements: set, args: []any{n},
	}
	rows, err := source.open(0)
	if err != nil {
		return nil, r.closedOr(r.loadError("(sample)", "", causedBy(ctx, err)))
	}
	for rows.next() {
		key := r.def.Key.Read(rows.row())
		column, failed := rows.failure()
		if failed != nil {
			_ = rows.close()
			return nil, &LoadError{Collection: r.def.Name, Path: "(sample)", Column: column, Err: failed}
		}
		text, err := r.name(key)
		if err != nil {
			_ = rows.close()
			return nil, r.loadError("(sample)", "", err)
		}
		texts = append(texts, text)
	}
	if err := rows.close(); err != nil {
		return nil, r.closedOr(r.loadError("(sample)", "", causedBy(ctx, err)))
	}
	return texts, nil
}
