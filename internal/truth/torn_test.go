package truth

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
)

const (
	tornReads   = 800 // documents that are to be read, on each database
	leastTokens = 20  // different ones that are to be seen
	tornTimeout = 60 * time.Second
	pause       = 200 * time.Microsecond // between transactions, so that readers get a turn
)

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
	naive.Create(t, db)
	h := &history.History{Dialect: naive.DialectOf(db)}
	if err := history.Forest(t.Context(), h, db); err != nil {
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
				switch err := history.WriteToken(ctx, h, db, 1+random.IntN(history.Trees), token); {
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
					different, places, err := history.TokensOf(doc)
					if want := 2 + 1 + history.RowsOfPath*8; err != nil || places < want {
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
		return books.GetMany(ctx, []int64{4, 1, 3, 2}[:1+random.IntN(history.Trees)])
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
		got := race(t, db, mixed, func(o outcome) bool { return o.read >= tornReads && o.tokens >= leastTokens })
		t.Logf("%d documents read during %d transactions, %d different tokens seen", got.read, got.writes, got.tokens)
		if got.torn > 0 {
			t.Errorf("%d documents of %d are torn, one shows %s", got.torn, got.read, got.example)
		}
		if got.read < tornReads || got.tokens < leastTokens {
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
