package rediscache_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

func lineage(t *testing.T, cache denorm.SharedCache) string {
	t.Helper()
	text, err := cache.Lineage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestLineage restarts a server, and replaces it by its replica: only then another text tells so.
func TestLineage(t *testing.T) {
	server := testservers.NewRedis(t)
	cache := newCache(t, connect(t, &redis.Options{Addr: server.Address, DialerRetries: 1}))
	first := lineage(t, cache)
	info := server.Do(t, "info", "server").(string)
	if first == "" || !strings.Contains(info, "run_id:"+first+"\r\n") {
		t.Errorf("the lineage is %q, and not the server's run_id", first)
	}
	advance(t, cache, "", "1.1.1")
	store(t, cache, "key", "value")
	server.Do(t, "client", "kill", "type", "normal") // a connection that was lost says nothing
	if got := lineage(t, cache); got != first {
		t.Errorf("the lineage of the same server was %q, and is %q", first, got)
	}
	server.Kill()
	if got, err := cache.Lineage(t.Context()); err == nil {
		t.Errorf("a server that is dead has the lineage %q", got)
	}
	server.Start(t)
	if got := lineage(t, cache); got == first || got == "" {
		t.Errorf("the lineage is %q after a restart, and was %q before", got, first)
	}
}

// TestLineageAfterFailover follows a client from the master to the replica that took its place.
func TestLineageAfterFailover(t *testing.T) {
	s := testservers.NewRedisSentinel(t)
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: s.Name, SentinelAddrs: []string{s.Address}, DialerRetries: 1, ReadTimeout: time.Second,
	})
	closeAfter(t, client)
	cache := newCache(t, client)
	first := lineage(t, cache)
	s.Master.Kill()
	got := ""
	waitFor(t, func() bool {
		text, err := cache.Lineage(t.Context())
		got = text
		return err == nil
	})
	if got == first || got == "" {
		t.Errorf("the lineage of the replica is %q, that of the master was %q", got, first)
	}
}

// TestLineageOfCluster names all masters: it stays while slots move between them, and changes with any of them.
func TestLineageOfCluster(t *testing.T) {
	m := newMoves(t)
	cache := newCache(t, m.client)
	first := lineage(t, cache)
	if n := len(strings.Fields(first)); n != 2 {
		t.Fatalf("the lineage %q names %d masters, want 2", first, n)
	}
	m.begin(0, m.a, m.b)
	m.carry(0, m.a, m.b)
	m.end(0, m.b)
	for range 5 { // in whatever order the masters are asked
		if got := lineage(t, cache); got != first {
			t.Errorf("the lineage was %q, and is %q after a slot has moved", first, got)
		}
	}
	replica := testservers.NewRedisClusterReplica(t, []*testservers.RedisServer{m.a, m.b}, m.a)
	if got := lineage(t, cache); got != first {
		t.Errorf("the lineage was %q, and is %q with a replica more", first, got)
	}
	asked := time.Time{}
	waitFor(t, func() bool {
		const givesUp = 6 * time.Second // a little longer than a replica tries that is not ready
		if time.Since(asked) > givesUp && replica.Do(t, "role").([]any)[0] == "slave" {
			asked = time.Now()
			replica.Do(t, "cluster", "failover")
		}
		got, err := cache.Lineage(t.Context())
		return err == nil && got != first && len(strings.Fields(got)) == 2 // while masters change, only one may be known
	})
}

// TestLineageWithoutTheRight asks a server that does not tell who it is.
func TestLineageWithoutTheRight(t *testing.T) {
	server := testservers.NewRedis(t)
	server.Do(t, "acl", "setuser", "cache", "on", ">secret", "~*", "&*", "+@all", "-info")
	cache := newCache(t, connect(t, &redis.Options{Addr: server.Address, Username: "cache", Password: "secret"}))
	if got := lineage(t, cache); got != "" {
		t.Errorf("the lineage is %q", got)
	}
	advance(t, cache, "", "1.1.1")
	wantMark(t, cache, "1.1.1")
}
