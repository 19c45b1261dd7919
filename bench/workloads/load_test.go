package workloads

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/bench/peers"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/pgxpipeline"
)

// databases are what books are loaded from, by name.
func databases() map[string]func(tb testing.TB) *sqlx.DB {
	return map[string]func(tb testing.TB) *sqlx.DB{
		"sqlite":   func(tb testing.TB) *sqlx.DB { return testservers.SQLite(tb, testservers.Pure) },
		"sqlite3":  func(tb testing.TB) *sqlx.DB { return testservers.SQLite(tb, testservers.Cgo) },
		"postgres": testservers.Postgres,
		"mysql":    func(tb testing.TB) *sqlx.DB { return testservers.MySQL(tb, "parseTime=true") },
	}
}

// loading is a filled database and the ways to read it, of which ours is the first.
type loading struct {
	database   string
	db         *sqlx.DB
	peers      []peers.Peer
	collection *models.Books
	books      int
}

// open fills a database, and compares the documents of all peers before anything is timed.
func open(tb testing.TB, name string) *loading {
	tb.Helper()
	db := databases()[name](tb)
	l := &loading{database: name, db: db, books: books(tb)}
	fill(tb, db, l.books)
	l.collection = loader(tb, db)
	others, err := peers.All(db)
	if err != nil {
		tb.Fatal(err)
	}
	l.peers = append([]peers.Peer{{Name: "denormgen", Load: peers.Ours(l.collection.GetMany)}}, others...)
	l.agree(tb)
	return l
}

// loader has books without any cache.
func loader(tb testing.TB, db *sqlx.DB, options ...denorm.Option) *models.Books {
	tb.Helper()
	return models.NewBooks(opened(tb, db, append(options, denorm.WithPipeline(pgxpipeline.New()))...)) // PostgreSQL's; others take none
}

// agree fails unless the documents of all peers are the same.
func (l *loading) agree(tb testing.TB) {
	tb.Helper()
	for _, keys := range [][]int64{{7}, {1, 2, 3, 7, 500, 501, 999}} {
		want := asJSON(tb, l.peers[0], keys)
		if len(want) < 2000*len(keys) {
			tb.Fatalf("documents are too small to mean anything: %d bytes for %d", len(want), len(keys))
		}
		for _, p := range l.peers[1:] {
			if diff := cmp.Diff(want, asJSON(tb, p, keys)); diff != "" {
				tb.Fatalf("%s differs from denormgen (-ours +%s):\n%s", p.Name, p.Name, diff)
			}
		}
	}
}

func asJSON(tb testing.TB, p peers.Peer, keys []int64) string {
	tb.Helper()
	loaded, err := p.Load(context.Background(), keys)
	if err != nil {
		tb.Fatalf("%s: %v", p.Name, err)
	}
	text, err := json.Marshal(loaded.Documents)
	if err != nil {
		tb.Fatalf("%s: %v", p.Name, err)
	}
	return string(text)
}

// eachDatabase runs a part of a benchmark or test on every database.
func eachDatabase[T interface {
	testing.TB
	Run(name string, f func(T)) bool
}](tb T, do func(tb T, name string)) {
	for _, name := range slices.Sorted(maps.Keys(databases())) {
		tb.Run(name, func(tb T) { do(tb, name) })
	}
}

// TestPeersAgree compares the documents of every peer with ours.
func TestPeersAgree(t *testing.T) {
	eachDatabase(t, func(t *testing.T, name string) { open(t, name) })
}

// BenchmarkW1 loads one document.
func BenchmarkW1(b *testing.B) { load(b, "W1", 20, 1) }

// BenchmarkW2 loads a hundred documents.
func BenchmarkW2(b *testing.B) { load(b, "W2", 1, 100) }

// load times batches of a size, several a round.
func load(b *testing.B, workload string, times, size int) {
	eachDatabase(b, func(b *testing.B, name string) {
		l := open(b, name)
		runs := make([]measure.Run, len(l.peers))
		for i, p := range l.peers {
			turn := 0
			runs[i] = measure.Run{Name: p.Name, Do: func() error {
				for range times {
					turn++
					keys := make([]int64, size)
					for i := range keys {
						keys[i] = int64((turn*7919+i*13)%l.books + 1)
					}
					slices.Sort(keys)
					keys = slices.Compact(keys)
					loaded, err := p.Load(context.Background(), keys)
					if err != nil {
						return err
					}
					if loaded.Count != len(keys) || loaded.First != keys[0] {
						return fmt.Errorf("wanted %d books from %d, got %d from %d", len(keys), keys[0], loaded.Count, loaded.First)
					}
				}
				return nil
			}}
		}
		measure.Interleave(b, measure.Case{Workload: workload, Database: name, Size: l.books, Units: times * size}, runs...)
	})
}

// BenchmarkW3 loads the whole collection: ours by All, the others in pages of 500.
func BenchmarkW3(b *testing.B) {
	eachDatabase(b, func(b *testing.B, name string) {
		l := open(b, name)
		runs := []measure.Run{{Name: l.peers[0].Name, Do: func() error { return l.all(l.collection) }}}
		for _, p := range l.peers[1:] {
			runs = append(runs, measure.Run{Name: p.Name, Do: func() error { return l.pages(p.Load) }})
		}
		measure.Interleave(b, measure.Case{Workload: "W3", Database: name, Size: l.books, Units: l.books, Peaks: true}, runs...)
	})
}

// BenchmarkW3Abreast loads the whole collection over two connections.
func BenchmarkW3Abreast(b *testing.B) {
	eachDatabase(b, func(b *testing.B, name string) {
		l := open(b, name)
		two := loader(b, l.db, denorm.WithSecondConnection())
		runs := []measure.Run{
			{Name: "two", Do: func() error { return l.all(two) }},
			{Name: "one", Do: func() error { return l.all(l.collection) }},
		}
		for _, p := range l.peers[1:] {
			if p.Name == "hand" {
				runs = append(runs, measure.Run{Name: p.Name, Do: func() error { return l.pages(p.Load) }})
			}
		}
		measure.Interleave(b, measure.Case{Workload: "W3-abreast", Database: name, Size: l.books, Units: l.books, Peaks: true}, runs...)
	})
}

func (l *loading) all(collection *models.Books) error {
	seen := 0
	for _, err := range collection.All(context.Background()) {
		if err != nil {
			return err
		}
		seen++
	}
	if seen != l.books {
		return fmt.Errorf("saw %d of %d books", seen, l.books)
	}
	return nil
}

func (l *loading) pages(load peers.Loader) error {
	const size = 500
	for from := 0; from < l.books; from += size {
		keys := make([]int64, min(size, l.books-from))
		for i := range keys {
			keys[i] = int64(from + i + 1)
		}
		loaded, err := load(context.Background(), keys)
		if err != nil {
			return err
		}
		if loaded.Count != len(keys) {
			return fmt.Errorf("saw %d of %d books from %d", loaded.Count, len(keys), from)
		}
	}
	return nil
}
