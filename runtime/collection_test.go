package denorm_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/denormtest"
)

const (
	book1 = `{"id":1,"title":"One","subtitle":null,"publisher":{"id":1,"name":"Acme"},"authors":[` +
		`{"id":10,"name":"Ann","awards":[{"id":100,"Title":"Prize"},{"id":102,"Title":"Cup"}]},` +
		`{"id":11,"name":"Bob","awards":[]}]}`
	book2 = `{"id":2,"title":"Two","subtitle":"or more","publisher":null,"authors":[{"id":11,"name":"Bob","awards":[]}]}`
	book3 = `{"id":3,"title":"Three","subtitle":"","publisher":{"id":2,"name":"Borealis"},"authors":[]}`
	book5 = `{"id":5,"title":"Five","subtitle":null,"publisher":{"id":2,"name":"Borealis"},"authors":[` +
		`{"id":12,"name":"Cid","awards":[{"id":101,"Title":"Medal"}]}]}`
)

func asJSON(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestGet(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db)
		for id, want := range map[int64]string{1: book1, 2: book2, 3: book3, 5: book5} {
			doc, err := books.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if got := asJSON(t, doc); got != want {
				t.Errorf("book %d:\n got %s\nwant %s", id, got, want)
			}
			text, version, err := books.GetJSON(t.Context(), id)
			if err != nil || string(text) != want || version != (denorm.Version{}) {
				t.Errorf("GetJSON(%d) = %s, %v, %v", id, text, version, err)
			}
			for _, author := range doc.Authors {
				if cap(author.Awards) != len(author.Awards) {
					t.Errorf("a child slice has spare capacity")
				}
			}
		}
	})
}

func TestGetMissing(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db)
		for _, id := range []int64{4, 6, -1, 1 << 60} {
			_, err := books.Get(t.Context(), id)
			var load *denorm.LoadError
			if !errors.Is(err, denorm.ErrNotFound) || !errors.Is(err, sql.ErrNoRows) || !errors.As(err, &load) {
				t.Fatalf("Get(%d): %v", id, err)
			}
			if load.Collection != "books" || load.Key != fmt.Sprint(id) {
				t.Errorf("error names collection %q, key %q", load.Collection, load.Key)
			}
		}
	})
}

func TestGetMany(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db)
		for _, keys := range [][]int64{{}, {1}, {4}, {2, 1}, {1, 4, 2, 6, 1, 5, 3, 3}, {7, 6, 5, 4, 3, 2, 1, 0, -1}} {
			docs, err := books.GetMany(t.Context(), keys)
			if err != nil {
				t.Fatal(err)
			}
			if len(docs) != len(keys) {
				t.Fatalf("%d documents for %d keys", len(docs), len(keys))
			}
			for i, key := range keys {
				exists := key >= 1 && key <= 7 && key != 4 && key != 6
				if (docs[i] != nil) != exists || exists && docs[i].ID != key {
					t.Errorf("GetMany(%v)[%d] = %v", keys, i, docs[i])
				}
			}
		}
	})
}

func TestGetMany100k(t *testing.T) { testGetMany100k(t) }

func testGetMany100k(t *testing.T, options ...denorm.Option) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		engine := open(t, db, options...)
		books := denorm.Register(engine, booksDefinition())
		keys := make([]int64, 100_000)
		for i := range keys {
			keys[i] = int64(i % 60_000)
		}
		docs, err := books.GetMany(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		if docs[60_001] == nil || docs[60_001] != docs[1] || docs[4] != nil {
			t.Error("wrong documents")
		}
		if got := engine.Stats().Batches; got != 60 {
			t.Errorf("%d batches, want 60", got)
		}
	})
}

func TestAll(t *testing.T) { testAll(t) }

