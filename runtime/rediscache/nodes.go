package rediscache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// node is a master and what of a command concerns it.
type node struct {
	client *redis.Client
	keys   []string
	marks  []string // names of keys, never empty but where no slot could be told
	// few tells that the node has none of the slots with marks. Its mark may be missing, for it moves with
	// every slot that comes or goes.
	few bool
}

// nodes splits keys among the masters, as the cluster is now.
func (c *Cache) nodes(ctx context.Context, mark string, keys []string) ([]*node, error) {
	if mark == "" {
		return nil, errors.New("the mark has no name")
	}
	if c.cluster == nil {
		return []*node{{client: c.node, keys: keys, marks: []string{mark}}}, nil
	}
	if strings.Contains(mark, "{") {
		return nil, fmt.Errorf("the name of the mark, %q, has a brace, which would decide its slot", mark)
	}
	s := split{cluster: c.cluster, by: map[*redis.Client]*node{}}
	if err := s.masters(ctx); err != nil {
		return nil, fmt.Errorf("ask for the masters: %w", err)
	}
	for _, tag := range markTags() {
		name := tagged(mark, tag)
		n, err := s.of(ctx, name)
		if err != nil {
			return nil, err
		}
		n.marks = append(n.marks, name)
	}
	for _, key := range keys {
		n, err := s.of(ctx, key)
		if err != nil {
			return nil, err
		}
		n.keys = append(n.keys, key)
	}
	return s.list, s.small(ctx, mark)
}

// tagged is the name of a mark in the slot of a hash tag.
func tagged(mark, tag string) string { return mark + "{" + tag + "}" }

// split is a division of keys among masters.
type split struct {
	cluster *redis.ClusterClient
	list    []*node
	by      map[*redis.Client]*node
}

func (s *split) add(client *redis.Client) *node {
	n := s.by[client]
	if n == nil {
		n = &node{client: client}
		s.by[client] = n
		s.list = append(s.list, n)
	}
	return n
}

// masters reads the topology anew.
func (s *split) masters(ctx context.Context) error {
	var mu sync.Mutex
	return s.cluster.ForEachMaster(ctx, func(_ context.Context, client *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		s.add(client)
		return nil
	})
}

// of returns the node of a key.
func (s *split) of(ctx context.Context, key string) (*node, error) {
	client, err := s.cluster.MasterForKey(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("find the node of %q: %w", key, err)
	}
	return s.add(client), nil
}

// small gives masters that have none of the slots with marks one in their lowest slot.
func (s *split) small(ctx context.Context, mark string) error {
	var ranges []redis.ClusterSlot
	for _, n := range s.list {
		if len(n.marks) > 0 {
			continue
		}
		n.few = true
		if ranges == nil {
			var err error
			//lint:ignore SA1019 CLUSTER SHARDS came with Redis 7, and older servers are served too
			if ranges, err = s.cluster.ClusterSlots(ctx).Result(); err != nil {
				return fmt.Errorf("ask for the slots: %w", err)
			}
		}
		if slot, ok := lowest(ranges, n.client); ok {
			n.marks = append(n.marks, tagged(mark, tagOf(slot)))
		}
	}
	return nil
}

// lowest is the lowest slot of a node.
func lowest(ranges []redis.ClusterSlot, client *redis.Client) (int, bool) {
	found := slots
	for _, r := range ranges {
		if len(r.Nodes) > 0 && (r.Nodes[0].Addr == client.NodeAddress() || r.Nodes[0].Addr == client.Options().Addr) {
			found = min(found, r.Start)
		}
	}
	return found, found < slots
}

// each runs a step on all nodes at once and returns the first error.
func each[N any](list []N, step func(N) error) error {
	if len(list) == 1 {
		return step(list[0])
	}
	errs := make([]error, len(list))
	var running sync.WaitGroup
	for i, n := range list {
		running.Go(func() { errs[i] = step(n) })
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
