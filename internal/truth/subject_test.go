package truth

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/denormgen/denormgen/internal/truth/naive"

	denorm "github.com/denormgen/denormgen/runtime"
)

// subject is a collection of the product beside what builds its documents naively.
type subject interface {
	about() naive.Collection
	// agree compares every way to read the collection with what the data says it must answer.
	agree(ctx context.Context, random *rand.Rand, d *naive.Data, engine *denorm.Engine) (figures, error)
	// within compares documents that are loaded inside a transaction.
	within(ctx context.Context, random *rand.Rand, d *naive.Data, q denorm.Queryer) (figures, error)
}

// figures are what was compared.
type figures struct {
	documents int
	queries   int // the most of one batch
}

func (f *figures) add(more figures) {
	f.documents += more.documents
	f.queries = max(f.queries, more.queries)
}

// accessor is a generated accessor.
type accessor[K comparable, D any] interface {
	Get(ctx context.Context, key K) (*D, error)
	GetMany(ctx context.Context, keys []K) ([]*D, error)
	GetJSON(ctx context.Context, key K) ([]byte, denorm.Version, error)
	All(ctx context.Context, options ...denorm.PageOption) iter.Seq2[*D, error]
	Page(ctx context.Context, size int, options ...denorm.PageOption) (denorm.Page[K, D], error)
	Count(ctx context.Context, limit int) (int, error)
	Load(ctx context.Context, q denorm.Queryer, keys ...K) ([]*D, error)
}

// typed is the subject with a key type and a document type.
type typed[K comparable, D any] struct {
	naive.Collection
	access accessor[K, D]
	keyOf  func(naive.Row) K
	other  func(*rand.Rand) K // some key, whether there is such a document or not
}

func (s typed[K, D]) about() naive.Collection { return s.Collection }

func (s typed[K, D]) agree(ctx context.Context, random *rand.Rand, d *naive.Data, engine *denorm.Engine) (figures, error) {
	docs := s.Documents(d)
	var done figures
	steps := []func() (figures, error){
		func() (figures, error) { return s.all(ctx, random, docs) },
		func() (figures, error) {
			return s.many(ctx, s.keys(random, docs), docs, engine, func(ctx context.Context, keys []K) ([]*D, error) {
				return s.access.GetMany(ctx, keys)
			})
		},
		func() (figures, error) { return s.one(ctx, random, docs) },
		func() (figures, error) { return s.forward(ctx, random, docs) },
		func() (figures, error) { return s.backward(ctx, random, docs) },
		func() (figures, error) { return figures{}, s.count(ctx, random, docs) },
	}
	for _, step := range steps {
		some, err := step()
		if err != nil {
			return done, fmt.Errorf("%s: %w", s.Name, err)
		}
		done.add(some)
	}
	return done, nil
}

func (s typed[K, D]) within(ctx context.Context, random *rand.Rand, d *naive.Data, q denorm.Queryer) (figures, error) {
	docs := s.Documents(d)
	some, err := s.many(ctx, s.keys(random, docs), docs, nil, func(ctx context.Context, keys []K) ([]*D, error) {
		return s.access.Load(ctx, q, keys...)
	})
	if err != nil {
		return some, fmt.Errorf("%s inside the transaction: %w", s.Name, err)
	}
	return some, nil
}

// keys are some that have documents and some that have not, some of them twice.
func (s typed[K, D]) keys(random *rand.Rand, docs []naive.Document) []K {
	var keys []K
	every := random.IntN(2) == 0
	for _, doc := range docs {
		if every || random.IntN(3) > 0 {
			keys = append(keys, s.keyOf(doc.Row))
		}
	}
	for range random.IntN(6) {
		keys = append(keys, s.other(random))
	}
	if len(keys) > 0 {
		keys = append(keys, keys[random.IntN(len(keys))])
	}
	random.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	if random.IntN(20) == 0 {
		keys = slices.Repeat(keys, 1+1500/max(1, len(keys)))
	}
	return keys
}

// wanted is the document of a key as JSON, "null" where there is none.
func (s typed[K, D]) wanted(docs []naive.Document, key K) string {
	for _, doc := range docs {
		if s.keyOf(doc.Row) == key {
			return doc.JSON
		}
	}
	return "null"
}

func (s typed[K, D]) many(ctx context.Context, keys []K, docs []naive.Document, engine *denorm.Engine, load func(context.Context, []K) ([]*D, error)) (figures, error) {
	before := denorm.Stats{}
	if engine != nil {
		before = engine.Stats()
	}
	got, err := load(ctx, keys)
	if err != nil {
		return figures{}, fmt.Errorf("the documents of %v: %w", keys, err)
	}
	distinct := map[K]bool{}
	for _, key := range keys {
		distinct[key] = true
	}
	done := figures{documents: len(distinct)}
	if engine != nil {
		after := engine.Stats()
		done.queries = int(after.Queries - before.Queries)
		if batches := int(after.Batches - before.Batches); batches > 1 || done.queries > s.Queries*batches {
			return done, fmt.Errorf("%d keys cost %d queries in %d batches; one batch has %d", len(keys), done.queries, batches, s.Queries)
		}
	}
	if len(got) != len(keys) {
		return done, fmt.Errorf("%d documents of %d keys", len(got), len(keys))
	}
	for i, key := range keys {
		if err := equal(fmt.Sprintf("of key %v among %d", key, len(keys)), got[i], s.wanted(docs, key)); err != nil {
			return done, err
		}
	}
	return done, nil
}

// equal compares a document with the JSON that is wanted.
func equal[D any](what string, got *D, want string) error {
	text, err := json.Marshal(got)
	if err != nil {
		return err
	}
	if string(text) == want {
		return nil
	}
	at := 0
	for at < min(len(text), len(want)) && text[at] == want[at] {
		at++
	}
	return fmt.Errorf("the document %s differs at byte %d:\n got %s\nwant %s", what, at, text, want)
}
