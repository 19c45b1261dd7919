package workloads

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/jmoiron/sqlx"
)

// eachStore runs a benchmark with every store.
func eachStore(b *testing.B, bench func(b *testing.B, k kept)) {
	for _, name := range slices.Sorted(maps.Keys(stores())) {
		b.Run(name, func(b *testing.B) {
			k := stores()[name](b)
			k.name = name
			bench(b, k)
		})
	}
}

// keeping is an engine with a sink. Nothing runs by itself.
func keeping(b *testing.B, db *sqlx.DB, sink denorm.Sink) (*denorm.Engine, *models.Books) {
	b.Helper()
	engine := opened(b, db, denorm.WithSink("store", sink))
	collection := models.NewBooks(engine)
	if err := engine.Install(context.Background()); err != nil {
		b.Fatal(err)
	}
	return engine, collection
}

// BenchmarkS1FullSync fills an empty store by Engine.Sync, against loading all documents, encoding them, and handing
// them to the store's own writer.
func BenchmarkS1FullSync(b *testing.B) {
	eachStore(b, func(b *testing.B, k kept) {
		ctx := context.Background()
		db := testservers.SQLite(b, testservers.Pure)
		total := books(b)
		if k.most > 0 {
			total = min(total, k.most)
		}
		fill(b, db, total)
		engine, collection := keeping(b, db, k.sink)
		timed := func(do func() error) func() (time.Duration, error) {
			return func() (time.Duration, error) {
				if err := k.clear(ctx); err != nil {
					return 0, err
				}
				start := time.Now()
				err := do()
				return time.Since(start), err
			}
		}
		measure.Interleave(b, measure.Case{Workload: "S1", Database: k.name, Size: total, Units: total},
			measure.Run{Name: "sync", Clock: timed(func() error { return engine.Sync(ctx, "store") })},
			measure.Run{Name: "bulk", Clock: timed(func() error { return byHand(ctx, collection, k, total) })})
	})
}

// byHand writes all documents as a careful user would.
func byHand(ctx context.Context, collection *models.Books, k kept, want int) error {
	const size = 500
	batch := make([]ready, 0, size)
	seen := 0
	for book, err := range collection.All(ctx) {
		if err != nil {
			return err
		}
		body, err := models.AppendJSON(nil, book)
		if err != nil {
			return err
		}
		seen++
		if batch = append(batch, ready{book.ID, body}); len(batch) == size {
			if err := k.bulk(ctx, batch, false); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if seen != want {
		return fmt.Errorf("saw %d of %d books", seen, want)
	}
	return k.bulk(ctx, batch, true)
}

// BenchmarkS2Memory fills a store with lean documents, BENCH_LEAN (20,000) and ten times as many, and reports the most
// that the garbage collector found alive.
func BenchmarkS2Memory(b *testing.B) {
	least := setting.Number(b, "BENCH_LEAN", brief(20_000, 1000), 1000)
	for _, n := range []int{least, 10 * least} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k := stores()["sqlite"](b)
			at := newPlace(b, "sqlite", n)
			engine, _ := keeping(b, at.connect(b), k.sink)
			for b.Loop() {
				runtime.GC()
				before, most := live(), 0.0
				err := engine.Sync(context.Background(), "store", denorm.SyncReports(func(p denorm.SyncProgress) {
					if p.Written%10_000 == 0 {
						runtime.GC()
						most = max(most, live()-before)
					}
				}))
				if err != nil {
					b.Fatal(err)
				}
				measure.Values(b, measure.Case{Workload: "S2", Database: k.name, Size: n}, map[string]float64{"MB": most / (1 << 20)})
			}
		})
	}
}

// BenchmarkS3Live changes lean documents one by one for a second, and reports how many changes a second the writer made and
// how many the sink showed, from the first change until the last one was there.
func BenchmarkS3Live(b *testing.B) {
	eachStore(b, func(b *testing.B, k kept) {
		lasting := brief(time.Second, 100*time.Millisecond)
		documents := brief(10_000, 1000)
		if k.most > 0 {
			documents = k.most / 10 // each change reads them all
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		at := newPlace(b, "sqlite", documents)
		engine, _ := keeping(b, at.connect(b), k.sink)
		if err := engine.Drain(ctx); err != nil {
			b.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- engine.Run(ctx) }()
		for b.Loop() {
			begun, n := time.Now(), 0
			for ; time.Since(begun) < lasting; n++ {
				at.exec(b, "UPDATE books SET title = ? WHERE id = ?", fmt.Sprint("changed ", n), n*7919%documents+1)
			}
			written := float64(n) / time.Since(begun).Seconds()
			if err := engine.Drain(ctx); err != nil {
				b.Fatal(err)
			}
			measure.Values(b, measure.Case{Workload: "S3", Database: k.name, Size: documents}, map[string]float64{
				"written/s": written,
				"shown/s":   float64(n) / time.Since(begun).Seconds(),
			})
		}
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
}

// BenchmarkS4Backlog changes 10,000 documents BENCH_ROUNDS (100) times each while the sink is away, and reports how long
// the sink takes to catch up, against a full sync of as many.
func BenchmarkS4Backlog(b *testing.B) {
	documents := brief(10_000, 1000)
	rounds := setting.Number(b, "BENCH_ROUNDS", brief(100, 1), 1)
	ctx := context.Background()
	k := stores()["sqlite"](b)
	at := newPlace(b, "sqlite", documents)
	engine, _ := keeping(b, at.connect(b), k.sink)
	if err := engine.Drain(ctx); err != nil {
		b.Fatal(err)
	}
	relays := at.program(b, localOnly)
	for b.Loop() {
		start := time.Now()
		if err := engine.Sync(ctx, "store"); err != nil {
			b.Fatal(err)
		}
		whole := time.Since(start)
		for n := range rounds {
			at.exec(b, "UPDATE books SET title = ?", fmt.Sprint("round ", n))
			relays.drain(b) // each round is events of its own
		}
		status, err := engine.Status(ctx)
		if err != nil {
			b.Fatal(err)
		}
		puts := engine.Stats().SinkPuts
		start = time.Now()
		if err := engine.Drain(ctx); err != nil {
			b.Fatal(err)
		}
		took := time.Since(start)
		measure.Values(b, measure.Case{Workload: "S4", Database: k.name, Size: documents}, map[string]float64{
			"events": float64(status.Sinks[0].Behind),
			"puts":   float64(engine.Stats().SinkPuts - puts),
			"s":      took.Seconds(),
			"÷sync":  took.Seconds() / whole.Seconds(),
		})
	}
}
