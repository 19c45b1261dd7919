package truth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
)

const (
	trees       = 4 // books, each with rows of its own at every path
	rowsOfPath  = 3
	tornReads   = 800 // documents that are to be read, on each database
	tornTimeout = 60 * time.Second
	pause       = 200 * time.Microsecond // between transactions, so that readers get a turn
)

// tokens are the columns that hold a tree's token: all that the documents of books show as text.
func tokens() []member {
	return []member{
		{"books", "title"}, {"publishers", "name"}, {"categories", "name"}, {"chapters", "title"}, {"notes", "body"},
		{"authors", "first_name"}, {"profiles", "bio"}, {"comments", "text"}, {"tags", "label"}, {"shelves", "name"},
	}
}

// forest inserts trees which share no row. A tree's rows have ids of its own hundred.
func forest(ctx context.Context, h *history, q queryer) error {
	insert := func(table string, values ...any) error {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
		return h.exec(ctx, q, fmt.Sprintf("INSERT INTO %s VALUES (%s)", h.quote(table), marks), values...)
	}
	const at = "2024-02-01 00:00:00.000"
	var failed error
	for tree := 1; tree <= trees; tree++ {
		failed = errors.Join(failed,
			insert("publishers", tree, "-", nil, nil, nil), insert("categories", tree, "-", nil, nil),
			insert("books", tree, "-", 1.5, nil, "open", true, tree, nil, tree, nil))
		for i := range rowsOfPath {
			n := tree*100 + i
			failed = errors.Join(failed,
				insert("chapters", tree, n, "-", i), insert("notes", n, tree, n, "en", "-", 1.5),
				insert("authors", n, "-", nil, nil, nil, nil), insert("authorships", n, tree, n, "author", i),
				insert("profiles", n, n, "-", true), insert("tags", n, "-", i), insert("book_tags", tree, n),
				insert("shelves", tree, fmt.Sprint("S", n), "-", nil), insert("placements", tree, fmt.Sprint("S", n), tree, 1, i),
				insert("comments", n, "note", n, nil, "-", i, true, at), insert("comments", n+50, "profile", n, nil, "-", i, true, at))
		}
	}
	return failed
}

// writeToken gives every row of a tree the token, in one transaction.
func writeToken(ctx context.Context, h *history, db *sqlx.DB, tree int, token string) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, m := range tokens() {
		where, args := " BETWEEN ? AND ?", []any{token, tree * 100, tree*100 + 99}
		column := "id"
		switch m.name {
		case "books", "publishers", "categories":
			where, args = " = ?", []any{token, tree}
		case "chapters":
			column, where, args = "book_id", " = ?", []any{token, tree}
		case "shelves":
			column, where, args = "room", " = ?", []any{token, tree}
		}
		statement := fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s", h.quote(m.name), h.quote(m.value.(string)), h.quote(column))
		if err := h.exec(ctx, tx, statement+where, args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// tokensOf are the different tokens that a document shows, and how many places it shows them at.
func tokensOf(doc *models.BookDoc) (different map[string]bool, places int, err error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, 0, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, 0, err
	}
	different = map[string]bool{}
	var walk func(value any)
	walk = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, element := range value {
				walk(element)
			}
		case map[string]any:
			for _, element := range value {
				walk(element)
			}
		case string:
			if strings.HasPrefix(value, "token") || value == "-" {
				different[value] = true
				places++
			}
		}
	}
	walk(tree)
	return different, places, nil
}

// outcome is what concurrent readers saw.
type outcome struct {
	read, torn, tokens int // documents; tokens is how many different ones were seen
	writes             int64
	example            string
}

// reader reads some or all of the trees' documents.
type reader func(ctx context.Context, books *models.Books, random *rand.Rand) ([]*models.BookDoc, error)

