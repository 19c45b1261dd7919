package workloads

import (
	"context"
	"fmt"
	"testing"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/internal/setting"
)

// BenchmarkG1Growth loads one document out of a large store, against a small one, a hundredth of it: BENCH_LARGE (200,000) books.
func BenchmarkG1Growth(b *testing.B) {
	large := setting.Number(b, "BENCH_LARGE", 200_000, 100_000)
	eachDatabase(b, func(b *testing.B, name string) {
		one := func(label string, books int) measure.Run {
			db := databases()[name](b)
			fill(b, db, books)
			collection := models.NewBooks(opened(b, db))
			return readers(label, 1, 20, func(turn int) error {
				key := int64(turn*7919%books + 1)
				doc, err := collection.Get(context.Background(), key)
				if err == nil && doc.ID != key {
					err = fmt.Errorf("wanted book %d, got %d", key, doc.ID)
				}
				return err
			})
		}
		measure.Interleave(b, measure.Case{Workload: "G1", Database: name, Size: large, Units: 20}, one("large", large), one("small", large/100))
	})
}
