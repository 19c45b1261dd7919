package workloads

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	rediscached "github.com/go-redis/cache/v9"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/bench/models"
)

// BenchmarkC2RedisHit reads one document out of Redis, without a cache in the process.
func BenchmarkC2RedisHit(b *testing.B) { redisHits(b, 1, 50) }

// BenchmarkC2RedisHits reads a hundred.
func BenchmarkC2RedisHits(b *testing.B) { redisHits(b, 100, 2) }

// stored are the same documents in Redis, once for every peer, by names.
type stored struct {
	client    *redis.Client
	json, raw []string // JSON, and what ours are in Redis
	cached    []string // as go-redis/cache writes them
	cache     *rediscached.Cache
}

func store(b *testing.B, p *program, keys []int64, docs []*models.BookDoc) *stored {
	b.Helper()
	ctx := context.Background()
	s := &stored{client: p.redis, cache: rediscached.New(&rediscached.Options{Redis: p.redis})}
	raw := valuesOf(b, p.redis)
	if len(raw) != len(keys) {
		b.Fatalf("Redis holds %d values, want %d", len(raw), len(keys))
	}
	for i, doc := range docs {
		text, err := json.Marshal(doc)
		if err != nil {
			b.Fatal(err)
		}
		s.json, s.raw = append(s.json, fmt.Sprint("json:", keys[i])), append(s.raw, fmt.Sprint("raw:", keys[i]))
		s.cached = append(s.cached, fmt.Sprint("cached:", keys[i]))
		if err := p.redis.MSet(ctx, s.json[i], text, s.raw[i], raw[i]).Err(); err != nil {
			b.Fatal(err)
		}
		if err := s.cache.Set(&rediscached.Item{Ctx: ctx, Key: s.cached[i], Value: doc, TTL: time.Hour}); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func redisHits(b *testing.B, size, times int) {
	p, keys, docs := cachedBooks(b, redisOnly)
	s := store(b, p, keys, docs)
	peers := map[string]func(ctx context.Context, at, end int) error{
		"GET": s.get, "GET+json": s.getJSON, "go-redis/cache": s.getCached,
	}
	order := []string{"GET", "GET+json", "go-redis/cache"}
	if size > 1 {
		peers = map[string]func(ctx context.Context, at, end int) error{"MGET": s.mget, "pipeline": s.pipeline, "MGET+json": s.mgetJSON}
		order = []string{"MGET", "pipeline", "MGET+json"}
	}
	for _, goroutines := range together() {
		b.Run(fmt.Sprint(goroutines), func(b *testing.B) {
			some := func(name string, read func(ctx context.Context, at, end int) error) measure.Run {
				return readers(name, goroutines, times, func(turn int) error {
					at := turn * 7919 % (hitKeys - size + 1)
					return read(context.Background(), at, at+size)
				})
			}
			runs := []measure.Run{some("denormgen", func(ctx context.Context, at, end int) error { return getSome(ctx, p.books, keys[at:end]) })}
			for _, name := range order {
				runs = append(runs, some(name, peers[name]))
			}
			before := p.engine.Stats()
			measure.Interleave(b, measure.Case{
				Workload: fmt.Sprintf("C2-%d-%d", size, goroutines), Database: "redis", Size: hitKeys, Units: times * goroutines,
			}, runs...)
			after := p.engine.Stats()
			most := brief[int64](100, 4) // of so many reads one may go past a Redis that a busy machine keeps waiting
			past := after.Misses - before.Misses + after.Bypasses - before.Bypasses
			if hits := after.SharedHits - before.SharedHits; past > hits/most {
				b.Errorf("%d documents came out of Redis and %d did not: %+v", hits, past, after)
			}
		})
	}
}

func (s *stored) get(ctx context.Context, at, _ int) error { return s.client.Get(ctx, s.raw[at]).Err() }

func (s *stored) getJSON(ctx context.Context, at, _ int) error {
	text, err := s.client.Get(ctx, s.json[at]).Bytes()
	if err != nil {
		return err
	}
	return json.Unmarshal(text, new(models.BookDoc))
}

func (s *stored) getCached(ctx context.Context, at, _ int) error {
	return s.cache.Get(ctx, s.cached[at], new(models.BookDoc))
}

func (s *stored) mget(ctx context.Context, at, end int) error {
	return s.client.MGet(ctx, s.raw[at:end]...).Err()
}

func (s *stored) mgetJSON(ctx context.Context, at, end int) error {
	texts, err := s.client.MGet(ctx, s.json[at:end]...).Result()
	for i := 0; err == nil && i < len(texts); i++ {
		err = json.Unmarshal([]byte(texts[i].(string)), new(models.BookDoc))
	}
	return err
}

func (s *stored) pipeline(ctx context.Context, at, end int) error {
	_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, name := range s.raw[at:end] {
			pipe.Get(ctx, name)
		}
		return nil
	})
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
