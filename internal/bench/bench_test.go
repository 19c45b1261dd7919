package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/bench/models"
	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/google/go-cmp/cmp"
)

// drivers are those of SQLite.
func drivers() []string { return []string{testservers.Pure, testservers.Cgo} }

// loader loads the books of some ascending keys.
type loader func(ctx context.Context, keys []int64) ([]*models.BookDoc, error)

// peer is one way to load.
type peer struct {
	name string
	load loader
}

// books is how many books the store has: BENCH_BOOKS, or 2,000 so that a test run stays short.
func books(tb testing.TB) int {
	const usual, least = 2000, 1000
	return setting.Number(tb, "BENCH_BOOKS", usual, least)
}

// open makes a filled store and the three ways to read it.
func open(tb testing.TB, driver string) (ours peer, others []peer, collection *models.Books) {
	tb.Helper()
	ctx := context.Background()
	db := testservers.SQLite(tb, driver)
	fill(tb, db, books(tb))
	engine, err := denorm.Open(ctx, db)
	if err != nil {
		tb.Fatal(err)
	}
	byHand := &hand{db: db, statements: map[string]*sql.Stmt{}}
	tb.Cleanup(func() {
		if err := engine.Close(); err != nil {
			tb.Error(err)
		}
		for _, s := range byHand.statements {
			_ = s.Close()
		}
	})
	collection = models.NewBooks(engine)
	return peer{"denormgen", collection.GetMany}, []peer{{"hand", byHand.load}, {"sqlx", (&plain{db: db}).load}}, collection
}

// TestPeersAgree compares the documents of every peer with ours before anything is timed.
func TestPeersAgree(t *testing.T) {
	for _, driver := range drivers() {
		t.Run(driver, func(t *testing.T) {
			ours, others, _ := open(t, driver)
			keys := []int64{1, 2, 3, 7, 500, 501, 999}
			want := asJSON(t, ours, keys)
			if len(want) < 4000*len(keys)/2 {
				t.Fatalf("documents are too small to mean anything: %d bytes for %d", len(want), len(keys))
			}
			for _, p := range others {
				if diff := cmp.Diff(want, asJSON(t, p, keys)); diff != "" {
					t.Errorf("%s differs from denormgen (-ours +%s):\n%s", p.name, p.name, diff)
				}
			}
		})
	}
}

func asJSON(tb testing.TB, p peer, keys []int64) string {
	tb.Helper()
	docs, err := p.load(context.Background(), keys)
	if err != nil {
		tb.Fatalf("%s: %v", p.name, err)
	}
	text, err := json.Marshal(docs)
	if err != nil {
		tb.Fatalf("%s: %v", p.name, err)
	}
	return string(text)
}

// BenchmarkW1 loads one document.
func BenchmarkW1(b *testing.B) { compare(b, 20, 1) }

// BenchmarkW2 loads a hundred documents.
func BenchmarkW2(b *testing.B) { compare(b, 1, 100) }

// BenchmarkW3 loads the whole collection: ours by All, the others in pages of 500.
func BenchmarkW3(b *testing.B) {
	for _, driver := range drivers() {
		b.Run(driver, func(b *testing.B) {
			ours, others, collection := open(b, driver)
			total := books(b)
			whole := func(p peer) func() error {
				return func() error { return pages(p.load, total) }
			}
			runs := []run{{name: ours.name, do: func() error { return all(collection, total) }}}
			for _, p := range others {
				runs = append(runs, run{name: p.name, do: whole(p)})
			}
			interleave(b, runs)
		})
	}
}

func all(collection *models.Books, want int) error {
	seen := 0
	for _, err := range collection.All(context.Background()) {
		if err != nil {
			return err
		}
		seen++
	}
	if seen != want {
		return fmt.Errorf("saw %d of %d books", seen, want)
	}
	return nil
}

func pages(load loader, total int) error {
	for from := 0; from < total; from += 500 {
		keys := make([]int64, min(500, total-from))
		for i := range keys {
			keys[i] = int64(from + i + 1)
		}
		docs, err := load(context.Background(), keys)
		if err != nil {
			return err
		}
		if len(docs) != len(keys) {
			return fmt.Errorf("saw %d of %d books from %d", len(docs), len(keys), from)
		}
	}
	return nil
}

// compare times batches of a size, several a round.
func compare(b *testing.B, times, size int) {
	for _, driver := range drivers() {
		b.Run(driver, func(b *testing.B) {
			ours, others, _ := open(b, driver)
			total := books(b)
			var runs []run
			for _, p := range append([]peer{ours}, others...) {
				turn := 0
				runs = append(runs, run{name: p.name, do: func() error {
					for range times {
						turn++
						keys := make([]int64, size)
						for i := range keys {
							keys[i] = int64((turn*7919+i*13)%total + 1)
						}
						slices.Sort(keys)
						docs, err := p.load(context.Background(), slices.Compact(keys))
						if err != nil {
							return err
						}
						if docs[0].ID != keys[0] {
							return fmt.Errorf("wanted book %d, got %d", keys[0], docs[0].ID)
						}
					}
					return nil
				}})
			}
			interleave(b, runs)
		})
	}
}

// run is something to time: all of do, or what clock says.
type run struct {
	name  string
	do    func() error
	clock func() (time.Duration, error)
}

// time runs it once.
func (r run) time() (time.Duration, error) {
	if r.clock != nil {
		return r.clock()
	}
	start := time.Now()
	err := r.do()
	return time.Since(start), err
}

// interleave times every run once a round, the first against each other, and reports the medians of
// the ratios: below 1 the first is faster. Each round begins with another run, for who comes first reads
// pages from the disk that the others then find in memory.
func interleave(b *testing.B, runs []run) {
	ratios := make([][]float64, len(runs))
	var first []float64
	rounds := 0
	round := func(record bool) {
		times := make([]float64, len(runs))
		rounds++
		for n := range runs {
			i := (rounds + n) % len(runs)
			took, err := runs[i].time()
			if err != nil {
				b.Fatalf("%s: %v", runs[i].name, err)
			}
			times[i] = float64(took)
		}
		if !record {
			return
		}
		first = append(first, times[0])
		for i := range runs {
			ratios[i] = append(ratios[i], times[0]/times[i])
		}
	}
	round(false)
	b.ResetTimer()
	for b.Loop() {
		round(true)
	}
	b.ReportMetric(median(first)/1e3, "µs/"+runs[0].name)
	for i, r := range runs[1:] {
		b.ReportMetric(median(ratios[i+1]), "÷"+r.name)
	}
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
