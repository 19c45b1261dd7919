package denormtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	books "github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/testservers"
	truth "github.com/denormgen/denormgen/internal/truth/models"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/denormtest"
)

// accessor are the methods of a generated accessor.
type accessor[K comparable, D any] interface {
	Get(ctx context.Context, key K) (*D, error)
	GetMany(ctx context.Context, keys []K) ([]*D, error)
	GetJSON(ctx context.Context, key K) ([]byte, denorm.Version, error)
	All(ctx context.Context, options ...denorm.PageOption) iter.Seq2[*D, error]
	Page(ctx context.Context, size int, options ...denorm.PageOption) (denorm.Page[K, D], error)
	Count(ctx context.Context, limit int) (int, error)
	Load(ctx context.Context, q denorm.Queryer, keys ...K) ([]*D, error)
	Watch(ctx context.Context, from denorm.Position) iter.Seq2[denorm.Event[K], error]
	Invalidate(ctx context.Context, keys ...K) error
	Refresh(ctx context.Context, keys ...K) error
}

var (
	_ accessor[int64, books.BookDoc]               = (*books.Books)(nil)
	_ accessor[int64, books.BookDoc]               = (*denormtest.FakeCollection[int64, books.BookDoc])(nil)
	_ accessor[truth.ChapterKey, truth.ChapterDoc] = (*truth.Chapters)(nil)
)

