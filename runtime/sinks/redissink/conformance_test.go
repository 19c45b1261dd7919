package redissink_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/sinks/conformance"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
)

func TestConformanceOnMiniredis(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		return subject(t, connect(t, &redis.Options{Addr: miniredis.RunT(t).Addr()}))
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
		return subject(t, connectCluster(t, &redis.ClusterOptions{Addrs: addresses}))
	})
}

// TestConformanceOnClusterReadFromReplicas has a client that reads from whichever node is near.
func TestConformanceOnClusterReadFromReplicas(t *testing.T) {
	addresses := testservers.RedisCluster(t)
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		return subject(t, connectCluster(t, &redis.ClusterOptions{Addrs: addresses, ReadOnly: true, RouteRandomly: true}))
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

func connect(t testing.TB, options *redis.Options) *redis.Client {
	client := redis.NewClient(options)
	closeAfter(t, client)
	return client
}

func connectCluster(t testing.TB, options *redis.ClusterOptions) *redis.ClusterClient {
	client := redis.NewClusterClient(options)
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

// subject is a sink with a prefix of its own, for tests share servers.
func subject(t *testing.T, client redis.UniversalClient) conformance.Subject {
	t.Helper()
	const limit = 100_000
	prefix := "test-" + rand.Text() + ":"
	sink, err := redissink.New(client, redissink.Prefix(prefix), redissink.MaxBytes(limit))
	if err != nil {
		t.Fatal(err)
	}
	return conformance.Subject{
		Sink: sink, MaxBytes: limit,
		Read: func(t *testing.T, collection, key string) json.RawMessage {
			text, err := client.Get(t.Context(), prefix+"{"+collection+"}:"+key).Bytes()
			if errors.Is(err, redis.Nil) {
				return nil
			}
			if err != nil {
				t.Error(err)
			}
			return text
		},
	}
}
