//go:build unix

package faults

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	rushing           = 8 // processes
	readersOfEach     = 125
	stampedesTogether = 10
)

// herd are processes that read one document at once, half of them with a local cache.
type herd struct {
	*testing.T
	place
	redis    string
	children []*child
}

func newHerd(t *testing.T, tags int, lease time.Duration) *herd {
	t.Helper()
	h := newPack(t, sqlite(t), tags)
	for i := range rushing {
		h.children = append(h.children, spawn(t, h.orders(stampedes, i%2 == 0, lease)))
	}
	return h
}

// newPack is a herd without a process yet.
func newPack(t *testing.T, at place, tags int) *herd {
	t.Helper()
	h := &herd{T: t, place: at}
	for id := 1; id <= tags; id++ {
		h.exec(t, "INSERT INTO tags VALUES (?, 'cold', ?)", id, id)
	}
	address, cache := oneRedis(t)
	h.redis = address
	p := installed(t, h.place, "first", denorm.WithSharedCache(cache()))
	if err := p.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// orders let nothing but leases decide: caches are never too old, and answer in time.
func (h *herd) orders(do work, local bool, lease time.Duration) orders {
	return orders{
		Driver: h.driver, DSN: h.dsn, Redis: h.redis, Local: local, Work: do, Staleness: time.Hour, Lease: lease, Readers: readersOfEach,
	}
}

// begin sends all readers to a tag, finish waits for them.
func (h *herd) begin(tag int) {
	h.Helper()
	for _, c := range h.children {
		c.tell(fmt.Sprint(tag))
	}
}

func (h *herd) finish() (all rush) {
	h.Helper()
	for _, c := range h.children {
		var one rush
		if err := json.Unmarshal([]byte(c.hear()), &one); err != nil {
			h.Fatal(err)
		}
		all.Loads += one.Loads
		all.Misses += one.Misses
		all.Waits += one.Waits
	}
	return all
}

// TestStampedeOfProcesses sends the readers of many processes to one cold key: one of them loads it.
func TestStampedeOfProcesses(t *testing.T) {
	n := stampedesTogether * times(t)
	h := newHerd(t, n, patience)
	waits := int64(0)
	for tag := 1; tag <= n; tag++ {
		h.begin(tag)
		all := h.finish()
		waits += all.Waits
		if all.Loads != 1 || all.Misses != 1 {
			t.Errorf("tag %d: %d loads by %d leases for %d readers in %d processes, want one", tag, all.Loads, all.Misses, rushing*readersOfEach, rushing)
		}
	}
	t.Logf("%d stampedes of %d readers in %d processes; %d reads waited", n, rushing*readersOfEach, rushing, waits)
	if waits == 0 {
		t.Error("nobody waited for anybody: nothing was shown")
	}
}

// TestLeaseHolderIsKilled kills the process that holds the lease of a key, in the middle of its load. The others go on
// when the lease has ended, and one of them loads.
func TestLeaseHolderIsKilled(t *testing.T) {
	const lease = 2 * time.Second
	n := 2 * times(t)
	h := newHerd(t, n, lease)
	for tag := 1; tag <= n; tag++ {
		holder := spawn(t, h.orders(holds, false, lease))
		holder.tell(fmt.Sprint(tag))
		holder.wait("holding")
		h.begin(tag)
		time.Sleep(lease / 8)
		holder.signal(syscall.SIGKILL)
		all := h.finish()
		t.Logf("tag %d: %d loads, %d leases, %d reads waited", tag, all.Loads, all.Misses, all.Waits)
		if all.Loads != 1 || all.Misses != 1 {
			t.Errorf("tag %d: %d loads by %d leases after the first one's holder was killed, want one", tag, all.Loads, all.Misses)
		}
	}
}
