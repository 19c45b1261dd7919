package denorm_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// Whatever holds of one connection does so of two.
func TestSecondConnection(t *testing.T) {
	for name, test := range map[string]func(*testing.T, ...denorm.Option){
		"all": testAll, "many": testGetMany100k, "pool of one": testPoolOfOne, "cancelled": testCancelledInTheMiddle,
	} {
		t.Run(name, func(t *testing.T) { test(t, denorm.WithSecondConnection()) })
	}
}

// abreast counts loads that run at once.
type abreast struct {
	mu        sync.Mutex
	now, most int
	began     int
	another   chan struct{} // closed when one more begins
}

func (l *abreast) begin() (number int, another <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.another != nil {
		close(l.another)
	}
	l.another = make(chan struct{})
	l.began++
	l.now++
	l.most = max(l.most, l.now)
	return l.began, l.another
}

func (l *abreast) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now--
}

// watched is the definition of books, each load of which is counted, and of which wait is told once its roots are known.
func (l *abreast) watched(wait func(number int, another <-chan struct{}, batch *denorm.Batch)) *denorm.Definition[int64, BookDoc] {
	def := booksDefinition()
	def.Load = func(batch *denorm.Batch) *denorm.Level[int64, BookDoc] {
		number, another := l.begin()
		defer l.end()
		roots := denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) }, scanBookDoc)
		wait(number, another, batch)
		denorm.LoadMany(batch, 1, roots,
			func(row denorm.Row) (int64, int64) { return row.Int64(2), row.Int64(0) },
			scanBookDocAuthors,
			func(doc *BookDoc, list []BookDocAuthors) { doc.Authors = list })
		return roots
	}
	return def
}

// soon waits for something that has to come.
func soon(t *testing.T, what string, c <-chan struct{}) {
	select {
	case <-c:
	case <-time.After(20 * time.Second):
		t.Errorf("%s: it never comes", what)
	}
}

func TestPagesAreReadAhead(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		var l abreast
		def := l.watched(func(number int, another <-chan struct{}, _ *denorm.Batch) {
			if number == 1 { // the second page begins while the first is being loaded, the third has to wait
				soon(t, "the second page", another)
			}
		})
		books := denorm.Register(open(t, db, denorm.WithSecondConnection()), def)
		var seen []int64
		for doc, err := range books.All(t.Context(), denorm.BatchSize(1)) {
			if err != nil {
				t.Fatal(err)
			}
			l.mu.Lock()
			if ahead := l.began - len(seen) - 1; ahead > 1 {
				t.Errorf("%d pages are read ahead", ahead)
			}
			l.mu.Unlock()
			seen = append(seen, doc.ID)
		}
		if fmt.Sprint(seen) != "[1 2 3 5 7]" || l.most != 2 {
			t.Errorf("got %v, %d at once", seen, l.most)
		}
	})
}

func TestBatchesOfTwoConnections(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		for _, fails := range []int64{0, 1, 1500, 2500} {
			var l abreast
			def := l.watched(func(number int, another <-chan struct{}, _ *denorm.Batch) {
				if number == 1 {
					soon(t, "the second batch", another)
				}
			})
			bind := def.Key.Bind
			def.Key.Bind = func(args []any, key int64) []any {
				if key == fails {
					return append(args, make(chan int)) // which no driver takes
				}
				return bind(args, key)
			}
			books := denorm.Register(open(t, db, denorm.WithSecondConnection()), def)
			keys := make([]int64, 3000)
			for i := range keys {
				keys[i] = int64(i + 1)
			}
			// Each batch has a book.
			keys[2], keys[1500] = keys[1500], keys[2]
			keys[6], keys[2500] = keys[2500], keys[6]
			if fails == 1 || fails == 1500 {
				l.begin() // so that nobody waits for the load that fails
			}
			docs, err := books.GetMany(t.Context(), keys)
			if (err != nil) != (fails > 0) {
				t.Errorf("the key %d fails: %v", fails, err)
			}
			if fails == 0 && (docs[0].ID != 1 || docs[1500].ID != 3 || docs[2500].ID != 7 || docs[3] != nil || l.most != 2 || l.began != 3) {
				t.Errorf("got %v, %d at once, %d in all", docs[:7], l.most, l.began)
			}
			becomesIdle(t, db)
		}
	})
}