func testAll(t *testing.T, options ...denorm.Option) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db, options...)
		for _, test := range []struct {
			want    string
			options []denorm.PageOption
		}{
			{"1 2 3 5 7", nil},
			{"1 2 3 5 7", []denorm.PageOption{denorm.BatchSize(1)}},
			{"1 2 3 5 7", []denorm.PageOption{denorm.BatchSize(2)}},
			{"1 2 3 5 7", []denorm.PageOption{denorm.BatchSize(5)}},
			{"3 5 7", []denorm.PageOption{denorm.After(2), denorm.BatchSize(2)}},
			{"1 2", []denorm.PageOption{denorm.Before(int64(3)), denorm.BatchSize(1)}},
			{"2 3", []denorm.PageOption{denorm.After(int64(1)), denorm.Before(int64(4))}},
			{"", []denorm.PageOption{denorm.After(int64(7))}},
			{"5", []denorm.PageOption{denorm.Prefix(5)}},
		} {
			var got []string
			for doc, err := range books.All(t.Context(), test.options...) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprint(doc.ID))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		}
		for range books.All(t.Context(), denorm.BatchSize(1)) {
			break
		}
		for _, size := range []int{-1, 1001} {
			errs := 0
			for doc, err := range books.All(t.Context(), denorm.BatchSize(size)) {
				if doc != nil || !errors.Is(err, denorm.ErrValue) {
					t.Errorf("batch size %d: %v, %v", size, doc, err)
				}
				errs++
			}
			if errs != 1 {
				t.Errorf("%d errors", errs)
			}
		}
	})
}

func TestCount(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db)
		for limit, want := range map[int]int{0: 5, -1: 5, 1: 1, 4: 4, 5: 5, 100: 5} {
			if got, err := books.Count(t.Context(), limit); err != nil || got != want {
				t.Errorf("Count(%d) = %d, %v; want %d", limit, got, err, want)
			}
		}
	})
}

func TestLoadSeesOwnWrites(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		books := books(t, db)
		tx, err := db.BeginTxx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec(`UPDATE books SET title = 'Uno' WHERE id = 1`); err != nil {
			t.Fatal(err)
		}
		docs, err := books.Load(t.Context(), tx, 1, 4, 2)
		if err != nil {
			t.Fatal(err)
		}
		if docs[0].Title != "Uno" || docs[1] != nil || asJSON(t, docs[2]) != book2 {
			t.Errorf("got %s", asJSON(t, docs))
		}
	})
	db := testservers.SQLite(t, testservers.Pure)
	for _, none := range []denorm.Queryer{nil, (*sqlx.Tx)(nil), (*sql.Conn)(nil)} {
		if _, err := books(t, db).Load(t.Context(), none, 1); err == nil {
			t.Errorf("a nil queryer %T must be an error", none)
		}
	}
}

func TestTransform(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		boom := errors.New("boom")
		def := booksDefinition()
		def.Transform = func(_ context.Context, doc *BookDoc) error {
			switch doc.ID {
			case 2:
				return fmt.Errorf("not now: %w", denorm.Skip)
			case 7:
				return boom
			}
			doc.Title = strings.ToUpper(doc.Title)
			return nil
		}
		books := denorm.Register(open(t, db), def)
		if _, err := books.Get(t.Context(), 2); !errors.Is(err, denorm.ErrNotFound) {
			t.Errorf("skipped: %v", err)
		}
		if _, err := books.Get(t.Context(), 7); !errors.Is(err, boom) {
			t.Errorf("failed: %v", err)
		}
		docs, err := books.GetMany(t.Context(), []int64{1, 2, 1})
		if err != nil || docs[1] != nil || docs[0].Title != "ONE" {
			t.Errorf("GetMany: %v %v", docs, err)
		}
		page, err := books.Page(t.Context(), 2)
		if err != nil || len(page.Docs) != 1 || page.Next == nil || *page.Next != 2 {
			t.Errorf("Page: %v %v", page, err)
		}
		if _, err := books.GetMany(t.Context(), []int64{1, 7}); !errors.Is(err, boom) {
			t.Errorf("GetMany: %v", err)
		}
	})
}

func TestFixedNumberOfQueries(t *testing.T) {
	denormtest.Queries(t, booksDefinition(), booksQueries)
}
