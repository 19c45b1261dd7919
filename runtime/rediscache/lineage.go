package rediscache

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Lineage names the servers that are masters now, by the random id that each takes when it starts. A server that
// does not tell, for lack of a right to INFO perhaps, has no name; then a failover shows only by its errors and by
// a mark that went back.
func (c *Cache) Lineage(ctx context.Context) (string, error) {
	return run(ctx, c, "read who the masters are", func(ctx context.Context) (string, error) {
		if c.node != nil {
			return runID(ctx, c.node)
		}
		var mu sync.Mutex
		var ids []string
		err := c.cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
			id, err := runID(ctx, master)
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, id)
			return err
		})
		slices.Sort(ids)
		return strings.Join(ids, " "), err
	})
}

func runID(ctx context.Context, server *redis.Client) (string, error) {
	text, err := server.Info(ctx, "server").Result()
	if refused := redis.Error(nil); errors.As(err, &refused) {
		return "", nil
	}
	for line := range strings.Lines(text) {
		if id, ok := strings.CutPrefix(line, "run_id:"); ok {
			return strings.TrimSpace(id), nil
		}
	}
	return "", err
}
