package denorm

import (
	"context"
	"errors"
	"fmt"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// verifyPlace is one collection in one store.
type verifyPlace struct {
	collection string
	source     documentSource
	store      verifyStore
}

// verifyStore is a store as a check sees it.
type verifyStore interface {
	name() string
	// skips tells why the store cannot be compared, "" if it can.
	skips(ctx context.Context) (string, error)
	// read returns what the store holds of keys, one result each.
	read(ctx context.Context, keys []string) ([]heldDocument, error)
	// complete tells that the store ought to have all documents.
	complete() bool
	// fields are what counts at the root of a document, nil for all of it.
	fields() []string
	// reached tells whether the store shows everything up to a position, as far as that is known.
	reached(ctx context.Context, at relay.Position) (bool, error)
	// list returns up to n keys after one, errors.ErrUnsupported where that cannot be had.
	list(ctx context.Context, after string, n int) ([]string, error)
}

// cacheStore is a cache, which holds what was asked for.
type cacheStore struct {
	label string
	look  func(ctx context.Context, keys []string) ([]heldDocument, error)
}

func (c cacheStore) name() string   { return c.label }
func (cacheStore) complete() bool   { return false }
func (cacheStore) fields() []string { return nil }

func (c cacheStore) skips(ctx context.Context) (string, error) {
	_, err := c.read(ctx, nil)
	if errors.Is(err, errUntrusted) || errors.Is(err, errNoCache) {
		return err.Error(), nil
	}
	return "", err
}

func (c cacheStore) read(ctx context.Context, keys []string) ([]heldDocument, error) {
	return c.look(ctx, keys)
}

// reached is always so: a cache that is behind for longer than documents are waited for is not trusted.
func (cacheStore) reached(context.Context, relay.Position) (bool, error) { return true, nil }

func (cacheStore) list(context.Context, string, int) ([]string, error) {
	return nil, errors.ErrUnsupported
}

// sinkStore is a sink.
type sinkStore struct{ *sinkTarget }

func (s sinkStore) name() string     { return s.settings.name }
func (sinkStore) complete() bool     { return true }
func (s sinkStore) fields() []string { return s.target.Fields }

func (s sinkStore) skips(ctx context.Context) (string, error) {
	state, err := s.look(ctx)
	if err != nil {
		return "", err
	}
	if s.swapper() == nil && state.shapes.Serving != s.target.Shape {
		return errAnotherShape.Error(), nil
	}
	if _, found, err := s.live.feed.LoadPosition(ctx, s.sinkTarget.name); err != nil || !found {
		return "the sink was never filled", err
	}
	if s.due(&state) {
		return "the sink is being filled", nil
	}
	_, err = s.read(ctx, nil)
	if errors.Is(err, errors.ErrUnsupported) {
		return "the sink cannot be read", nil
	}
	return "", err
}

func (s sinkStore) read(ctx context.Context, keys []string) ([]heldDocument, error) {
	ctx, cancel := context.WithTimeout(ctx, s.settings.timeout)
	defer cancel()
	documents, err := s.settings.sink.Get(ctx, s.target, keys)
	if err != nil {
		return nil, fmt.Errorf("read %d documents from the sink: %w", len(keys), err)
	}
	if len(documents) != len(keys) {
		return nil, fmt.Errorf("the sink returned %d documents for %d keys", len(documents), len(keys))
	}
	list := make([]heldDocument, len(keys))
	for i, document := range documents {
		list[i] = heldDocument{held: document.Body != nil, body: document.Body, version: document.Version}
	}
	return list, nil
}

func (s sinkStore) reached(ctx context.Context, at relay.Position) (bool, error) {
	stored, _, err := s.live.feed.LoadPosition(ctx, s.sinkTarget.name)
	return stored.Epoch > at.Epoch || stored.Epoch == at.Epoch && stored.Seq >= at.Seq, err
}

func (s sinkStore) list(ctx context.Context, after string, n int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.settings.timeout)
	defer cancel()
	documents, err := s.settings.sink.Keys(ctx, s.target, after, n)
	if err != nil {
		return nil, fmt.Errorf("list keys of the sink: %w", err)
	}
	keys := make([]string, len(documents))
	for i, document := range documents {
		keys[i] = document.Key
	}
	return keys, nil
}
