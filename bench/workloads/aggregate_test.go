package workloads

import (
	"context"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// BenchmarkAAggregate builds a document of all others, against calling its function with All, and reads it from the cache of the
// process, against a pointer that is loaded and the time.
func BenchmarkAAggregate(b *testing.B) {
	ctx := context.Background()
	db := testservers.SQLite(b, testservers.Pure)
	total := books(b)
	fill(b, db, total)
	engine := opened(b, db)
	collection, counts := models.NewBooks(engine), models.NewTagCounts(engine)
	if err := engine.Install(ctx); err != nil {
		b.Fatal(err)
	}
	want, err := models.CountTags(ctx, "", collection.All(ctx))
	if err != nil {
		b.Fatal(err)
	}
	get := func() error {
		got, err := counts.Get(ctx, "default")
		if err == nil && len(got) != len(want) {
			b.Fatalf("there are %d tags, want %d", len(got), len(want))
		}
		return err
	}
	if got, err := counts.Get(ctx, "default"); err != nil || !maps.Equal(got, want) {
		b.Fatalf("the aggregate differs from its function: %v", err)
	}
	b.Run("build", func(b *testing.B) {
		measure.Interleave(b, measure.Case{Workload: "A-build", Database: "sqlite", Size: total, Units: total},
			measure.Run{Name: "denormgen", Clock: func() (time.Duration, error) {
				if err := collection.Invalidate(ctx, 1); err != nil {
					return 0, err
				}
				if err := engine.Drain(ctx); err != nil {
					return 0, err
				}
				start := time.Now()
				err := get()
				return time.Since(start), err
			}},
			measure.Run{Name: "function", Do: func() error {
				_, err := models.CountTags(ctx, "", collection.All(ctx))
				return err
			}})
	})
	(&program{engine: engine}).run(b)
	var held atomic.Pointer[map[string]int]
	held.Store(&want)
	fresh := time.Now()
	b.Run("hit", func(b *testing.B) {
		const times = 2000
		measure.Interleave(b, measure.Case{Workload: "A-hit", Size: total, Units: times},
			readers("denormgen", 1, times, func(int) error { return get() }),
			readers("pointer", 1, times, func(int) error {
				if len(*held.Load()) == 0 || time.Since(fresh) > time.Hour {
					return denorm.ErrNotFound
				}
				return nil
			}))
	})
}
