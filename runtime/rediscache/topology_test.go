package rediscache_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

const markName = "topology:mark"

// moves is a cluster of two masters between which slots move.
type moves struct {
	*testing.T
	a, b     *testservers.RedisServer
	idA, idB string
	client   *redis.ClusterClient
}

func newMoves(t *testing.T) *moves {
	servers := testservers.NewRedisCluster(t, 2)
	id := func(s *testservers.RedisServer) string { return s.Do(t, "cluster", "myid").(string) }
	m := &moves{T: t, a: servers[0], b: servers[1], client: connectCluster(t, []string{servers[0].Address})}
	m.idA, m.idB = id(m.a), id(m.b)
	return m
}

// begin opens a slot of a node for its move.
func (m *moves) begin(slot int64, from, to *testservers.RedisServer) {
	to.Do(m.T, "cluster", "setslot", slot, "importing", m.id(from))
	from.Do(m.T, "cluster", "setslot", slot, "migrating", m.id(to))
}

// carry moves the keys of a slot.
func (m *moves) carry(slot int64, from, to *testservers.RedisServer) {
	host, port, _ := strings.Cut(to.Address, ":")
	keys, _ := from.Do(m.T, "cluster", "getkeysinslot", slot, 1000).([]any)
	for _, key := range keys {
		from.Do(m.T, "migrate", host, port, key, 0, 5000)
	}
}

// end gives the slot to the other node.
func (m *moves) end(slot int64, to *testservers.RedisServer) {
	for _, s := range []*testservers.RedisServer{m.a, m.b} {
		s.Do(m.T, "cluster", "setslot", slot, "node", m.id(to))
	}
}

func (m *moves) id(s *testservers.RedisServer) string {
	if s == m.a {
		return m.idA
	}
	return m.idB
}

func (m *moves) slot(key string) int64 { return m.a.Do(m.T, "cluster", "keyslot", key).(int64) }

func wantMark(t *testing.T, cache denorm.SharedCache, want denorm.Position) {
	t.Helper()
	if got, err := cache.Mark(t.Context(), markName); err != nil || got != want {
		t.Fatalf("the mark is %q (%v), want %q", got, err, want)
	}
}

func advance(t *testing.T, cache denorm.SharedCache, from, to denorm.Position, keys ...string) {
	t.Helper()
	if err := cache.Advance(t.Context(), markName, keys, from, to); err != nil {
		t.Fatal(err)
	}
}

func store(t *testing.T, cache denorm.SharedCache, key, value string) {
	t.Helper()
	found, err := cache.Get(t.Context(), []string{key}, time.Minute)
	if err != nil || found[0].Lease == "" {
		t.Fatalf("no lease: %+v, %v", found, err)
	}
	accepted, err := cache.Fill(t.Context(), []denorm.Fill{{Key: key, Lease: found[0].Lease, Value: []byte(value), TTL: time.Minute}})
	if err != nil || !accepted[0] {
		t.Fatalf("the fill of %q: %t, %v", key, accepted, err)
	}
}

