package redissink_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// TestMovingSlot moves a collection from node to node, and writes to it meanwhile: what is not stored is an error.
func TestMovingSlot(t *testing.T) {
	servers := testservers.NewRedisCluster(t, 2)
	client := connectCluster(t, &redis.ClusterOptions{Addrs: []string{servers[0].Address}})
	sink := newSink(t, client)
	for n := range 10 {
		put(t, sink, "books", document(fmt.Sprint(n), 1, `{"a":1}`))
	}
	slot := servers[0].Do(t, "cluster", "keyslot", "denorm-sink:{books}/keys").(int64)
	from, to := servers[0], servers[1]
	if keys, _ := from.Do(t, "cluster", "getkeysinslot", slot, 1).([]any); len(keys) == 0 {
		from, to = to, from
	}
	id := func(s *testservers.RedisServer) string { return s.Do(t, "cluster", "myid").(string) }
	carry := func(key string) {
		host, port, _ := strings.Cut(to.Address, ":")
		from.Do(t, "migrate", host, port, key, 0, 5000)
	}
	put(t, sink, "books", document("1", 2, `{"a":2}`), document("2", 2, `{"a":2}`))
	to.Do(t, "cluster", "setslot", slot, "importing", id(from))
	from.Do(t, "cluster", "setslot", slot, "migrating", id(to))
	carry("denorm-sink:{books}/versions")
	carry("denorm-sink:{books}:3")
	if err := sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("3", 3, `{"a":3}`), document("4", 3, `{"a":3}`)}); err == nil {
		t.Error("nothing failed while half of the slot had moved")
	}
	keys, _ := from.Do(t, "cluster", "getkeysinslot", slot, 100).([]any)
	for _, key := range keys {
		carry(key.(string))
	}
	for _, s := range []*testservers.RedisServer{to, from} {
		s.Do(t, "cluster", "setslot", slot, "node", id(to))
	}
	waitFor(t, func() error { // the client may have to look for the slot
		return sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("1", 1, `{"a":"late"}`), document("3", 3, `{"a":3}`), document("5", 4, `{"a":4}`)})
	})
	found, err := sink.Get(t.Context(), target("books"), []string{"0", "1", "3", "5"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{`{"a":1}`, `{"a":2}`, `{"a":3}`, `{"a":4}`} {
		if string(found[i].Body) != want {
			t.Errorf("%s is %s, want %s", found[i].Key, found[i].Body, want)
		}
	}
}

// TestFailover loses the master: the sink goes on with its replica, which has never seen the scripts.
func TestFailover(t *testing.T) {
	s := testservers.NewRedisSentinel(t)
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: s.Name, SentinelAddrs: []string{s.Address}, DialerRetries: 1, ReadTimeout: time.Second,
	})
	closeAfter(t, client)
	sink := newSink(t, client)
	put(t, sink, "books", document("k", 1, `{"a":1}`), document("gone", 1, `{"a":1}`))
	remove(t, sink, "books", document("gone", 3, ""))
	waitFor(t, func() error {
		if n := s.Master.Do(t, "wait", 1, 1000); n != int64(1) {
			return fmt.Errorf("%v replicas are up to date", n)
		}
		return nil
	})
	s.Master.Kill()
	waitFor(t, func() error {
		return sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 2, `{"a":2}`), document("gone", 2, `{"a":2}`)})
	})
	waitFor(t, func() error { return client.Get(t.Context(), "denorm-sink:{books}:k").Err() }) // on other connections
	wantOf(t, client, `{"a":2}`, "GET", "denorm-sink:{books}:k")
	wantOf(t, client, "<nil>", "GET", "denorm-sink:{books}:gone")
}

func waitFor(t *testing.T, do func() error) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := do()
		if err == nil {
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("it has not come in a minute: %v", err)
		}
	}
}
