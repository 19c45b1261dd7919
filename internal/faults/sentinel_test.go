//go:build unix

package faults

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// TestSentinelFailover loses the master after kills that its replica never got, under random histories: nobody reads
// what they removed, neither when the replica takes over nor once the kills were replayed.
func TestSentinelFailover(t *testing.T) {
	tiers(t, func(t *testing.T, options []denorm.Option) {
		begun := time.Now()
		s := testservers.NewRedisSentinel(t)
		r := newTrial(t, sqlite(t), func() denorm.SharedCache {
			return cacheOf(t, redis.NewFailoverClient(&redis.FailoverOptions{
				MasterName: s.Name, SentinelAddrs: []string{s.Address}, DialerRetries: 1, ReadTimeout: 500 * time.Millisecond,
			}))
		}, options)
		for range times(t) {
			r.warm()
			r.during("failover", func() { failover(r, s) })
			r.settle("failover")
			r.warm()
			followAgain(t, s)
		}
		r.report(begun)
	})
}

// failover ends replication, waits until kills are lost to the replica, and then lets it take the master's place.
func failover(r *trial, s *testservers.RedisSentinel) {
	eventually(r, "the replica has a mark", func() bool {
		if role(r, s.Replica) == "master" { // the sentinel took a busy machine for a lost one
			s.Master, s.Replica = s.Replica, s.Master
		}
		return role(r, s.Master) == "master" && role(r, s.Replica) == "slave" && markOn(r, s.Replica) != ""
	})
	s.Replica.Pause(r)
	s.Master.Do(r, "client", "kill", "type", "replica")
	last, moves := "", 0
	eventually(r, "kills that the replica does not get", func() bool {
		if mark := markOn(r, s.Master); mark != last {
			last = mark
			moves++
		}
		return moves > 4
	})
	// Whoever reads them meanwhile does not hold the old documents.
	time.Sleep(staleness)
	last = markOn(r, s.Master)
	s.Master.Kill()
	s.Replica.Resume(r)
	behind := markOn(r, s.Replica)
	if behind == last || behind == "" {
		r.Fatalf("the replica has the mark %q, and the master had %q: this shows nothing", behind, last)
	}
	killed := time.Now()
	eventually(r, "the replica is the master", func() bool { return role(r, s.Replica) == "master" })
	r.Logf("the replica lacked kills from %s to %s; it became the master after %v", behind, last, time.Since(killed).Round(time.Millisecond))
	time.Sleep(staleness)
}

// followAgain makes the old master a replica of the new one.
func followAgain(t *testing.T, s *testservers.RedisSentinel) {
	t.Helper()
	s.Master, s.Replica = s.Replica, s.Master
	s.Replica.Start(t)
	host, port, err := net.SplitHostPort(s.Master.Address)
	if err != nil {
		t.Fatal(err)
	}
	s.Replica.Do(t, "replicaof", host, port)
	eventually(t, "the old master follows the new one", func() bool {
		return strings.Contains(s.Replica.Do(t, "info", "replication").(string), "master_link_status:up")
	})
}

// role asks a server, which ends connections when it changes.
func role(t testing.TB, server *testservers.RedisServer) string {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Address})
	defer client.Close()
	answer, err := client.Do(t.Context(), "role").Slice()
	if err != nil || len(answer) == 0 {
		return ""
	}
	name, _ := answer[0].(string)
	return name
}

// markOn is the mark on a server with one: the only key that holds neither a lease nor a value.
func markOn(t testing.TB, server *testservers.RedisServer) string {
	t.Helper()
	for _, key := range server.Do(t, "keys", "denorm/*").([]any) {
		if held, ok := server.Do(t, "get", key).(string); ok && held != "" && held[0] >= '0' && held[0] <= '9' {
			return held
		}
	}
	return ""
}

// TestSilentFailover leads clients from a master to a replica that lacks kills, without an error that anybody sees:
// by an address that moves, say. What is read until that is noticed, and no longer than MaxStaleness, is as old as the
// replica; afterwards nothing is, in Redis or in the process.
func TestSilentFailover(t *testing.T) {
	tiers(t, func(t *testing.T, options []denorm.Option) {
		begun := time.Now()
		s := testservers.NewRedisSentinel(t)
		s.Sentinel.Kill()
		to := newSwitch(s.Master.Address)
		r := newTrial(t, sqlite(t), func() denorm.SharedCache {
			return cacheOf(t, redis.NewClient(&redis.Options{Addr: s.Master.Address, Dialer: to.dial, ReadTimeout: 500 * time.Millisecond}))
		}, options)
		for range 3 * times(t) {
			r.warm()
			r.during("silent failover", func() {
				eventually(r, "the replica has a mark", func() bool { return markOn(r, s.Replica) != "" })
				s.Replica.Do(r, "replicaof", "no", "one")
				last := markOn(r, s.Master)
				eventually(r, "kills that the replica does not get", func() bool {
					return markOn(r, s.Master) != last
				})
				time.Sleep(staleness / 2)
				r.excuse(func() { to.move(s.Replica.Address) })
				time.Sleep(4 * staleness)
			})
			r.settle("silent failover")
			s.Master.Kill()
			followAgain(t, s)
		}
		r.report(begun)
	})
}

// switched dials one address and is led to another one.
type switched struct {
	mu   sync.Mutex
	to   string
	open []net.Conn
}

func newSwitch(to string) *switched { return &switched{to: to} }

func (s *switched) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conn, err := new(net.Dialer).DialContext(ctx, network, s.to)
	if err == nil {
		s.open = append(s.open, conn)
	}
	return conn, err
}

// move leads to another address from now on, and ends the connections that there are.
func (s *switched) move(to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = to
	for _, conn := range s.open {
		conn.Close()
	}
	s.open = nil
}
