package testservers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

// redisCluster is the process's Redis cluster, started at the first call.
var redisCluster = sync.OnceValues(func() ([]*RedisServer, error) { return startRedisCluster(3) })

// RedisCluster returns the addresses of a Redis cluster of three masters that all tests of the process share.
func RedisCluster(tb testing.TB) []string {
	tb.Helper()
	servers, err := redisCluster()
	if err != nil {
		give(tb, err)
	}
	return addresses(servers)
}

// NewRedisCluster starts a cluster of masters, with equal parts of the slots, for one test, which may kill them.
func NewRedisCluster(tb testing.TB, masters int) []*RedisServer {
	tb.Helper()
	servers, err := startRedisCluster(masters)
	if err != nil {
		give(tb, err)
	}
	for _, server := range servers {
		tb.Cleanup(server.Kill)
	}
	return servers
}

// NewRedisClusterReplica starts a replica of a master of a cluster, for one test, which may kill it. It takes the
// master's place when that is lost. All nodes know it, and it follows the master, when it returns.
func NewRedisClusterReplica(tb testing.TB, servers []*RedisServer, master *RedisServer) *RedisServer {
	tb.Helper()
	server, err := startRedis(clusterArgs()...)
	if err != nil {
		give(tb, err)
	}
	tb.Cleanup(server.Kill)
	if err := server.replicate(servers, master); err != nil {
		tb.Fatalf("testservers: adding a replica to a cluster: %v", err)
	}
	return server
}

func clusterArgs() []string {
	return []string{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000"}
}

// replicate makes an empty node a replica.
func (s *RedisServer) replicate(servers []*RedisServer, master *RedisServer) error {
	host, port, err := net.SplitHostPort(master.Address)
	if err != nil {
		return err
	}
	client, of := s.client(), master.client()
	defer client.Close()
	defer of.Close()
	ctx := context.Background()
	id, err := of.Do(ctx, "cluster", "myid").Text()
	if err == nil {
		err = client.Do(ctx, "cluster", "meet", host, port, master.bus()).Err()
	}
	if err != nil {
		return err
	}
	if err := eventually(func(ctx context.Context) error { return client.ClusterReplicate(ctx, id).Err() }); err != nil {
		return err
	}
	for _, other := range append([]*RedisServer{s}, servers...) {
		if err := eventually(func(ctx context.Context) error { return other.knows(ctx, s, id) }); err != nil {
			return err
		}
	}
	return eventually(func(ctx context.Context) error { return following(ctx, client) })
}

// knows tells whether the node takes another one for the replica of a master, and finds the cluster complete.
func (s *RedisServer) knows(ctx context.Context, replica *RedisServer, master string) error {
	client := s.client()
	defer client.Close()
	nodes, err := client.ClusterNodes(ctx).Result()
	if err != nil {
		return err
	}
	info, err := client.ClusterInfo(ctx).Result()
	if err != nil {
		return err
	}
	for line := range strings.Lines(nodes) {
		if strings.Contains(line, " "+replica.Address+"@") && strings.Contains(line, "slave "+master) && strings.Contains(info, "cluster_state:ok") {
			return nil
		}
	}
	return errors.New("it does not know the replica yet")
}

// addresses are where the servers are.
func addresses(servers []*RedisServer) []string {
	list := make([]string, len(servers))
	for i, server := range servers {
		list[i] = server.Address
	}
	return list
}

func startRedisCluster(masters int) ([]*RedisServer, error) {
	const slots = 16384
	servers := make([]*RedisServer, 0, masters)
	err := func() error {
		for i := range masters {
			server, err := startRedis(clusterArgs()...)
			if err != nil {
				return err
			}
			servers = append(servers, server)
			if err := server.join(servers[0], i*slots/masters, (i+1)*slots/masters-1); err != nil {
				return fmt.Errorf("joining a cluster: %w", err)
			}
		}
		for _, server := range servers {
			if err := eventually(func(ctx context.Context) error { return server.sees(ctx, masters) }); err != nil {
				return fmt.Errorf("waiting for a cluster: %w", err)
			}
		}
		return nil
	}()
	if err != nil {
		for _, server := range servers {
			server.Kill()
		}
		return nil, err
	}
	return servers, nil
}

// join takes slots and meets another node of the cluster.
func (s *RedisServer) join(other *RedisServer, first, last int) error {
	client := s.client()
	defer client.Close()
	ctx := context.Background()
	if err := client.ClusterAddSlotsRange(ctx, first, last).Err(); err != nil || s == other {
		return err
	}
	host, port, err := net.SplitHostPort(other.Address)
	if err != nil {
		return err
	}
	return client.Do(ctx, "cluster", "meet", host, port, other.bus()).Err()
}

// bus is the port that nodes of a cluster talk to.
func (s *RedisServer) bus() string {
	for i, arg := range s.args {
		if arg == "--cluster-port" {
			return s.args[i+1]
		}
	}
	return ""
}

// sees tells whether the node finds the cluster complete.
func (s *RedisServer) sees(ctx context.Context, masters int) error {
	client := s.client()
	defer client.Close()
	info, err := client.ClusterInfo(ctx).Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r\n", masters)) {
		return errors.New("it is not complete yet")
	}
	//lint:ignore SA1019 CLUSTER SHARDS came with Redis 7, and older servers are served too
	ranges, err := client.ClusterSlots(ctx).Result()
	if err == nil && !complete(ranges) {
		err = errors.New("its slots are not all known yet")
	}
	return err
}

// complete tells whether all slots have a node.
func complete(ranges []redis.ClusterSlot) bool {
	n := 0
	for _, r := range ranges {
		n += r.End - r.Start + 1
	}
	return n == 16384
}
