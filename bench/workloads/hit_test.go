package workloads

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/viccon/sturdyc"
	"golang.org/x/sync/errgroup"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/internal/testservers"
)

// hitKeys is how many documents are read again and again.
const hitKeys = 1000

// cachedBooks is a program that runs, on SQLite, and whose caches hold the first books.
func cachedBooks(b *testing.B, mode string) (*program, []int64, []*models.BookDoc) {
	b.Helper()
	db := testservers.SQLite(b, testservers.Pure)
	fill(b, db, hitKeys)
	p := newProgram(b, db, mode)
	keys := make([]int64, hitKeys)
	for i := range keys {
		keys[i] = int64(i + 1)
	}
	docs, err := p.books.GetMany(context.Background(), keys)
	if err != nil {
		b.Fatal(err)
	}
	p.run(b)
	return p, keys, docs
}

// together are how many goroutines read at once.
func together() []int { return []int{1, 16} }

// readers makes a run of goroutines that read so often, each other keys.
func readers(name string, goroutines, times int, read func(turn int) error) measure.Run {
	begun := 0
	return measure.Run{Name: name, Do: func() error {
		begun += times * goroutines
		from := begun
		if goroutines == 1 {
			return reads(from, times, read)
		}
		var group errgroup.Group
		for g := range goroutines {
			group.Go(func() error { return reads(from+g*times, times, read) })
		}
		return group.Wait()
	}}
}

func reads(from, times int, read func(turn int) error) error {
	for i := range times {
		if err := read(from + i); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkC1LocalHit reads documents out of the cache of the process, the check of its age included. Otter, as our cache,
// holds pointers, and so does sturdyc; both are asked what the clock says, for their users have a limit of age, too.
func BenchmarkC1LocalHit(b *testing.B) {
	p, keys, docs := cachedBooks(b, localOnly)
	ctx := context.Background()
	ours := func(turn int) error {
		key := keys[turn*7919%hitKeys]
		doc, err := p.books.Get(ctx, key)
		if err == nil && doc.ID != key {
			err = fmt.Errorf("wanted book %d, got %d", key, doc.ID)
		}
		return err
	}
	ofOtter, err := otter.New(&otter.Options[int64, *models.BookDoc]{MaximumSize: 10 * hitKeys})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ofOtter.StopAllGoroutines() })
	const shards, evicted = 10, 10
	ofSturdyc := sturdyc.New[*models.BookDoc](10*hitKeys, shards, time.Hour, evicted)
	names := make([]string, hitKeys)
	for i, doc := range docs {
		names[i] = fmt.Sprint("book:", keys[i])
		ofOtter.Set(keys[i], doc)
		ofSturdyc.Set(names[i], doc)
	}
	fresh := time.Now()
	check := func(doc *models.BookDoc, ok bool, key int64) error {
		if !ok || doc.ID != key || time.Since(fresh) > time.Hour {
			return fmt.Errorf("wanted book %d", key)
		}
		return nil
	}
	for _, goroutines := range together() {
		b.Run(fmt.Sprint(goroutines), func(b *testing.B) {
			const times = 2000
			measure.Interleave(b, measure.Case{Workload: fmt.Sprintf("C1-%d", goroutines), Size: hitKeys, Units: times * goroutines},
				readers("denormgen", goroutines, times, ours),
				readers("otter", goroutines, times, func(turn int) error {
					key := keys[turn*7919%hitKeys]
					doc, ok := ofOtter.GetIfPresent(key)
					return check(doc, ok, key)
				}),
				readers("sturdyc", goroutines, times, func(turn int) error {
					i := turn * 7919 % hitKeys
					doc, ok := ofSturdyc.Get(names[i])
					return check(doc, ok, keys[i])
				}))
		})
	}
}

// getSome reads some books by the accessor for one or for many.
func getSome(ctx context.Context, books *models.Books, keys []int64) error {
	if len(keys) == 1 {
		_, err := books.Get(ctx, keys[0])
		return err
	}
	docs, err := books.GetMany(ctx, keys)
	if err == nil && slices.Contains(docs, nil) {
		err = fmt.Errorf("a book of %v is missing", keys)
	}
	return err
}
