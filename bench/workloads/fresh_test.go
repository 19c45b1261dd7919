package workloads

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/internal/setting"
)

// BenchmarkC3FreshRead measures how long after another program's commit a document shows it, while that program
// commits 500 changes a second: of books, and in every fifth case of an author with ten of them. The peer asks for
// the changed column every millisecond, without any cache. BENCH_PROBES is how many commits are timed.
func BenchmarkC3FreshRead(b *testing.B) {
	eachPlace(b, brief(10_000, 1000), func(b *testing.B, at *place) {
		for _, mode := range []string{localOnly, bothTiers} {
			b.Run(mode, func(b *testing.B) { freshReads(b, at, mode) })
		}
	})
}

func freshReads(b *testing.B, at *place, mode string) {
	reader := at.program(b, mode)
	reader.run(b)
	w := &writer{place: at, b: b, every: 2 * time.Millisecond, wanted: make(chan string)}
	w.start()
	plain := at.connect(b)
	const probed = 5 // a book of authorOf10
	shows := map[string]func() (string, error){
		"title": func() (string, error) {
			doc, err := reader.books.Get(context.Background(), probed)
			if err != nil {
				return "", err
			}
			return doc.Title, nil
		},
		"author": func() (string, error) {
			doc, err := reader.books.Get(context.Background(), probed)
			if err != nil {
				return "", err
			}
			return doc.Authors[0].Name, nil
		},
		"polling": func() (title string, err error) {
			time.Sleep(time.Millisecond)
			return title, plain.Get(&title, plain.Rebind("SELECT title FROM books WHERE id = ?"), probed)
		},
	}
	took := map[string][]float64{}
	probes := setting.Number(b, "BENCH_PROBES", brief(100, 2), 1)
	before := reader.engine.Stats()
	for b.Loop() {
		for i := range probes {
			for _, what := range []string{"title", "polling", "author"} {
				d, err := w.probe(what, fmt.Sprintf("%s %d", what, i), shows[what])
				if err != nil {
					b.Fatal(err)
				}
				took[what] = append(took[what], float64(d)/float64(time.Millisecond))
			}
		}
	}
	after := reader.engine.Stats()
	hits, direct := after.LocalHits-before.LocalHits, after.Bypasses-before.Bypasses
	if direct > hits/10 {
		b.Errorf("%d reads went past the cache, of %d", direct, hits)
	}
	ours := slices.Concat(took["title"], took["author"])
	measure.Values(b, measure.Case{Workload: "C3-" + mode, Database: at.name, Size: at.books}, map[string]float64{
		"ms/median":         measure.Median(ours),
		"ms/p99":            measure.Quantile(ours, 0.99),
		"÷polling":          measure.Median(ours) / measure.Median(took["polling"]),
		"ms/p99-of-polling": measure.Quantile(took["polling"], 0.99),
		"changes/s":         w.rate(),
	})
}

// writer is another program: it commits changes at a steady pace by plain SQL.
type writer struct {
	*place
	b     *testing.B
	every time.Duration

	wanted    chan string // what the next change is to write, and where
	committed chan time.Time

	mu    sync.Mutex
	begun time.Time
	done  int
	took  []float64 // each commit, in milliseconds
}

// start writes until the benchmark ends.
func (w *writer) start() {
	w.committed = make(chan time.Time)
	ctx, cancel := context.WithCancel(context.Background())
	db := w.connect(w.b)
	ended := make(chan struct{})
	w.b.Cleanup(func() {
		cancel()
		<-ended
	})
	w.begun = time.Now()
	go func() {
		defer close(ended)
		random := rand.New(rand.NewPCG(1, 2))
		next := time.Now()
		for n := 0; ctx.Err() == nil; n++ {
			next = next.Add(w.every)
			if pause := time.Until(next); pause > 0 {
				time.Sleep(pause)
			} else if pause < -time.Second {
				next = time.Now() // a machine that cannot keep the pace is not made to catch up
			}
			query, args := "UPDATE books SET title = ? WHERE id = ?", []any{fmt.Sprint("book ", n), 11 + random.IntN(w.books-11)}
			probe := false
			select {
			case token := <-w.wanted:
				probe = true
				args = []any{token, 5}
				if token[0] == 'a' {
					query, args = "UPDATE authors SET name = ? WHERE id = ?", []any{token, authorOf10}
				}
			default:
				if n%5 == 0 {
					query, args = "UPDATE authors SET name = ? WHERE id = ?", []any{fmt.Sprint("writer ", n), firstOfFew + 11 + random.IntN(900)}
				}
			}
			start := time.Now()
			_, err := db.ExecContext(ctx, db.Rebind(query), args...)
			now := time.Now()
			if err != nil {
				if ctx.Err() == nil {
					w.b.Errorf("writing: %v", err)
				}
				return
			}
			w.mu.Lock()
			w.done++
			w.took = append(w.took, float64(now.Sub(start))/float64(time.Millisecond))
			w.mu.Unlock()
			if probe {
				w.committed <- now
			}
		}
	}()
}

// probe has a change committed and returns how long after that it shows.
func (w *writer) probe(what, token string, shown func() (string, error)) (time.Duration, error) {
	w.wanted <- token
	committed := <-w.committed
	for {
		got, err := shown()
		if err != nil {
			return 0, err
		}
		if got == token {
			return time.Since(committed), nil
		}
		if time.Since(committed) > 20*time.Second {
			return 0, fmt.Errorf("the change of the %s does not show: %q instead of %q", what, got, token)
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// rate is how many changes a second were committed.
func (w *writer) rate() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return float64(w.done) / time.Since(w.begun).Seconds()
}

// times returns what commits took since the last call.
func (w *writer) times() []float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	took := w.took
	w.took = nil
	return took
}
