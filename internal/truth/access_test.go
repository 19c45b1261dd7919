package truth

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/denormgen/denormgen/internal/truth/naive"

	denorm "github.com/denormgen/denormgen/runtime"
)

// all compares the whole collection, in batches of a random size.
func (s typed[K, D]) all(ctx context.Context, random *rand.Rand, docs []naive.Document) (figures, error) {
	var options []denorm.PageOption
	if random.IntN(3) > 0 {
		options = append(options, denorm.BatchSize(1+random.IntN(len(docs)+3)))
	}
	done := figures{}
	for got, err := range s.access.All(ctx, options...) {
		if err != nil {
			return done, fmt.Errorf("All: %w", err)
		}
		if done.documents == len(docs) {
			return done, fmt.Errorf("All has more than the %d documents that there are", len(docs))
		}
		if err := equal(fmt.Sprintf("%d of All", done.documents), got, docs[done.documents].JSON); err != nil {
			return done, err
		}
		done.documents++
	}
	if done.documents != len(docs) {
		return done, fmt.Errorf("All has %d documents of %d", done.documents, len(docs))
	}
	return done, nil
}

// one compares a single document, twice.
func (s typed[K, D]) one(ctx context.Context, random *rand.Rand, docs []naive.Document) (figures, error) {
	key := s.other(random)
	if len(docs) > 0 && random.IntN(2) == 0 {
		key = s.keyOf(docs[random.IntN(len(docs))].Row)
	}
	want := s.wanted(docs, key)
	got, err := s.access.Get(ctx, key)
	if want == "null" {
		if !errors.Is(err, denorm.ErrNotFound) {
			return figures{}, fmt.Errorf("Get of %v, which there is not: %v, %v", key, got, err)
		}
		return figures{}, nil
	}
	if err != nil {
		return figures{}, fmt.Errorf("Get of %v: %w", key, err)
	}
	if err := equal(fmt.Sprintf("of key %v by Get", key), got, want); err != nil {
		return figures{}, err
	}
	text, _, err := s.access.GetJSON(ctx, key)
	if err != nil || string(text) != want {
		return figures{}, fmt.Errorf("GetJSON of %v: %v\n got %s\nwant %s", key, err, text, want)
	}
	return figures{documents: 2}, nil
}

// forward goes through the pages from the first.
func (s typed[K, D]) forward(ctx context.Context, random *rand.Rand, docs []naive.Document) (figures, error) {
	size := 1 + random.IntN(len(docs)+2)
	done := figures{}
	var options []denorm.PageOption
	for from := 0; ; {
		page, err := s.access.Page(ctx, size, options...)
		if err != nil {
			return done, fmt.Errorf("page of %d after %d documents: %w", size, from, err)
		}
		to := min(from+size, len(docs))
		if err := s.samePage(page, docs, from, to); err != nil {
			return done, fmt.Errorf("page of %d after %d documents: %w", size, from, err)
		}
		done.documents += len(page.Docs)
		if page.Next == nil {
			return done, nil
		}
		from, options = to, []denorm.PageOption{denorm.After(*page.Next)}
	}
}

// backward goes through the pages from the last document.
func (s typed[K, D]) backward(ctx context.Context, random *rand.Rand, docs []naive.Document) (figures, error) {
	if len(docs) == 0 {
		return figures{}, nil
	}
	size := 1 + random.IntN(len(docs)+2)
	done := figures{}
	to := len(docs) - 1
	for before := s.keyOf(docs[to].Row); ; {
		page, err := s.access.Page(ctx, size, denorm.Before(before))
		if err != nil {
			return done, fmt.Errorf("page of %d before document %d: %w", size, to, err)
		}
		from := max(to-size, 0)
		if err := s.samePage(page, docs, from, to); err != nil {
			return done, fmt.Errorf("page of %d before document %d: %w", size, to, err)
		}
		done.documents += len(page.Docs)
		if page.Prev == nil {
			return done, nil
		}
		to, before = from, *page.Prev
	}
}

// samePage compares a page with a stretch of the documents, and what it says of its neighbours.
func (s typed[K, D]) samePage(page denorm.Page[K, D], docs []naive.Document, from, to int) error {
	if len(page.Docs) != to-from {
		return fmt.Errorf("%d documents, want %d", len(page.Docs), to-from)
	}
	for i, got := range page.Docs {
		if err := equal(fmt.Sprintf("%d of the page", i), got, docs[from+i].JSON); err != nil {
			return err
		}
	}
	var next, prev *K
	if to < len(docs) && to > from {
		key := s.keyOf(docs[to-1].Row)
		next = &key
	}
	if from > 0 && to > from {
		key := s.keyOf(docs[from].Row)
		prev = &key
	}
	if !samePointed(page.Next, next) || !samePointed(page.Prev, prev) {
		return fmt.Errorf("the neighbours are %v and %v, want %v and %v", shown(page.Prev), shown(page.Next), shown(prev), shown(next))
	}
	return nil
}

func samePointed[K comparable](x, y *K) bool {
	return x == nil && y == nil || x != nil && y != nil && *x == *y
}

func shown[K any](key *K) string {
	if key == nil {
		return "none"
	}
	return fmt.Sprint(*key)
}

func (s typed[K, D]) count(ctx context.Context, random *rand.Rand, docs []naive.Document) error {
	limit := random.IntN(len(docs) + 3)
	for _, bound := range []int{0, limit} {
		want := len(docs)
		if bound > 0 {
			want = min(want, bound)
		}
		got, err := s.access.Count(ctx, bound)
		if err != nil || got != want {
			return fmt.Errorf("Count with limit %d is %d, %w; want %d", bound, got, err, want)
		}
	}
	return nil
}
