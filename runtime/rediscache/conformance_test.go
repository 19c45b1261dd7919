package rediscache_test

import (
	"context"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/rediscache"
	"github.com/denormgen/denormgen/runtime/sharedcache/conformance"
)

func TestConformanceOnMiniredis(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		server := miniredis.RunT(t)
		client := redis.NewClient(&redis.Options{Addr: server.Addr()})
		closeAfter(t, client)
		subject := subject(t, client)
		subject.Wait = server.FastForward
		return subject
	})
}

func TestConformanceOnOneNode(t *testing.T) {
	address := testservers.Redis(t)
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		return subject(t, connect(t, &redis.Options{Addr: address}))
	})
}

func TestConformanceOnOneNodeWithRESP2(t *testing.T) {
	address := testservers.Redis(t)
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		return subject(t, connect(t, &redis.Options{Addr: address, Protocol: 2, ContextTimeoutEnabled: true, PoolSize: 1}))
	})
}

func TestConformanceOnCluster(t *testing.T) {
	addresses := testservers.RedisCluster(t)
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		return subject(t, connectCluster(t, addresses))
	})
}

func TestConformanceBehindSentinel(t *testing.T) {
	sentinel := testservers.NewRedisSentinel(t)
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		client := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: sentinel.Name, SentinelAddrs: []string{sentinel.Address}})
		closeAfter(t, client)
		return subject(t, client)
	})
}

// connect makes a client of one node.
func connect(t testing.TB, options *redis.Options) *redis.Client {
	client := redis.NewClient(options)
	closeAfter(t, client)
	return client
}

func connectCluster(t testing.TB, addresses []string) *redis.ClusterClient {
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addresses})
	closeAfter(t, client)
	return client
}

func closeAfter(t testing.TB, client redis.UniversalClient) {
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("closing the client: %v", err)
		}
	})
}

// newCache makes a cache that is closed after the test.
func newCache(t testing.TB, client redis.UniversalClient) *rediscache.Cache {
	t.Helper()
	cache, err := rediscache.New(client)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cache.Close(); err != nil {
			t.Errorf("closing the cache: %v", err)
		}
	})
	return cache
}

// subject is a cache under test, with what else a key may hold in Redis.
func subject(t *testing.T, client redis.UniversalClient) conformance.Subject {
	put := func(do func(ctx context.Context, key string) error) func(*testing.T, string) {
		return func(t *testing.T, key string) {
			if err := client.Del(t.Context(), key).Err(); err != nil {
				t.Fatal(err)
			}
			if err := do(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
	}
	text := func(value string) func(*testing.T, string) {
		return put(func(ctx context.Context, key string) error { return client.Set(ctx, key, value, 0).Err() })
	}
	return conformance.Subject{
		Cache: newCache(t, client),
		Foreign: []func(*testing.T, string){
			text(""), text("x"), text("L"), text("1"), text("\x00\xff"), text("{}"),
			put(func(ctx context.Context, key string) error { return client.RPush(ctx, key, "a", "b").Err() }),
			put(func(ctx context.Context, key string) error { return client.HSet(ctx, key, "a", "b").Err() }),
			put(func(ctx context.Context, key string) error { return client.SAdd(ctx, key, "a").Err() }),
		},
	}
}
