package rediscache_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// BenchmarkGet compares reads of 1 KiB with what the client needs for the bytes alone.
func BenchmarkGet(b *testing.B) {
	client := connect(b, &redis.Options{Addr: testservers.Redis(b)})
	cache := newCache(b, client)
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	keys := numbered(100)
	value := bytes.Repeat([]byte("x"), 1024)
	if err := cache.Kill(ctx, keys); err != nil {
		b.Fatal(err)
	}
	found, err := cache.Get(ctx, keys, time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	fills := make([]denorm.Fill, len(keys))
	for i, f := range found {
		fills[i] = denorm.Fill{Key: keys[i], Lease: f.Lease, Value: value, TTL: time.Hour}
	}
	if _, err := cache.Fill(ctx, fills); err != nil {
		b.Fatal(err)
	}
	run := func(name string, do func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("1/raw", func() error { return client.Get(ctx, keys[0]).Err() })
	run("1/cache", func() error { _, err := cache.Get(ctx, keys[:1], time.Minute); return err })
	run("100/raw pipeline", func() error {
		_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for _, key := range keys {
				pipe.Get(ctx, key)
			}
			return nil
		})
		return err
	})
	run("100/raw mget", func() error { return client.MGet(ctx, keys...).Err() })
	run("100/cache", func() error { _, err := cache.Get(ctx, keys, time.Minute); return err })
}
