package rediscache

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	denorm "github.com/denormgen/denormgen/runtime"
)

// First bytes of what a key holds.
const (
	isLease = 'L' // and the token
	isValue = 'V' // and the value
)

// Get reads keys and takes leases as denorm.SharedCache says. Leases last whole milliseconds, at least one. Where
// somebody else was faster to take a lease, a third round trip reads what is there then. A key that holds anything
// this package did not write is emptied.
func (c *Cache) Get(ctx context.Context, keys []string, lease time.Duration) ([]denorm.Cached, error) {
	if len(keys) == 0 {
		return nil, ctx.Err()
	}
	return run(ctx, c, "read", func(ctx context.Context) ([]denorm.Cached, error) {
		g := getting{cache: c, keys: keys, found: make([]denorm.Cached, len(keys))}
		g.run(ctx, lease)
		for i := range g.found {
			if g.found[i].Err == nil {
				return g.found, nil
			}
		}
		return nil, g.found[0].Err
	})
}

// getting is one Get.
type getting struct {
	cache   *Cache
	keys    []string
	found   []denorm.Cached
	missing []int // indexes of keys without a value or a lease
	foreign []int // indexes of keys that hold what is none of ours
}

func (g *getting) run(ctx context.Context, lease time.Duration) {
	if len(g.keys) == 1 {
		g.one(ctx, 0)
	} else {
		g.many(ctx)
	}
	g.empty(ctx)
	if len(g.missing) == 0 {
		return
	}
	lost := g.lease(ctx, lease)
	if len(lost) == 0 {
		return
	}
	g.missing, g.foreign = nil, nil
	for _, i := range lost {
		g.one(ctx, i)
	}
	g.empty(ctx)
}

// one reads one key.
func (g *getting) one(ctx context.Context, i int) {
	g.note(i, g.cache.client.Get(ctx, g.keys[i]))
}

// many reads all keys, by one command each: MGET is no faster, copies more, cannot be used in a cluster, and hides
// what is foreign.
func (g *getting) many(ctx context.Context) {
	const words = 2
	commands := make([]redis.Cmder, len(g.keys))
	answers := make([]*redis.StringCmd, len(g.keys))
	args := make([]any, words*len(g.keys))
	for i, key := range g.keys {
		arg := args[words*i : words*(i+1) : words*(i+1)]
		arg[0], arg[1] = "get", key
		answers[i] = redis.NewStringCmd(ctx, arg...)
		commands[i] = answers[i]
	}
	_ = send(ctx, g.cache.client, commands) // the answers have the errors
	for i, answer := range answers {
		g.note(i, answer)
	}
}

// note records the answer to a GET.
func (g *getting) note(i int, answer *redis.StringCmd) {
	raw, err := answer.Bytes()
	switch {
	case err == nil:
		g.sort(i, raw)
	case errors.Is(err, redis.Nil):
		g.missing = append(g.missing, i)
	case redis.HasErrorPrefix(err, "WRONGTYPE"):
		g.foreign = append(g.foreign, i)
	default:
		g.found[i].Err = err
	}
}

// sort tells by the first byte what a key holds.
func (g *getting) sort(i int, raw []byte) {
	switch {
	case len(raw) > 0 && raw[0] == isValue:
		g.found[i].Value = raw[1:]
	case len(raw) > 1 && raw[0] == isLease:
		g.found[i].Held = string(raw[1:])
	default:
		g.foreign = append(g.foreign, i)
	}
}

// empty removes what is none of ours; those keys are missing then.
func (g *getting) empty(ctx context.Context) {
	if len(g.foreign) == 0 {
		return
	}
	keys := make([]string, len(g.foreign))
	for n, i := range g.foreign {
		keys[n] = g.keys[i]
	}
	if err := g.cache.kill(ctx, keys); err != nil {
		for _, i := range g.foreign {
			g.found[i].Err = err
		}
		return
	}
	g.missing = append(g.missing, g.foreign...)
}

// lease takes the leases of the missing keys and returns the indexes of those that somebody else took or
// filled in the meantime.
func (g *getting) lease(ctx context.Context, lease time.Duration) (lost []int) {
	commands := make([]redis.Cmder, len(g.missing))
	answers := make([]*redis.StatusCmd, len(g.missing))
	tokens := make([]string, len(g.missing))
	for n, i := range g.missing {
		tokens[n] = rand.Text()
		answers[n] = redis.NewStatusCmd(ctx, "set", g.keys[i], string(isLease)+tokens[n], "nx", "px", milliseconds(lease))
		commands[n] = once{answers[n]}
	}
	_ = send(ctx, g.cache.client, commands) // the answers have the errors
	for n, i := range g.missing {
		switch err := answers[n].Err(); {
		case err == nil && answers[n].Val() == "OK":
			g.found[i].Lease = tokens[n]
		case err == nil:
			g.found[i].Err = fmt.Errorf("a lease was answered with %q", answers[n].Val())
		case errors.Is(err, redis.Nil):
			lost = append(lost, i)
		default:
			g.found[i].Err = fmt.Errorf("take a lease: %w", err)
		}
	}
	return lost
}

// milliseconds is a duration as Redis takes it, which takes no zero.
func milliseconds(d time.Duration) int64 { return max(d.Milliseconds(), 1) }
