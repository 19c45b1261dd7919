package rediscache

import (
	"cmp"
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	denorm "github.com/denormgen/denormgen/runtime"
)

// killChunk is how many keys one command removes.
const killChunk = 256

// Fill stores values as denorm.SharedCache says. The client may send a fill again, after which it is reported
// as not accepted although it was.
func (c *Cache) Fill(ctx context.Context, fills []denorm.Fill) ([]bool, error) {
	if len(fills) == 0 {
		return nil, ctx.Err()
	}
	// What was accepted is reported with an error too, unless the context ended first.
	none := make([]bool, len(fills))
	accepted, err := run(ctx, c, "fill", func(ctx context.Context) ([]bool, error) { return c.fill(ctx, fills) })
	if accepted == nil {
		accepted = none
	}
	return accepted, err
}

func (c *Cache) fill(ctx context.Context, fills []denorm.Fill) ([]bool, error) {
	calls := make([]*call, 0, len(fills))
	indexes := make([]int, 0, len(fills))
	for i, f := range fills {
		if f.Lease == "" {
			continue // nothing was leased
		}
		args := []any{string(isLease) + f.Lease}
		if f.Value != nil {
			value := append(append(make([]byte, 0, 1+len(f.Value)), isValue), f.Value...)
			args = append(args, value, milliseconds(f.TTL))
		}
		calls = append(calls, &call{key: f.Key, args: args})
		indexes = append(indexes, i)
	}
	if len(calls) == 0 {
		return make([]bool, len(fills)), nil
	}
	c.fills.run(ctx, c.client, calls, again)
	accepted := make([]bool, len(fills))
	var first error
	failed := 0
	for n, i := range indexes {
		ok, err := calls[n].accepted()
		accepted[i] = ok && err == nil
		if err != nil {
			failed++
			first = cmp.Or(first, err)
		}
	}
	if failed > 0 {
		return accepted, fmt.Errorf("%d of %d keys: %w", failed, len(fills), first)
	}
	return accepted, nil
}

// Kill removes keys, several by one command on a single node, one by one in a cluster.
func (c *Cache) Kill(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return ctx.Err()
	}
	_, err := run(ctx, c, "kill", func(ctx context.Context) (struct{}, error) { return struct{}{}, c.kill(ctx, keys) })
	return err
}

func (c *Cache) kill(ctx context.Context, keys []string) error {
	commands := kills(ctx, keys, c.cluster != nil)
	list := make([]redis.Cmder, len(commands))
	for i, command := range commands {
		list[i] = command
	}
	_ = send(ctx, c.client, list) // the commands have the errors
	for _, command := range commands {
		if err := command.Err(); err != nil {
			return err
		}
	}
	return nil
}

// kills are the commands that remove keys, all on one node or singly.
func kills(ctx context.Context, keys []string, singly bool) []*redis.IntCmd {
	chunk := killChunk
	if singly {
		chunk = 1
	}
	commands := make([]*redis.IntCmd, 0, (len(keys)+chunk-1)/chunk)
	for start := 0; start < len(keys); start += chunk {
		part := keys[start:min(start+chunk, len(keys))]
		args := make([]any, 0, 1+len(part))
		args = append(args, "unlink")
		for _, key := range part {
			args = append(args, key)
		}
		commands = append(commands, redis.NewIntCmd(ctx, args...))
	}
	return commands
}
