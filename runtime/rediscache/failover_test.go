package rediscache_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/rediscache"
)

// TestFailoverToReplicaThatLagsBehind loses the master after kills that the replica never got. The replica's mark
// tells.
func TestFailoverToReplicaThatLagsBehind(t *testing.T) {
	s := testservers.NewRedisSentinel(t)
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: s.Name, SentinelAddrs: []string{s.Address}, DialerRetries: 1, ReadTimeout: time.Second,
	})
	closeAfter(t, client)
	cache := newCache(t, client)
	advance(t, cache, "", "1.1.1")
	store(t, cache, "killed", "old")
	store(t, cache, "kept", "true")
	waitFor(t, func() bool { return s.Master.Do(t, "wait", 1, 1000) == int64(1) })

	s.Replica.Do(t, "replicaof", "no", "one")
	advance(t, cache, "1.1.1", "1.2.2", "killed")
	if got := read(t, cache, "killed"); got != "" {
		t.Fatalf("%q was not killed", got)
	}
	s.Master.Kill()
	waitFor(t, func() bool {
		mark, err := cache.Mark(t.Context(), markName)
		if err == nil && mark != "1.1.1" {
			t.Fatalf("the mark is %q after the failover, want the older one", mark)
		}
		return err == nil
	})
	// The client's other pool may find the new master a little later.
	waitFor(t, func() bool { return client.Get(t.Context(), "any").Err() == redis.Nil })
	if got := read(t, cache, "killed"); got != "old" {
		t.Fatalf("the replica got the kill, with the value %q; this test shows nothing", got)
	}
	if err := cache.Advance(t.Context(), markName, nil, "1.2.2", "1.3.3"); !errors.Is(err, denorm.ErrMark) {
		t.Errorf("the error is %v, want ErrMark", err)
	}
	advance(t, cache, "1.1.1", "1.2.2", "killed") // replayed; the scripts are new to this server
	advance(t, cache, "1.2.2", "1.3.3")
	if got := read(t, cache, "killed"); got != "" {
		t.Errorf("%q came back", got)
	}
	if got := read(t, cache, "kept"); got != "true" {
		t.Errorf("what nobody killed is %q", got)
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for start := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("it has not come in a minute")
		}
	}
}

// TestReplicaIsRefused reads from a replica, whose mark and values may be older than those of the master.
func TestReplicaIsRefused(t *testing.T) {
	master := testservers.NewRedis(t)
	host, port, _ := net.SplitHostPort(master.Address)
	replica := testservers.NewRedis(t, "--replicaof", host, port)
	advance(t, newCache(t, connect(t, &redis.Options{Addr: master.Address})), "", "1.1.1")
	waitFor(t, func() bool { return replica.Do(t, "exists", markName) == int64(1) })
	cache := newCache(t, connect(t, &redis.Options{Addr: replica.Address, MaxRetries: 1}))
	if mark, err := cache.Mark(t.Context(), markName); !redis.IsReadOnlyError(err) {
		t.Errorf("the mark is %q, the error %v", mark, err)
	}
	if err := cache.Advance(t.Context(), markName, nil, "1.1.1", "1.2.2"); !redis.IsReadOnlyError(err) {
		t.Errorf("the error is %v", err)
	}
}

func TestClientsThatAreRefused(t *testing.T) {
	var noNode *redis.Client
	var noCluster *redis.ClusterClient
	for name, client := range map[string]redis.UniversalClient{
		"none":         nil,
		"no node":      noNode,
		"no cluster":   noCluster,
		"ring":         redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": "localhost:1"}}),
		"replicas":     redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"localhost:1"}, ReadOnly: true}),
		"by latency":   redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"localhost:1"}, RouteByLatency: true}),
		"randomly":     redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"localhost:1"}, RouteRandomly: true}),
		"for ever":     redis.NewClient(&redis.Options{Addr: "localhost:1", ReadTimeout: -1}),
		"no deadlines": redis.NewClient(&redis.Options{Addr: "localhost:1", ReadTimeout: -2}),
		"cluster for ever": redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: []string{"localhost:1"}, ReadTimeout: -1,
		}),
		"client side": redis.NewClient(&redis.Options{
			Addr: "localhost:1", Protocol: 3, ClientSideCacheConfig: &redis.ClientSideCacheConfig{},
		}),
		"replicas by sentinel": redis.NewFailoverClusterClient(&redis.FailoverOptions{
			MasterName: "m", SentinelAddrs: []string{"localhost:1"}, ReplicaOnly: true,
		}),
		"unknown": struct{ redis.UniversalClient }{},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := rediscache.New(client); err == nil {
				t.Error("no error")
			}
			if name != "none" && name != "unknown" && client != redis.UniversalClient(noNode) && client != redis.UniversalClient(noCluster) {
				closeAfter(t, client)
			}
		})
	}
}

func TestMarkWithoutGoodName(t *testing.T) {
	node := newCache(t, connect(t, &redis.Options{Addr: "localhost:1"}))
	cluster := newCache(t, connectCluster(t, []string{"localhost:1"}))
	for _, call := range []func() error{
		func() error { _, err := node.Mark(t.Context(), ""); return err },
		func() error { _, err := cluster.Mark(t.Context(), "a{b}c"); return err },
		func() error { return cluster.Advance(t.Context(), "{", nil, "", "1.1.1") },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "the mark") {
			t.Errorf("the error is %v, want one of the name", err)
		}
	}
}
