package bench

import (
	"context"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/setting"
)

// BenchmarkC5Writers measures the commits of a writer at 200 a second while a change is expanded to very many
// documents, BENCH_FANOUT, against the same before. Beside it stands how much memory the program grows by that
// relays, its caches included.
func BenchmarkC5Writers(b *testing.B) {
	eachPlace(b, setting.Number(b, "BENCH_FANOUT", 100_000, 1), func(b *testing.B, at *place) {
		program := at.program(b, localOnly)
		program.run(b)
		w := &writer{place: at, b: b, every: 5 * time.Millisecond}
		w.start()
		var before, during, took []float64
		var grown float64
		for b.Loop() {
			const calm = 3 * time.Second
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
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(percentile(before, 99), "ms/p99-before")
		b.ReportMetric(percentile(during, 99), "ms/p99")
		b.ReportMetric(percentile(during, 99)/percentile(before, 99), "÷before")
		b.ReportMetric(median(took), "s/expansion")
		b.ReportMetric(grown/(1<<20), "MB-grown")
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
				return median(took)
			}
			claimed := setting.Number(b, "BENCH_CLAIMED", 50_000, 1)
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
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(during, "ms/change")
			b.ReportMetric(during/before, "÷before")
		})
	}
}