// answer is what a call returned, as text: documents, keys, and what kind of error.
func answer(value any, err error) string {
	if err != nil {
		var load *denorm.LoadError
		return fmt.Sprintf("error: load %t key %s, not found %t, value %t, cancelled %t", errors.As(err, &load), load.Key,
			errors.Is(err, denorm.ErrNotFound), errors.Is(err, denorm.ErrValue), errors.Is(err, context.Canceled))
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func all[D any](seq iter.Seq2[*D, error]) ([]*D, error) {
	docs := []*D{}
	for doc, err := range seq {
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// calls are what is asked of the real collection and of the fake: the answers have to be the same.
func calls[K comparable, D any](ctx context.Context, db *sqlx.DB, keys []K, prefixes ...[]any) map[string]func(accessor[K, D]) string {
	options := map[string][]denorm.PageOption{"": nil, "nil": {nil}, "three prefixes": {denorm.Prefix(1, 2, 3)}, "after a bool": {denorm.After(true)}}
	for _, key := range keys {
		options[fmt.Sprint("after ", key)] = []denorm.PageOption{denorm.After(key)}
		options[fmt.Sprint("before ", key)] = []denorm.PageOption{denorm.Before(key)}
		options[fmt.Sprint("between ", keys[0], " and ", key)] = []denorm.PageOption{denorm.After(keys[0]), denorm.Before(key)}
		for _, prefix := range prefixes {
			options[fmt.Sprint("prefix ", prefix)] = []denorm.PageOption{denorm.Prefix(prefix...)}
			options[fmt.Sprint("prefix ", prefix, " after ", key)] = []denorm.PageOption{denorm.Prefix(prefix...), denorm.After(key)}
			options[fmt.Sprint("prefix ", prefix, " before ", key)] = []denorm.PageOption{denorm.Prefix(prefix...), denorm.Before(key)}
		}
	}
	list := map[string]func(accessor[K, D]) string{
		"many":  func(c accessor[K, D]) string { return answer(c.GetMany(ctx, append(keys, keys[0]))) },
		"none":  func(c accessor[K, D]) string { return answer(c.GetMany(ctx, nil)) },
		"load":  func(c accessor[K, D]) string { return answer(c.Load(ctx, db, keys...)) },
		"count": func(c accessor[K, D]) string { return answer(c.Count(ctx, 0)) },
		"ended": func(c accessor[K, D]) string {
			ended, cancel := context.WithCancel(ctx)
			cancel()
			return answer(all(c.All(ended)))
		},
		"invalidate": func(c accessor[K, D]) string { return answer(nil, c.Invalidate(ctx, keys...)) },
		"refresh":    func(c accessor[K, D]) string { return answer(nil, c.Refresh(ctx, keys...)) },
		"watch from nowhere": func(c accessor[K, D]) string {
			for _, err := range c.Watch(ctx, "nowhere") {
				return fmt.Sprint(err != nil)
			}
			return "nothing"
		},
		"watch from elsewhere": func(c accessor[K, D]) string {
			for event, err := range c.Watch(ctx, "77.1.5") {
				return fmt.Sprint(event.All, err)
			}
			return "nothing"
		},
	}
	for _, limit := range []int{-1, 1, 3, 100} {
		list[fmt.Sprint("count ", limit)] = func(c accessor[K, D]) string { return answer(c.Count(ctx, limit)) }
	}
	for _, key := range keys {
		list[fmt.Sprint("get ", key)] = func(c accessor[K, D]) string { return answer(c.Get(ctx, key)) }
		list[fmt.Sprint("json ", key)] = func(c accessor[K, D]) string {
			text, _, err := c.GetJSON(ctx, key)
			return answer(json.RawMessage(text), err)
		}
	}
	for name, options := range options {
		list["all "+name] = func(c accessor[K, D]) string { return answer(all(c.All(ctx, options...))) }
		for _, size := range []int{0, 1, 2, 1001} {
			list[fmt.Sprint("page ", size, " ", name)] = func(c accessor[K, D]) string { return answer(c.Page(ctx, size, options...)) }
			list[fmt.Sprint("all by ", size, " ", name)] = func(c accessor[K, D]) string {
				return answer(all(c.All(ctx, append(options, denorm.BatchSize(size))...)))
			}
		}
	}
	return list
}

// conform asks a collection and a fake of its documents the same.
func conform[K comparable, D any](t *testing.T, db *sqlx.DB, real accessor[K, D], key func(*D) K, keys []K, prefixes ...[]any) {
	t.Helper()
	docs, err := all(real.All(t.Context()))
	if err != nil || len(docs) < 3 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	// In another order than that of the keys, and one of them twice.
	fake := denormtest.Fake(key, append([]*D{docs[len(docs)-1]}, docs...)...)
	asked := calls[K, D](t.Context(), db, keys, prefixes...)
	for name, call := range asked {
		if diff := cmp.Diff(call(real), call(fake)); diff != "" {
			t.Errorf("%s (-real +fake):\n%s", name, diff)
		}
	}
	t.Logf("%d calls of %d documents", len(asked), len(docs))
}

// TestFakeIsLikeTheRealOne holds the fake to collections of SQLite, with a simple key and with a composite one.
func TestFakeIsLikeTheRealOne(t *testing.T) {
	t.Run("one column", func(t *testing.T) {
		db := testservers.SQLite(t, testservers.Pure)
		_, real := bookstore(t, db)
		conform(t, db, real, func(doc *books.BookDoc) int64 { return doc.ID }, []int64{0, 1, 2, 4, 5, 9}, []any{2}, []any{int64(3)}, []any{77})
	})
	t.Run("two columns", func(t *testing.T) {
		db := testservers.SQLite(t, testservers.Pure)
		chapters(t, db)
		engine := open(t, db)
		real := truth.NewChapters(engine)
		install(t, engine)
		keys := []truth.ChapterKey{{BookID: 1, Number: 2}, {BookID: 1, Number: 10}, {BookID: 2, Number: 1}, {BookID: 1, Number: 3}, {BookID: 10, Number: 1}}
		conform(t, db, real, func(doc *truth.ChapterDoc) truth.ChapterKey {
			return truth.ChapterKey{BookID: doc.BookID, Number: doc.Number}
		}, keys, []any{1}, []any{int64(10)}, []any{3}, []any{1, 10})
	})
}

// chapters makes the tables that documents of chapters are loaded from.
func chapters(t *testing.T, db *sqlx.DB) {
	t.Helper()
	execute(t, db,
		`CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, price REAL NOT NULL DEFAULT 0, pages INTEGER, status TEXT NOT NULL DEFAULT '',
in_print BOOLEAN NOT NULL DEFAULT 1, publisher_id INTEGER, imprint_slug TEXT, category_id INTEGER, deleted_at DATETIME)`,
		`CREATE TABLE chapters (book_id INTEGER NOT NULL, number INTEGER NOT NULL, title TEXT, words INTEGER NOT NULL, PRIMARY KEY (book_id, number))`,
		`CREATE TABLE notes (id INTEGER PRIMARY KEY, book_id INTEGER, chapter_no INTEGER, lang TEXT NOT NULL, body TEXT, weight REAL NOT NULL)`,
		`CREATE TABLE authors (id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT, born INTEGER, region_code TEXT, mentor_id INTEGER)`,
		`CREATE TABLE authorships (id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL, author_id INTEGER, role TEXT NOT NULL, position INTEGER)`,
		`CREATE TABLE tags (id INTEGER PRIMARY KEY, label TEXT NOT NULL, weight INTEGER NOT NULL)`,
		`CREATE TABLE book_tags (book_id INTEGER, tag_id INTEGER)`,
		`CREATE TABLE comments (id INTEGER PRIMARY KEY, subject_type TEXT NOT NULL, subject_id INTEGER, author_id INTEGER, text TEXT,
score INTEGER NOT NULL, approved BOOLEAN NOT NULL, created_at DATETIME NOT NULL)`,
		`INSERT INTO books (id, title) VALUES (1, 'One'), (2, 'Two'), (10, 'Ten')`,
		`INSERT INTO chapters VALUES (1, 1, 'a', 5), (1, 2, NULL, 6), (1, 10, 'c', 7), (2, 1, 'd', 8), (10, 1, 'e', 9)`,
		`INSERT INTO notes VALUES (1, 1, 2, 'en', 'Body', 1.5)`,
	)
}
