//go:build unix

package faults

import (
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// cluster is one of which each node can be told what to do.
type cluster struct {
	*testing.T
	masters []*testservers.RedisServer
	random  *rand.Rand
	moved   int // keys that went along with slots
}

// TestClusterFaults moves slots between nodes, makes these forget scripts, and loses masters, one of them with kills
// that its replica never got, under random histories.
func TestClusterFaults(t *testing.T) {
	tiers(t, func(t *testing.T, options []denorm.Option) {
		begun := time.Now()
		c := &cluster{T: t, masters: testservers.NewRedisCluster(t, 3)}
		r := newTrial(t, sqlite(t), func() denorm.SharedCache {
			var addresses []string
			for _, server := range c.masters {
				addresses = append(addresses, server.Address)
			}
			return cacheOf(t, redis.NewClusterClient(&redis.ClusterOptions{Addrs: addresses, ReadTimeout: 500 * time.Millisecond}))
		}, options)
		c.random = rand.New(rand.NewPCG(r.seed, 60))
		for range times(t) {
			r.warm()
			r.during("slots move", func() {
				for range 12 {
					c.moveSlot()
				}
			})
			r.settle("slots moved")
			r.warm()
			r.during("scripts are lost", func() {
				for range 12 {
					c.masters[c.random.IntN(len(c.masters))].Do(t, "script", "flush")
					pause(c.random, 30)
				}
			})
			r.settle("scripts were lost")
			r.warm()
			r.during("a master is lost", func() { c.failover(r) })
			r.settle("a master was lost")
		}
		r.warm()
		if c.moved == 0 {
			t.Error("no key moved: nothing was shown")
		}
		before := r.stats()
		r.during("a part is lost for good", func() {
			c.masters[0].Kill()
			time.Sleep(2 * staleness)
		})
		if after := r.stats(); after.Bypasses == before.Bypasses {
			t.Error("no read went round a cluster that has lost a part")
		}
		r.report(begun)
	})
}

// moveSlot gives the slot of a random key to another node, with all its keys.
func (c *cluster) moveSlot() {
	c.Helper()
	from := c.random.IntN(len(c.masters))
	to := (from + 1 + c.random.IntN(len(c.masters)-1)) % len(c.masters)
	source, target := c.masters[from], c.masters[to]
	key, ok := source.Do(c, "randomkey").(string)
	if !ok {
		return
	}
	slot := source.Do(c, "cluster", "keyslot", key)
	target.Do(c, "cluster", "setslot", slot, "importing", source.Do(c, "cluster", "myid"))
	source.Do(c, "cluster", "setslot", slot, "migrating", target.Do(c, "cluster", "myid"))
	host, port, err := net.SplitHostPort(target.Address)
	if err != nil {
		c.Fatal(err)
	}
	for {
		pause(c.random, 10)
		keys, _ := source.Do(c, "cluster", "getkeysinslot", slot, 1000).([]any)
		if len(keys) == 0 {
			break
		}
		for _, key := range keys {
			if source.Do(c, "migrate", host, port, key, 0, 5000) == "OK" {
				c.moved++
			}
		}
	}
	id := target.Do(c, "cluster", "myid")
	target.Do(c, "cluster", "setslot", slot, "node", id)
	source.Do(c, "cluster", "setslot", slot, "node", id)
	for _, server := range c.masters {
		server.Do(c, "cluster", "setslot", slot, "node", id)
	}
}

// failover loses a master after kills that its replica does not get. The replica takes its place.
func (c *cluster) failover(r *trial) {
	at := c.random.IntN(len(c.masters))
	master := c.masters[at]
	replica := testservers.NewRedisClusterReplica(c, c.masters, master)
	for _, server := range append(c.masters, replica) {
		server.Do(c, "config", "set", "cluster-node-timeout", 1000)
	}
	replica.Pause(c)
	master.Do(c, "client", "kill", "type", "replica")
	last, moves := "", 0
	eventually(c, "kills that the replica does not get", func() bool {
		if mark := markOn(c, master); mark != last {
			last = mark
			moves++
		}
		return moves > 4
	})
	time.Sleep(staleness)
	master.Kill()
	replica.Resume(c)
	killed := time.Now()
	eventually(c, "the replica is a master", func() bool { return role(c, replica) == "master" })
	c.masters[at] = replica
	for _, server := range c.masters {
		eventually(c, "the cluster works", func() bool { return works(c, server) })
	}
	c.Logf("the replica became a master after %v", time.Since(killed).Round(time.Millisecond))
	time.Sleep(staleness)
}

// works tells whether a node finds that all slots are served.
func works(t testing.TB, server *testservers.RedisServer) bool {
	t.Helper()
	info, _ := server.Do(t, "cluster", "info").(string)
	return strings.Contains(info, "cluster_state:ok")
}
