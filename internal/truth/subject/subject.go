// Package subject reads and compares collections as one process sees them.
package subject

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
)

// Subject is a collection as one process reads it.
type Subject interface {
	About() naive.Collection
	// Read reads a random key, or some, and returns how many.
	Read(ctx context.Context, random *rand.Rand) (int, error)
	// Compare gets every document that must exist, and keys of such as existed once: all together, and every
	// fourth time one by one. Where one differs, it tells what is read directly. It is not for several goroutines at
	// once.
	Compare(ctx context.Context, direct denorm.Queryer, docs []naive.Document) (int, error)
	// See gets the documents of some rows' keys, by the text of the key, with "null" for one that is not there.
	See(ctx context.Context, rows []naive.Row) (map[string]string, error)
}

// accessor is a generated accessor.
type accessor[K comparable, D any] interface {
	Get(ctx context.Context, key K) (*D, error)
	GetMany(ctx context.Context, keys []K) ([]*D, error)
	GetJSON(ctx context.Context, key K) ([]byte, denorm.Version, error)
	Load(ctx context.Context, q denorm.Queryer, keys ...K) ([]*D, error)
}

// typed is the subject with a key type and a document type.
type typed[K comparable, D any] struct {
	naive.Collection
	access accessor[K, D]
	keyOf  func(naive.Row) K
	other  func(*rand.Rand) K // some key, whether there is such a document or not
	seen   map[K]bool         // keys that were compared before
	turns  int                // how often they were
}

const oneByOne = 4 // of how many comparisons one gets each key for itself

func (s *typed[K, D]) About() naive.Collection { return s.Collection }

func (s *typed[K, D]) Read(ctx context.Context, random *rand.Rand) (n int, err error) {
	switch dice := random.IntN(20); {
	case dice < 3:
		n = 2 + random.IntN(6)
		keys := make([]K, n)
		for i := range keys {
			keys[i] = s.other(random)
		}
		_, err = s.access.GetMany(ctx, keys)
	case dice < 6:
		n = 1
		_, _, err = s.access.GetJSON(ctx, s.other(random))
	default:
		n = 1
		_, err = s.access.Get(ctx, s.other(random))
	}
	if errors.Is(err, denorm.ErrNotFound) {
		return n, nil
	}
	return n, err
}

func (s *typed[K, D]) Compare(ctx context.Context, direct denorm.Queryer, docs []naive.Document) (int, error) {
	wanted := map[K]string{}
	for _, doc := range docs {
		wanted[s.keyOf(doc.Row)] = doc.JSON
		s.seen[s.keyOf(doc.Row)] = true
	}
	keys := slices.Collect(maps.Keys(s.seen))
	found, err := s.find(ctx, keys)
	if err != nil {
		return 0, err
	}
	for i, key := range keys {
		want, ok := wanted[key]
		if !ok {
			want = "null"
		}
		if found[i] != want {
			return 0, s.differs(ctx, direct, key, found[i], want)
		}
	}
	return len(keys), nil
}

// find gets what is cached of keys as JSON.
func (s *typed[K, D]) find(ctx context.Context, keys []K) ([]string, error) {
	found := make([]string, len(keys))
	if s.turns++; s.turns%oneByOne == 0 {
		for i, key := range keys {
			var err error
			if found[i], err = s.get(ctx, key); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
	docs, err := s.access.GetMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	for i, doc := range docs {
		text, err := json.Marshal(doc)
		if err != nil {
			return nil, err
		}
		found[i] = string(text)
	}
	return found, nil
}

// differs tells how the document of a key differs from what is wanted.
func (s *typed[K, D]) differs(ctx context.Context, direct denorm.Queryer, key K, got, want string) error {
	loaded, err := s.access.Load(ctx, direct, key)
	if err != nil {
		return err
	}
	text, err := json.Marshal(loaded[0])
	if err != nil {
		return err
	}
	cause := "the cache is not the cause: Load says the same"
	if string(text) == want {
		cause = "Load gives what is wanted"
	}
	_, version, _ := s.access.GetJSON(ctx, key)
	return fmt.Errorf("document %v of %s, loaded at %s; %s\n got %s\nwant %s", key, s.Name, version, cause, got, want)
}

func (s *typed[K, D]) get(ctx context.Context, key K) (string, error) {
	doc, err := s.access.Get(ctx, key)
	if err != nil && !errors.Is(err, denorm.ErrNotFound) {
		return "", err
	}
	text, err := json.Marshal(doc)
	return string(text), err
}

func (s *typed[K, D]) See(ctx context.Context, rows []naive.Row) (map[string]string, error) {
	docs := map[string]string{}
	for _, r := range rows {
		text, err := s.get(ctx, s.keyOf(r))
		if err != nil {
			return nil, err
		}
		docs[s.KeyText(r)] = text
	}
	return docs, nil
}

func newSubject[K comparable, D any](c naive.Collection, access accessor[K, D], keyOf func(naive.Row) K, other func(*rand.Rand) K) Subject {
	return &typed[K, D]{Collection: c, access: access, keyOf: keyOf, other: other, seen: map[K]bool{}}
}

// byNumber is a subject whose key is the column id.
func byNumber[D any](c naive.Collection, access accessor[int64, D]) Subject {
	return newSubject(c, access, func(r naive.Row) int64 { return r["id"].(int64) }, someNumber)
}

// someNumber is mostly one of a key, sometimes one of a row that is always there at first.
func someNumber(random *rand.Rand) int64 {
	if random.IntN(8) == 0 {
		return 90 + random.Int64N(4)
	}
	return random.Int64N(14)
}

func someCode(random *rand.Rand) string {
	code := fmt.Sprint("K", random.IntN(9))
	if random.IntN(3) == 0 {
		code = strings.ToLower(code)
	}
	return code
}
