// Package subject reads and compares collections as one process sees them.
package subject

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
)

// Subject is a collection as one process reads it.
type Subject interface {
	About() naive.Collection
	// Read reads a random key, or some, and returns how many.
	Read(ctx context.Context, random *rand.Rand) (int, error)
	// Compare gets every document that must exist, and keys of such as existed once. Where one differs, it tells
	// what is read directly. It is not for several goroutines at once.
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
}

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
	for key := range s.seen {
		want, ok := wanted[key]
		if !ok {
			want = "null"
		}
		if err := s.equal(ctx, direct, key, want); err != nil {
			return 0, err
		}
	}
	return len(s.seen), nil
}

// equal compares what is cached of a key with the JSON that is wanted.
func (s *typed[K, D]) equal(ctx context.Context, direct denorm.Queryer, key K, want string) error {
	got, err := s.get(ctx, key)
	if err != nil || got == want {
		return err
	}
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

// All are the collections of package models.
func All(engine *denorm.Engine) []Subject {
	of := map[string]naive.Collection{}
	for _, c := range naive.Collections() {
		of[c.Name] = c
	}
	return []Subject{
		byNumber(of["books"], models.NewBooks(engine)),
		byNumber(of["book_cards"], models.NewBookCards(engine)),
		byNumber(of["book_stats"], models.NewBookStats(engine)),
		byNumber(of["publishers"], models.NewPublishers(engine)),
		byNumber(of["authors"], models.NewAuthors(engine)),
		byNumber(of["comments"], models.NewComments(engine)),
		byNumber(of["opinions"], models.NewOpinions(engine)),
		byNumber(of["categories"], models.NewCategories(engine)),
		byNumber(of["tags"], models.NewTags(engine)),
		newSubject(of["regions"], models.NewRegions(engine), func(r naive.Row) string { return r["code"].(string) }, someCode),
		newSubject(of["chapters"], models.NewChapters(engine),
			func(r naive.Row) models.ChapterKey {
				return models.ChapterKey{BookID: r["book_id"].(int64), Number: int(r["number"].(int64))}
			},
			func(random *rand.Rand) models.ChapterKey {
				return models.ChapterKey{BookID: random.Int64N(14), Number: random.IntN(6)}
			}),
		newSubject(of["shelves"], models.NewShelves(engine),
			func(r naive.Row) models.ShelfKey {
				return models.ShelfKey{Room: int(r["room"].(int64)), Code: r["code"].(string)}
			},
			func(random *rand.Rand) models.ShelfKey {
				return models.ShelfKey{Room: random.IntN(5), Code: someCode(random)}
			}),
		newSubject(of["placements"], models.NewPlacements(engine),
			func(r naive.Row) models.PlacementKey {
				return models.PlacementKey{Room: int(r["room"].(int64)), ShelfCode: r["shelf_code"].(string), BookID: r["book_id"].(int64)}
			},
			func(random *rand.Rand) models.PlacementKey {
				return models.PlacementKey{Room: random.IntN(5), ShelfCode: someCode(random), BookID: random.Int64N(14)}
			}),
	}
}
