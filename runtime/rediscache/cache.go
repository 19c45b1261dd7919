package rediscache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Cache is a denorm.SharedCache in Redis. It is safe for concurrent use.
type Cache struct {
	client  redis.UniversalClient
	cluster *redis.ClusterClient // the client, or nil
	node    *redis.Client        // the client, or nil
	// bounded tells that the client ends a command at the deadline of its context.
	bounded bool
	fills   script
	marks   script

	// advancing holds one Advance at a time, for it holds a connection to each node.
	advancing chan struct{}

	closing sync.RWMutex // held for reading while a command is counted in
	closed  bool
	running sync.WaitGroup
}

var _ denorm.SharedCache = (*Cache)(nil)

// New makes a cache of a client, which stays the caller's to close, after the cache. It connects to nothing
// yet. It refuses clients that would break what the engine relies on: those which read from replicas
// (ReadOnly, RouteByLatency, RouteRandomly), Ring, client-side caching, and those that wait for ever
// (ReadTimeout below zero). A command ends with its context; in a cluster it costs less with ContextTimeoutEnabled,
// and everywhere with a deadline, up to which a cancellation may then go unnoticed. A failover client with ReplicaOnly cannot be told from others by its options: with
// it, Mark and Advance fail, so that the engine does not use the cache.
func New(client redis.UniversalClient) (*Cache, error) {
	c := &Cache{
		fills:     newScript(fillScript),
		marks:     newScript(markScript),
		advancing: make(chan struct{}, 1),
	}
	err := errors.New("there is none")
	switch client := client.(type) {
	case nil:
	case *redis.Client:
		if client == nil {
			break
		}
		if err = checkNode(client.Options()); err == nil {
			c.node, c.bounded = withDeadlines(client), true
			c.client = c.node
		}
	case *redis.ClusterClient:
		if client == nil {
			break
		}
		c.client, c.cluster, c.bounded = client, client, client.Options().ContextTimeoutEnabled
		err = checkCluster(client.Options())
	case *redis.Ring:
		err = errors.New("a ring leaves keys behind where its nodes change; use a cluster")
	default:
		err = fmt.Errorf("it is a %T, of which nothing is known", client)
	}
	if err != nil {
		return nil, fmt.Errorf("rediscache: the client cannot be used: %w", err)
	}
	return c, nil
}

// withDeadlines returns a client on the same connections that looks at the deadlines of contexts.
func withDeadlines(client *redis.Client) *redis.Client {
	options := client.Options()
	if options.ContextTimeoutEnabled {
		return client
	}
	twin := client.WithTimeout(options.ReadTimeout)
	// These options are the twin's own, and nobody has used it yet.
	twin.Options().WriteTimeout = options.WriteTimeout
	twin.Options().ContextTimeoutEnabled = true
	return twin
}

func checkNode(options *redis.Options) error {
	if options.ClientSideCache != nil || options.ClientSideCacheConfig != nil {
		return errors.New("its client-side cache would hide kills")
	}
	return checkTimeout(options.ReadTimeout <= 0)
}

func checkCluster(options *redis.ClusterOptions) error {
	if options.ReadOnly || options.RouteByLatency || options.RouteRandomly {
		return errors.New("it reads from replicas, which lag behind (ReadOnly, RouteByLatency, RouteRandomly)")
	}
	return checkTimeout(options.ReadTimeout <= 0)
}

func checkTimeout(none bool) error {
	if none {
		return errors.New("it waits for answers without end (ReadTimeout)")
	}
	return nil
}

// Close waits for commands that are under way, which the timeouts of the client bound. The client stays open.
// Every method but Close returns an error afterwards.
func (c *Cache) Close() error {
	c.closing.Lock()
	c.closed = true
	c.closing.Unlock()
	c.running.Wait()
	return nil
}

// begin counts a command in.
func (c *Cache) begin() error {
	c.closing.RLock()
	defer c.closing.RUnlock()
	if c.closed {
		return errors.New("the cache is closed")
	}
	c.running.Add(1)
	return nil
}

// result is what a command returns.
type result[T any] struct {
	value T
	err   error
}

// run runs a command and returns when it is done or the context is. The client looks at a deadline, or not even at
// that, and never notices that a context was cancelled while it waits for an answer. So where that may take long, the
// command runs aside, and is left alone to end by the client's timeout.
func run[T any](ctx context.Context, c *Cache, doing string, command func(context.Context) (T, error)) (T, error) {
	var none T
	err := ctx.Err()
	if err == nil {
		err = c.begin()
	}
	if err != nil {
		return none, fmt.Errorf("rediscache: %s: %w", doing, err)
	}
	if deadline, ok := ctx.Deadline(); ctx.Done() == nil || ok && c.bounded {
		defer c.running.Done()
		value, err := command(ctx)
		if err != nil {
			err = fmt.Errorf("rediscache: %s: %w", doing, ended(ctx, deadline, err))
		}
		return value, err
	}
	done := make(chan result[T], 1)
	go func() {
		defer c.running.Done()
		value, err := command(ctx)
		done <- result[T]{value, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			r.err = fmt.Errorf("rediscache: %s: %w", doing, r.err)
		}
		return r.value, r.err
	case <-ctx.Done():
		return none, fmt.Errorf("rediscache: %s: %w", doing, ctx.Err())
	}
}

// ended adds to the error of a command that its context has ended, if it has. The connection may notice the deadline
// before the context does.
func ended(ctx context.Context, deadline time.Time, err error) error {
	cause := ctx.Err()
	if cause == nil && !deadline.IsZero() && !time.Now().Before(deadline) {
		cause = context.DeadlineExceeded
	}
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}

// pipeliner is a client, or one connection of it.
type pipeliner interface{ Pipeline() redis.Pipeliner }

// send sends commands in one go and returns the first error. Each command has its own.
func send(ctx context.Context, to pipeliner, commands []redis.Cmder) error {
	pipe := to.Pipeline()
	if err := pipe.BatchProcess(ctx, commands...); err != nil {
		return err
	}
	_, err := pipe.Exec(ctx)
	return err
}

// once is a command that the client must not send again: the first may have been carried out, though its
// answer was lost.
type once struct{ redis.Cmder }

// NoRetry tells the client so.
func (once) NoRetry() bool { return true }
