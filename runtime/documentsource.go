package denorm

import (
	"context"
	"errors"
	"fmt"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// documentSource is a collection as sinks and checks see it: documents are JSON, and keys are texts. Positions are those
// that documents have to show.
type documentSource interface {
	documents(ctx context.Context, keys []string, at relay.Position) ([][]byte, error)
	walk(ctx context.Context, after string, n int, at relay.Position) (list []SinkDocument, next string, err error)
	count(ctx context.Context) (int, error)
	// sample picks up to n keys by chance.
	sample(ctx context.Context, n int) ([]string, error)
	// canonical is the text of a key as this program writes it.
	canonical(text string) (string, error)
	// here and shared are what the caches would answer now, without loading anything; an error, errUntrusted above all,
	// tells why they would not.
	here(ctx context.Context, keys []string) ([]heldDocument, error)
	shared(ctx context.Context, keys []string) ([]heldDocument, error)
}

// errLags means that the database handle led to a replica that does not show what the document has to show.
var errLags = errors.New("the database that was read lags behind the feed")

// documents loads documents past all caches, as JSON: one for each text of a key, nil where there is none or no row can
// have the key. They show all changes up to a position.
func (r *registration[K, D]) documents(ctx context.Context, texts []string, at relay.Position) ([][]byte, error) {
	keys, places := make([]K, 0, len(texts)), make(map[K]int, len(texts))
	for i, text := range texts {
		key, err := r.readKey(text)
		if err != nil {
			return nil, fmt.Errorf("key of %s: %w", r.def.Name, err)
		}
		keys = append(keys, key)
		places[key] = i
	}
	guard := r.engine.live.Load().guard(at)
	level, err := r.origin.byKeys(ctx, nil, keys, guard)
	if err != nil {
		return nil, err
	}
	if guard != nil && !guard.current() {
		return nil, errLags
	}
	bodies := make([][]byte, len(texts))
	for i, key := range level.keys {
		body, err := r.body(ctx, key, &level.items[i])
		if err != nil {
			return nil, err
		}
		if at, ok := places[key]; ok {
			bodies[at] = body
		}
	}
	return bodies, nil
}

func (r *registration[K, D]) count(ctx context.Context) (int, error) { return r.origin.count(ctx) }

func (r *registration[K, D]) sample(ctx context.Context, n int) ([]string, error) {
	return r.origin.sample(ctx, n)
}

// body is a document as JSON, nil where a transform drops it.
func (r *registration[K, D]) body(ctx context.Context, key K, doc *D) ([]byte, error) {
	keep, err := r.finish(ctx, key, doc)
	if err != nil || !keep {
		return nil, err
	}
	body, err := r.sinkJSON(doc)
	if err != nil {
		return nil, r.loadError("", keyText(key), err)
	}
	return body, nil
}

// walk loads up to n documents of the collection in key order, after a key or from the first on, past all caches. next
// is the key to go on after, "" where nothing follows.
func (r *registration[K, D]) walk(ctx context.Context, after string, n int, at relay.Position) (list []SinkDocument, next string, err error) {
	guard := r.engine.live.Load().guard(at)
	var behind *K
	if after != "" {
		key, err := r.readKey(after)
		if err != nil {
			return nil, "", fmt.Errorf("key of %s: %w", r.def.Name, err)
		}
		behind = &key
	}
	level, err := r.origin.page(ctx, behind, n, guard)
	if err != nil {
		return nil, "", r.closedOr(err)
	}
	if guard != nil && !guard.current() {
		return nil, "", errLags
	}
	for i, key := range level.keys {
		if next, err = r.name(key); err != nil {
			return nil, "", err
		}
		body, err := r.body(ctx, key, &level.items[i])
		if err != nil {
			return nil, "", err
		}
		list = append(list, SinkDocument{Key: next, Body: body})
	}
	if len(level.keys) < n {
		next = ""
	}
	return list, next, nil
}