// A row that a batch finds under a key which the database calls equal is not its own, though another batch asks for it.
func TestEqualKeysOfTwoBatches(t *testing.T) {
	for _, name := range []string{testservers.Pure, testservers.Cgo} {
		db := testservers.SQLite(t, name)
		execute(t, db, `CREATE TABLE words (id TEXT PRIMARY KEY COLLATE NOCASE, name TEXT)`, `INSERT INTO words VALUES ('ABC', 'x')`)
		var mu sync.Mutex
		found := 0
		def := items("words", []string{"id"},
			func(args []any, key string) []any { return append(args, key) },
			func(row denorm.Row) string { return row.Text(0) })
		def.Transform = func(context.Context, *itemDoc[string]) error {
			mu.Lock()
			defer mu.Unlock()
			found++
			return nil
		}
		keys := []string{"ABC", "abc"}
		for i := range 1998 {
			keys = slices.Insert(keys, 1, fmt.Sprint("none ", i))
		}
		docs, err := denorm.Register(open(t, db, denorm.WithSecondConnection()), def).GetMany(t.Context(), keys)
		if err != nil || docs[0] == nil || docs[len(docs)-1] != nil || found != 1 {
			t.Errorf("%s: %v and %v, made of %d rows: %v", name, docs[0], docs[len(docs)-1], found, err)
		}
	}
}

// TestPageEndsElsewhere has the first page loaded twice, between which its last document goes: what was read behind that
// is not what comes next.
func TestPageEndsElsewhere(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		var l abreast
		def := l.watched(func(number int, another <-chan struct{}, batch *denorm.Batch) {
			if number == 1 {
				soon(t, "the second page", another)
				execute(t, db, `UPDATE books SET hidden = 1 WHERE id = 2`)
				denorm.FailBatch(batch, driver.ErrBadConn)
			}
		})
		books := denorm.Register(open(t, db, denorm.WithSecondConnection()), def)
		var seen []int64
		for doc, err := range books.All(t.Context(), denorm.BatchSize(2)) {
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, doc.ID)
		}
		if fmt.Sprint(seen) != "[1 3 5 7]" {
			t.Errorf("got %v", seen)
		}
	})
}

func TestPanicOfAPageAhead(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		var l abreast
		def := l.watched(func(number int, another <-chan struct{}, _ *denorm.Batch) {
			if number == 2 {
				panic("scan")
			}
		})
		books := denorm.Register(open(t, db, denorm.WithSecondConnection()), def)
		seen := 0
		func() {
			defer func() {
				if recover() != "scan" {
					t.Error("no panic")
				}
			}()
			for range books.All(t.Context(), denorm.BatchSize(2)) {
				seen++
			}
		}()
		if seen != 2 {
			t.Errorf("%d documents before it", seen)
		}
		becomesIdle(t, db)
	})
}

// TestAbreastThroughCaches asks two engines with a cache between them for more than a batch.
func TestAbreastThroughCaches(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		plain, both := w.process(opts...), w.process(append(opts, denorm.WithSecondConnection())...)
		keys := make([]int64, 4500)
		for i := range keys {
			keys[i] = int64(i * 7919 % 4000) // so that each batch has some books
		}
		for _, p := range []*process{both, plain, both} {
			docs, err := p.books.GetMany(t.Context(), keys)
			if err != nil {
				t.Fatal(err)
			}
			want, err := plain.books.Load(t.Context(), w.db, keys...)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for i := range keys {
				if asJSON(t, docs[i]) != asJSON(t, want[i]) {
					t.Fatalf("the document of %d is %s", keys[i], asJSON(t, docs[i]))
				}
				if docs[i] != nil {
					found++
				}
			}
			if found == 0 {
				t.Error("no document was found")
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for i := range keys {
			keys[i] = -int64(i) - 1 // which no cache knows
		}
		if _, err := both.books.GetMany(ctx, keys); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