func read(t *testing.T, cache denorm.SharedCache, key string) string {
	t.Helper()
	found, err := cache.Get(t.Context(), []string{key}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return string(found[0].Value)
}

func TestMarkMovesWithItsSlots(t *testing.T) {
	m := newMoves(t)
	cache := newCache(t, m.client)
	advance(t, cache, "", "1.1.1")
	for _, slot := range []int64{0, 3072} {
		m.begin(slot, m.a, m.b)
		m.carry(slot, m.a, m.b)
		m.end(slot, m.b)
	}
	wantMark(t, cache, "1.1.1")
	advance(t, cache, "1.1.1", "1.2.2")
	wantMark(t, cache, "1.2.2")
	// A slot that lost its keys on the way lost its mark, and the values of other keys perhaps.
	m.a.Do(t, "del", markName+"{4129}")
	wantMark(t, cache, "")
	if err := cache.Advance(t.Context(), markName, nil, "1.2.2", "1.3.3"); !errors.Is(err, denorm.ErrMark) {
		t.Errorf("the error is %v, want ErrMark", err)
	}
}

// TestSlotOnTheMove kills keys on both ends of a move.
func TestSlotOnTheMove(t *testing.T) {
	m := newMoves(t)
	cache := newCache(t, m.client)
	here, there := "{topology}here", "{topology}there"
	from, to := m.a, m.b
	slot := m.slot(here)
	if slot >= 8192 {
		from, to = m.b, m.a
	}
	store(t, cache, there, "old")
	advance(t, cache, "", "1.1.1")
	m.begin(slot, from, to)
	m.carry(slot, from, to)
	if got := read(t, cache, there); got != "old" {
		t.Fatalf("the value that moved is %q", got)
	}
	store(t, cache, here, "old") // goes to the new node
	advance(t, cache, "1.1.1", "1.2.2", here, there)
	for _, key := range []string{here, there} {
		if got := read(t, cache, key); got != "" {
			t.Errorf("%q holds %q", key, got)
		}
	}
	if err := cache.Kill(t.Context(), []string{here, there}); err != nil {
		t.Error(err)
	}
	m.end(slot, to)
	store(t, cache, here, "new")
	advance(t, cache, "1.2.2", "1.3.3", here)
	wantMark(t, cache, "1.3.3")
	if got := read(t, cache, here); got != "" {
		t.Errorf("%q holds %q", here, got)
	}
}

// TestStaleTopology asks a node for keys that it no longer has.
func TestStaleTopology(t *testing.T) {
	m := newMoves(t)
	//lint:ignore SA1019 CLUSTER SHARDS came with Redis 7, and older servers are served too
	old, err := m.client.ClusterSlots(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	current := old
	behind := redis.NewClusterClient(&redis.ClusterOptions{
		ClusterSlots: func(context.Context) ([]redis.ClusterSlot, error) { return slices.Clone(current), nil },
	})
	closeAfter(t, behind)
	cache, whole := newCache(t, behind), newCache(t, m.client)
	key := "topology"
	slot := m.slot(key)
	from, to := m.a, m.b
	if slot >= 8192 {
		from, to = m.b, m.a
	}
	advance(t, cache, "", "1.1.1")
	m.begin(slot, from, to)
	m.end(slot, to)
	store(t, whole, key, "old")
	if err := cache.Advance(t.Context(), markName, []string{key}, "1.1.1", "1.2.2"); err == nil || errors.Is(err, denorm.ErrMark) {
		t.Fatalf("the kill of a key that moved away: %v", err)
	}
	wantMark(t, whole, "1.1.1")
	//lint:ignore SA1019 CLUSTER SHARDS came with Redis 7, and older servers are served too
	if current, err = m.client.ClusterSlots(t.Context()).Result(); err != nil {
		t.Fatal(err)
	}
	advance(t, cache, "1.1.1", "1.2.2", key)
	wantMark(t, whole, "1.2.2")
	if got := read(t, whole, key); got != "" {
		t.Errorf("%q holds %q", key, got)
	}
}

// TestSmallNode leaves a node without any of the slots that have marks.
func TestSmallNode(t *testing.T) {
	m := newMoves(t)
	cache := newCache(t, m.client)
	for slot := int64(8192); slot < 16384; slot += 1024 {
		m.begin(slot, m.b, m.a)
		m.end(slot, m.a)
	}
	wantMark(t, cache, "")
	advance(t, cache, "", "1.1.1")
	own := ""
	keys := m.b.Do(t, "keys", "*").([]any)
	for _, key := range keys {
		own = key.(string)
	}
	if len(keys) != 1 || m.slot(own) != 8193 {
		t.Fatalf("the small node has the marks %q", keys)
	}
	advance(t, cache, "1.1.1", "1.2.2")
	wantMark(t, cache, "1.2.2")
	// One that went back counts, one that is missing does not.
	m.b.Do(t, "set", own, "1.1.1")
	wantMark(t, cache, "1.1.1")
	advance(t, cache, "1.1.1", "1.2.2")
	wantMark(t, cache, "1.2.2")
	m.b.Do(t, "del", own)
	wantMark(t, cache, "1.2.2")
	advance(t, cache, "1.2.2", "1.3.3")
	if got := m.b.Do(t, "get", own); got != "1.3.3" {
		t.Errorf("the mark of the small node is %v", got)
	}
}

// TestLostNode asks a cluster of which a part is down.
func TestLostNode(t *testing.T) {
	servers := testservers.NewRedisCluster(t, 3)
	client := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: []string{servers[0].Address}, MaxRedirects: 1, DialerRetries: 1, ReadTimeout: 500 * time.Millisecond,
	})
	closeAfter(t, client)
	servers[0].Do(t, "config", "set", "cluster-require-full-coverage", "no")
	servers[1].Do(t, "config", "set", "cluster-require-full-coverage", "no")
	cache := newCache(t, client)
	advance(t, cache, "", "1.1.1")
	keys := numbered(60)
	servers[2].Kill()
	found, err := cache.Get(t.Context(), keys, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	failed, leased := 0, 0
	for _, f := range found {
		if f.Err != nil {
			failed++
		}
		if f.Lease != "" {
			leased++
		}
	}
	if failed == 0 || leased == 0 || failed+leased != len(keys) {
		t.Errorf("of %d keys %d failed and %d were leased", len(keys), failed, leased)
	}
	if err := cache.Kill(t.Context(), keys); err == nil {
		t.Error("keys were killed on a node that is down")
	}
	if err := cache.Advance(t.Context(), markName, keys, "1.1.1", "1.2.2"); err == nil {
		t.Error("the mark was moved on a node that is down")
	}
	if mark, err := cache.Mark(t.Context(), markName); err == nil {
		t.Errorf("the mark is %q without a node", mark)
	}
}
