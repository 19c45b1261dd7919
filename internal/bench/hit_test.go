package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/bench/models"
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

// peerCache is otter with pointers.
func peerCache(b *testing.B, keys []int64, docs []*models.BookDoc) *otter.Cache[int64, *models.BookDoc] {
	b.Helper()
	peer, err := otter.New(&otter.Options[int64, *models.BookDoc]{MaximumSize: 10 * hitKeys})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { peer.StopAllGoroutines() })
	for i, doc := range docs {
		peer.Set(keys[i], doc)
	}
	return peer
}

// readers are ours and the peer: each gets the document of a key that its cache holds.
func readers(b *testing.B) (ours, peer func(key int64) error) {
	b.Helper()
	p, keys, docs := cachedBooks(b, localOnly)
	cache := peerCache(b, keys, docs)
	ctx, fresh := context.Background(), time.Now()
	ours = func(key int64) error {
		doc, err := p.books.Get(ctx, key)
		if err == nil && doc.ID != key {
			err = fmt.Errorf("wanted book %d, got %d", key, doc.ID)
		}
		return err
	}
	peer = func(key int64) error {
		doc, ok := cache.GetIfPresent(key)
		if !ok || doc.ID != key || time.Since(fresh) > time.Hour {
			return fmt.Errorf("wanted book %d", key)
		}
		return nil
	}
	return ours, peer
}

// BenchmarkC1LocalHit reads documents out of the cache of the process, the check of its age included.
func BenchmarkC1LocalHit(b *testing.B) {
	ours, peer := readers(b)
	some := func(read func(int64) error) func() error {
		return func() error {
			for i := range int64(2000) {
				if err := read(i*7919%hitKeys + 1); err != nil {
					return err
				}
			}
			return nil
		}
	}
	interleave(b, []run{{name: "2,000", do: some(ours)}, {name: "otter", do: some(peer)}})
	b.ReportMetric(testing.AllocsPerRun(1000, func() {
		if err := ours(7); err != nil {
			b.Fatal(err)
		}
	}), "allocs/Get")
}

// BenchmarkC1LocalHitParallel does so in several goroutines at once.
func BenchmarkC1LocalHitParallel(b *testing.B) {
	ours, peer := readers(b)
	for _, read := range []struct {
		name string
		do   func(int64) error
	}{{"denormgen", ours}, {"otter", peer}} {
		b.Run(read.name, func(b *testing.B) {
			var from atomic.Int64
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				key := from.Add(7919)
				for pb.Next() {
					key++
					if err := read.do(key%hitKeys + 1); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkC2RedisHit reads one document out of Redis, without a cache in the process.
func BenchmarkC2RedisHit(b *testing.B) { redisHits(b, 1, 50) }

// BenchmarkC2RedisHits reads a hundred.
func BenchmarkC2RedisHits(b *testing.B) { redisHits(b, 100, 2) }

func redisHits(b *testing.B, size, times int) {
	p, keys, docs := cachedBooks(b, redisOnly)
	ctx := context.Background()
	// The same documents as JSON, and what ours are in Redis under names of the peer.
	raw := valuesOf(b, p.redis)
	if len(raw) != len(keys) {
		b.Fatalf("Redis holds %d values, want %d", len(raw), len(keys))
	}
	jsonOf, rawOf := make([]string, len(keys)), make([]string, len(keys))
	for i, doc := range docs {
		text, err := json.Marshal(doc)
		if err != nil {
			b.Fatal(err)
		}
		jsonOf[i], rawOf[i] = fmt.Sprint("json:", keys[i]), fmt.Sprint("raw:", keys[i])
		if err := p.redis.MSet(ctx, jsonOf[i], text, rawOf[i], raw[i]).Err(); err != nil {
			b.Fatal(err)
		}
	}
	// batches calls do with some of a list, several times.
	batches := func(list []string, do func(some []string) error) func() error {
		turn := 0
		return func() error {
			for range times {
				turn++
				at := turn * 7919 % (hitKeys - size + 1)
				if err := do(list[at : at+size]); err != nil {
					return err
				}
			}
			return nil
		}
	}
	decode := func(text string) error {
		var doc models.BookDoc
		return json.Unmarshal([]byte(text), &doc)
	}
	turn := 0
	runs := []run{{name: fmt.Sprint(times), do: func() error {
		for range times {
			turn++
			at := turn * 7919 % (hitKeys - size + 1)
			if err := getSome(ctx, p.books, keys[at:at+size]); err != nil {
				return err
			}
		}
		return nil
	}}}
	if size == 1 {
		runs = append(runs,
			run{name: "GET", do: batches(rawOf, func(names []string) error { return p.redis.Get(ctx, names[0]).Err() })},
			run{name: "GET+json", do: batches(jsonOf, func(names []string) error {
				text, err := p.redis.Get(ctx, names[0]).Result()
				if err != nil {
					return err
				}
				return decode(text)
			})})
	} else {
		runs = append(runs,
			run{name: "MGET", do: batches(rawOf, func(names []string) error { return p.redis.MGet(ctx, names...).Err() })},
			run{name: "pipeline", do: batches(rawOf, func(names []string) error { return pipelined(ctx, p.redis, names) })},
			run{name: "MGET+json", do: batches(jsonOf, func(names []string) error {
				texts, err := p.redis.MGet(ctx, names...).Result()
				for i := 0; err == nil && i < len(texts); i++ {
					err = decode(texts[i].(string))
				}
				return err
			})})
	}
	before := p.engine.Stats()
	interleave(b, runs)
	after := p.engine.Stats()
	if after.SharedHits == before.SharedHits || after.Misses != before.Misses || after.Bypasses != before.Bypasses {
		b.Errorf("not all came out of Redis: %+v", after)
	}
}

func pipelined(ctx context.Context, client *redis.Client, names []string) error {
	_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, name := range names {
			pipe.Get(ctx, name)
		}
		return nil
	})
	return err
}

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

// valuesOf are the documents that Redis holds.
func valuesOf(b *testing.B, client *redis.Client) []string {
	b.Helper()
	var values []string
	ctx := context.Background()
	scan := client.Scan(ctx, 0, "*", 1000).Iterator()
	for scan.Next(ctx) {
		value, err := client.Get(ctx, scan.Val()).Result()
		if err != nil {
			b.Fatal(err)
		}
		if len(value) > 100 { // else it is a mark
			values = append(values, value)
		}
	}
	if err := scan.Err(); err != nil {
		b.Fatal(err)
	}
	return values
}
