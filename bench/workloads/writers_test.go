package workloads

import (
	"context"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/internal/setting"
)

// BenchmarkC5Writers measures the commits of a writer at 200 a second while a change is expanded to very many
// documents, BENCH_FANOUT, against the same before. Beside it stands how much memory the program grows by that
// relays, its caches included.
func BenchmarkC5Writers(b *testing.B) {
	eachPlace(b, setting.Number(b, "BENCH_FANOUT", brief(100_000, 1000), 1), func(b *testing.B, at *place) {
		program := at.program(b, localOnly)
		program.run(b)
		w := &writer{place: at, b: b, every: 5 * time.Millisecond}
		w.start()
		var before, during, took []float64
		var grown float64
		for b.Loop() {
			calm := brief(3*time.Second, 100*time.Millisecond)
			w.times()
			time.Sleep(calm)
			before = append(before, w.times()...)
			base, kills := live(), program.engine.Stats().LocalKills
			at.exec(b, "UPDATE authors SET name = ? WHERE id = ?", time.Now().String(), authorOfAll)
			start := time.Now()
			for {
				time.Sleep(10 * time.Millisecond)
				grown = max(grown, live()-base)
				if program.engine.Stats().LocalKills-kills >= int64(at.books) { // those of the writer count little
					break
				}
				if time.Since(start) > 10*time.Minute {
					b.Fatal("the change is not expanded")
				}
			}
			took = append(took, time.Since(start).Seconds())
			during = append(during, w.times()...)
		}
		measure.Values(b, measure.Case{Workload: "C5", Database: at.name, Size: at.books}, map[string]float64{
			"ms/p99-before": measure.Quantile(before, 0.99),
			"ms/p99":        measure.Quantile(during, 0.99),
			"÷before":       measure.Quantile(during, 0.99) / measure.Quantile(before, 0.99),
			"s/expansion":   measure.Median(took),
			"MB-grown":      grown / (1 << 20),
		})
	})
}

// live is how many bytes the last collection has found in use.
func live() float64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64())
}

// BenchmarkC6LongSnapshot measures how long one change takes to arrive while a snapshot that has been open for long
// keeps the log's claimed changes from being removed, BENCH_CLAIMED of them, against the same without it.
func BenchmarkC6LongSnapshot(b *testing.B) {
	for _, name := range []string{"postgres", "mysql"} {
		b.Run(name, func(b *testing.B) {
			at := newPlace(b, name, 1000)
			program := at.program(b, localOnly)
			arrive := func() float64 {
				var took []float64
				for range 30 {
					at.exec(b, "UPDATE books SET pages = pages + 1 WHERE id = 7")
					start := time.Now()
					program.drain(b)
					took = append(took, float64(time.Since(start))/float64(time.Millisecond))
				}
				return measure.Median(took)
			}
			claimed := setting.Number(b, "BENCH_CLAIMED", brief(50_000, 1000), 1)
			var before, during float64
			for b.Loop() {
				before = arrive()
				conn, err := at.plain.Connx(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				begin := "BEGIN ISOLATION LEVEL REPEATABLE READ"
				if name == "mysql" {
					begin = "START TRANSACTION WITH CONSISTENT SNAPSHOT"
				}
				for _, statement := range []string{begin, "SELECT COUNT(*) FROM books"} {
					if _, err := conn.ExecContext(context.Background(), statement); err != nil {
						b.Fatal(err)
					}
				}
				for range claimed / at.books {
					at.exec(b, "UPDATE books SET pages = pages + 1")
					program.drain(b)
				}
				during = arrive()
				if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
					b.Fatal(err)
				}
				_ = conn.Close()
			}
			measure.Values(b, measure.Case{Workload: "C6", Database: name, Size: claimed}, map[string]float64{
				"ms/change": during,
				"÷before":   during / before,
			})
		})
	}
}
