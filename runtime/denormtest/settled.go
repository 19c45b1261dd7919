package denormtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/seam"
)

// Settled fails the test unless every document that the collection returns, from whatever cache, equals one
// that is built afresh, once all that was committed before the call has reached the caches. Without keys it
// compares all documents that there are, and what the cache of this process holds besides. Nobody may write
// meanwhile. The engine must have been installed; whether it runs does not matter.
//
//	denormtest.Settled(t, ctx, engine, books)
func Settled[K comparable, D any](
	t testing.TB, ctx context.Context, engine *denorm.Engine, collection Collection[K, D], keys ...K,
) {
	t.Helper()
	s, err := newSettling(engine, collection)
	if err != nil {
		t.Errorf("denormtest: %v", err)
		return
	}
	s.known, s.fixed = keys, len(keys) > 0
	found, err := s.settle(ctx)
	if err != nil {
		t.Errorf("denormtest: %s: %v", s.name(), err)
		return
	}
	for _, difference := range found.differences {
		t.Errorf("denormtest: %s: %s", s.name(), difference)
	}
}

// settling compares a collection with its database.
type settling[K comparable, D any] struct {
	engine     *denorm.Engine
	collection Collection[K, D]
	about      seam.Collection[K, D]
	known      []K  // keys that are compared
	fixed      bool // no others are
}

func newSettling[K comparable, D any](engine *denorm.Engine, collection Collection[K, D]) (*settling[K, D], error) {
	if engine == nil || collection == nil {
		return nil, errors.New("the engine or the collection is nil")
	}
	about, err := denorm.Inspect[K, D](seam.Permit{}, engine)
	if err != nil {
		return nil, err
	}
	return &settling[K, D]{engine: engine, collection: collection, about: about}, nil
}

func (s *settling[K, D]) name() string { return s.about.Plan.Collection }

// settled is what one comparison found.
type settled[K comparable] struct {
	fresh       map[K]string // documents as JSON, those that there are
	differences []string
	differing   []K
}

// settle drains and compares.
func (s *settling[K, D]) settle(ctx context.Context) (settled[K], error) {
	if err := s.engine.Drain(ctx); err != nil {
		return settled[K]{}, err
	}
	if err := s.learn(ctx); err != nil {
		return settled[K]{}, err
	}
	found := settled[K]{fresh: make(map[K]string, len(s.known))}
	const chunk = 500 // keys that one look at the caches surely gets through before they are too old
	for from := 0; from < len(s.known); from += chunk {
		if err := s.compare(ctx, s.known[from:min(from+chunk, len(s.known))], &found); err != nil {
			return found, err
		}
	}
	return found, nil
}

// learn adds the keys that have come.
func (s *settling[K, D]) learn(ctx context.Context) error {
	if s.fixed {
		return nil
	}
	keys, err := s.about.Keys(ctx)
	if err != nil {
		return fmt.Errorf("list the keys: %w", err)
	}
	known := make(map[K]bool, len(s.known))
	for _, key := range s.known {
		known[key] = true
	}
	for _, key := range keys {
		if !known[key] {
			s.known = append(s.known, key)
		}
	}
	return nil
}

func (s *settling[K, D]) compare(ctx context.Context, keys []K, found *settled[K]) error {
	cached, err := s.fromCaches(ctx, keys)
	if err != nil {
		return err
	}
	fresh, err := s.about.Fresh(ctx, keys)
	if err != nil {
		return fmt.Errorf("build documents afresh: %w", err)
	}
	for i, key := range keys {
		text, err := json.Marshal(fresh[i])
		if err != nil {
			return fmt.Errorf("key %v: %w", key, err)
		}
		if fresh[i] != nil {
			found.fresh[key] = string(text)
		}
		difference, err := s.one(ctx, key, cached[i], fresh[i], text)
		if err != nil {
			return err
		}
		if difference != "" {
			found.differences = append(found.differences, fmt.Sprintf("key %v: %s", key, difference))
			found.differing = append(found.differing, key)
		}
	}
	return nil
}

// one compares all ways to read a document with the one that was built.
func (s *settling[K, D]) one(ctx context.Context, key K, many, fresh *D, text []byte) (string, error) {
	if difference := diff("GetMany", many, fresh, text); difference != "" {
		return difference, nil
	}
	got, err := s.collection.Get(ctx, key)
	if err != nil && !errors.Is(err, denorm.ErrNotFound) {
		return "", err
	}
	if difference := diff("Get", got, fresh, text); difference != "" {
		return difference, nil
	}
	served, _, err := s.collection.GetJSON(ctx, key)
	switch {
	case errors.Is(err, denorm.ErrNotFound):
		served = []byte("null")
	case err != nil:
		return "", err
	}
	return diffText("GetJSON", served, text), nil
}

// fromCaches reads keys while the caches can be trusted: a machine that is slow may let them grow too old.
func (s *settling[K, D]) fromCaches(ctx context.Context, keys []K) ([]*D, error) {
	const attempts = 5
	for range attempts {
		before := s.engine.Stats().Bypasses
		docs, err := s.collection.GetMany(ctx, keys)
		if err != nil {
			return nil, err
		}
		if len(docs) != len(keys) {
			return nil, fmt.Errorf("GetMany returned %d documents of %d keys", len(docs), len(keys))
		}
		if s.engine.Stats().Bypasses == before {
			return docs, nil
		}
		if err := s.engine.Drain(ctx); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("documents were read past the caches each time: is the shared cache down, or MaxStaleness very short?")
}
