package redissink

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Sink is a denorm.Sink in Redis. It is safe for concurrent use, also by several processes.
type Sink struct {
	client   redis.UniversalClient
	prefix   string
	maxBytes int

	writes, lists, gets script
}

var _ denorm.Sink = (*Sink)(nil)

// New makes a sink of a client, which stays the caller's to close. It connects to nothing yet. It refuses a Ring, and
// clients that wait for answers without end (ReadTimeout below zero): a call returns when its context ends, and what
// it has sent is left to the client's timeouts.
func New(client redis.UniversalClient, opts ...Option) (*Sink, error) {
	if err := check(client); err != nil {
		return nil, fmt.Errorf("redis sink: the client cannot be used: %w", err)
	}
	s := &Sink{
		client: client, prefix: defaultPrefix, maxBytes: defaultMaxBytes,
		writes: newScript(writeScript), lists: newScript(listScript), gets: newScript(getScript),
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("redis sink: %w", err)
		}
	}
	return s, nil
}

func check(client redis.UniversalClient) error {
	none, endless := client == nil, false
	switch client := client.(type) {
	case *redis.Client:
		none = client == nil
		endless = !none && client.Options().ReadTimeout <= 0
	case *redis.ClusterClient:
		none = client == nil
		endless = !none && client.Options().ReadTimeout <= 0
	case *redis.Ring:
		return errors.New("a ring leaves keys behind where its nodes change; use a cluster")
	}
	switch {
	case none:
		return errors.New("there is none")
	case endless:
		return errors.New("it waits for answers without end (ReadTimeout)")
	}
	return nil
}

// run runs a command and returns when it is done or the context is: the client does not notice that a context was
// cancelled while it waits for an answer. The command is then left alone to end.
func run[T any](ctx context.Context, doing string, command func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, fmt.Errorf("redis sink: %s: %w", doing, err)
	}
	done := make(chan result, 1)
	go func() {
		value, err := command(ctx)
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		switch ended := ctx.Err(); {
		case r.err == nil:
			return r.value, nil
		case ended != nil && !errors.Is(r.err, ended):
			return none, fmt.Errorf("redis sink: %s: %w: %w", doing, ended, r.err)
		default:
			return none, fmt.Errorf("redis sink: %s: %w", doing, r.err)
		}
	case <-ctx.Done():
		return none, fmt.Errorf("redis sink: %s: %w", doing, ctx.Err())
	}
}