// race lets writers and readers run until enough was read, or until the outcome is as wanted.
func race(t *testing.T, db *sqlx.DB, read reader, done func(outcome) bool) outcome {
	t.Helper()
	create(t, db)
	h := &history{dialect: dialect{db.DriverName()}}
	if err := forest(t.Context(), h, db); err != nil {
		t.Fatal(err)
	}
	books := models.NewBooks(open(t, db))
	ctx, stop := context.WithTimeout(t.Context(), tornTimeout)
	defer stop()
	var writes atomic.Int64
	var lock sync.Mutex
	var all outcome
	seen := map[string]bool{}
	var running sync.WaitGroup
	for writer := range 2 {
		running.Go(func() {
			random := rand.New(rand.NewPCG(uint64(writer), 3))
			for ctx.Err() == nil {
				token := fmt.Sprintf("token %d of %d", writes.Load(), writer)
				switch err := writeToken(ctx, h, db, 1+random.IntN(trees), token); {
				case err == nil:
					writes.Add(1)
				case ctx.Err() == nil && !again(err):
					t.Errorf("writer: %v", err)
					stop()
				}
				time.Sleep(pause)
			}
		})
	}
	for n := range 2 {
		running.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 4))
			for ctx.Err() == nil {
				docs, err := read(ctx, books, random)
				if err != nil {
					if ctx.Err() == nil {
						t.Errorf("reader: %v", err)
						stop()
					}
					return
				}
				lock.Lock()
				for _, doc := range docs {
					different, places, err := tokensOf(doc)
					if want := 2 + 1 + rowsOfPath*8; err != nil || places < want {
						t.Errorf("a document shows %d tokens, want at least %d: %v", places, want, err)
						stop()
					}
					all.read++
					if len(different) > 1 {
						all.torn++
						all.example = fmt.Sprint(different)
					}
					for token := range different {
						seen[token] = true
					}
				}
				all.tokens, all.writes = len(seen), writes.Load()
				enough := done(all)
				lock.Unlock()
				if enough {
					stop()
				}
			}
		})
	}
	running.Wait()
	return all
}

// again tells whether a writer was only in another's way.
func again(err error) bool {
	if failure := new(mysql.MySQLError); errors.As(err, &failure) {
		return failure.Number == 1213 || failure.Number == 1205
	}
	return strings.Contains(err.Error(), "database is locked") || strings.Contains(err.Error(), "deadlock detected")
}

// mixed reads by GetMany, or the whole collection.
func mixed(ctx context.Context, books *models.Books, random *rand.Rand) ([]*models.BookDoc, error) {
	if random.IntN(2) == 0 {
		return books.GetMany(ctx, []int64{4, 1, 3, 2}[:1+random.IntN(trees)])
	}
	var docs []*models.BookDoc
	for doc, err := range books.All(ctx) {
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// TestDocumentsAreWhole is promise P1: whatever is written meanwhile, a document is one committed state.
func TestDocumentsAreWhole(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		got := race(t, db, mixed, func(o outcome) bool { return o.read >= tornReads })
		t.Logf("%d documents read during %d transactions, %d different tokens seen", got.read, got.writes, got.tokens)
		if got.torn > 0 {
			t.Errorf("%d documents of %d are torn, one shows %s", got.torn, got.read, got.example)
		}
		if got.read < tornReads || got.tokens < 20 {
			t.Errorf("too little happened at once: %d documents read, want %d; %d different tokens", got.read, tornReads, got.tokens)
		}
	})
}

// TestTornDocumentsAreSeen shows that the test above can fail: queries that run without a common snapshot,
// as Load sends them straight to a database, do make torn documents, and soon.
func TestTornDocumentsAreSeen(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		torn := func(ctx context.Context, books *models.Books, _ *rand.Rand) ([]*models.BookDoc, error) {
			return books.Load(ctx, db, 1, 2, 3, 4)
		}
		got := race(t, db, torn, func(o outcome) bool { return o.torn > 0 })
		t.Logf("torn after %d documents and %d transactions: %s", got.read, got.writes, got.example)
		if got.torn == 0 {
			t.Errorf("no torn document among %d: the test of promise P1 proves nothing here", got.read)
		}
	})
}
