package workloads

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/bench/measure"
)

// fanOuts are authors by how many books they have.
func fanOuts() map[int]int64 {
	return map[int]int64{10: authorOf10, 1000: authorOf1000, 10_000: authorOf10000}
}

// BenchmarkC4FanOut measures from the commit of one change until all documents that show it are gone from Redis,
// against who knows the query that finds them, and removes them without any log, feed, order or proof.
func BenchmarkC4FanOut(b *testing.B) {
	books := brief(10_000, 1000)
	for _, size := range []int{10, 1000, 10_000} {
		if size > books {
			continue
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			eachPlace(b, books, func(b *testing.B, at *place) { fanOut(b, at, size) })
		})
	}
}

func fanOut(b *testing.B, at *place, size int) {
	program := at.program(b, redisOnly)
	names := cacheNames(b, program, size)
	author, ctx := fanOuts()[size], context.Background()
	n := 0
	ours := func() (time.Duration, error) {
		if err := restore(ctx, program.redis, names); err != nil {
			return 0, err
		}
		n++
		at.exec(b, "UPDATE authors SET name = ? WHERE id = ?", fmt.Sprint("fan-out ", n), author)
		start := time.Now()
		if err := program.engine.Drain(ctx); err != nil {
			return 0, err
		}
		took := time.Since(start)
		return took, gone(ctx, program.redis, names)
	}
	peers := make([]string, len(names))
	for i := range peers {
		peers[i] = fmt.Sprint("peer:", i+1)
	}
	bare := func() (time.Duration, error) {
		if err := restore(ctx, program.redis, peers); err != nil {
			return 0, err
		}
		start := time.Now()
		var keys []int64
		err := at.plain.Select(&keys, at.plain.Rebind("SELECT DISTINCT book_id FROM book_authors WHERE author_id = ?"), author)
		if err != nil {
			return 0, err
		}
		if _, err := program.redis.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for part := range slices.Chunk(keys, 256) {
				list := make([]string, len(part))
				for i, key := range part {
					list[i] = fmt.Sprint("peer:", key)
				}
				pipe.Unlink(ctx, list...)
			}
			return nil
		}); err != nil {
			return 0, err
		}
		took := time.Since(start)
		return took, gone(ctx, program.redis, peers)
	}
	measure.Interleave(b, measure.Case{Workload: "C4-" + fmt.Sprint(size), Database: at.name, Size: at.books},
		measure.Run{Name: "change", Clock: ours}, measure.Run{Name: "bare", Clock: bare})
}

// BenchmarkC4Coalesced measures a hundred changes of one author that arrive together against one by one.
func BenchmarkC4Coalesced(b *testing.B) {
	eachPlace(b, brief(10_000, 1000), func(b *testing.B, at *place) {
		program := at.program(b, redisOnly)
		names := cacheNames(b, program, 10)
		ctx, n := context.Background(), 0
		changes := func(each int) func() (time.Duration, error) {
			return func() (took time.Duration, err error) {
				for i := range 100 {
					n++
					at.exec(b, "UPDATE authors SET name = ? WHERE id = ?", fmt.Sprint("change ", n), authorOf10)
					if (i+1)%each != 0 {
						continue
					}
					if err := restore(ctx, program.redis, names); err != nil {
						return 0, err
					}
					start := time.Now()
					if err := program.engine.Drain(ctx); err != nil {
						return 0, err
					}
					took += time.Since(start)
				}
				return took, gone(ctx, program.redis, names)
			}
		}
		measure.Interleave(b, measure.Case{Workload: "C4-coalesced", Database: at.name, Size: at.books, Units: 100},
			measure.Run{Name: "100", Clock: changes(100)}, measure.Run{Name: "one-by-one", Clock: changes(1)})
	})
}

// cacheNames reads the first books, and returns their names in Redis.
func cacheNames(b *testing.B, p *program, n int) []string {
	b.Helper()
	keys := make([]int64, n)
	for i := range keys {
		keys[i] = int64(i + 1)
	}
	ctx := context.Background()
	if _, err := p.books.GetMany(ctx, keys); err != nil {
		b.Fatal(err)
	}
	var names []string
	scan := p.redis.Scan(ctx, 0, "*", 1000).Iterator()
	for scan.Next(ctx) {
		if length := p.redis.StrLen(ctx, scan.Val()).Val(); length > 100 { // else it is a mark
			names = append(names, scan.Val())
		}
	}
	if len(names) != n || scan.Err() != nil {
		b.Fatalf("Redis holds %d documents, want %d: %v", len(names), n, scan.Err())
	}
	return names
}

// restore puts values there.
func restore(ctx context.Context, client *redis.Client, names []string) error {
	value := make([]byte, 1024)
	_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, name := range names {
			pipe.Set(ctx, name, value, time.Hour)
		}
		return nil
	})
	return err
}

// gone fails where there are any left.
func gone(ctx context.Context, client *redis.Client, names []string) error {
	left, err := client.Exists(ctx, names...).Result()
	if err == nil && left > 0 {
		err = fmt.Errorf("%d documents are left", left)
	}
	return err
}
