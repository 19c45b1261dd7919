package memcachedsink

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/bradfitz/gomemcache/memcache"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Sink is a denorm.Sink in memcached. It is safe for concurrent use, also by several processes.
type Sink struct {
	client   *memcache.Client
	parallel int
	prefix   string
	maxBytes int
	ttl      int32 // seconds, 0 for none
}

var _ denorm.Sink = (*Sink)(nil)

// New makes a sink of a client, which stays the caller's to configure and to close, in this order. It connects to nothing
// yet. It refuses a client that waits for answers without end (Timeout below zero).
func New(client *memcache.Client, opts ...Option) (*Sink, error) {
	switch {
	case client == nil:
		return nil, errors.New("memcached sink: there is no client")
	case client.Timeout < 0:
		return nil, errors.New("memcached sink: the client cannot be used: it waits for answers without end (Timeout)")
	}
	s := &Sink{client: client, parallel: client.MaxIdleConns, prefix: defaultPrefix, maxBytes: defaultMaxBytes}
	if s.parallel < 1 {
		s.parallel = memcache.DefaultMaxIdleConns
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("memcached sink: %w", err)
		}
	}
	return s, nil
}

// run calls do for some parts of the work, as many at a time as there are connections, until one fails. It returns when
// all are done or the context is: what is under way then is left alone to end by the client's timeout.
func (s *Sink) run(ctx context.Context, doing string, parts int, do func(ctx context.Context, part int) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memcached sink: %s: %w", doing, err)
	}
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int, parts)
	for part := range parts {
		next <- part
	}
	close(next)
	var running sync.WaitGroup
	for range min(s.parallel, parts) {
		running.Go(func() {
			for part := range next {
				if err := work.Err(); err != nil {
					return
				}
				if err := do(work, part); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	done := make(chan error, 1)
	go func() {
		running.Wait()
		done <- context.Cause(work)
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	switch ended := ctx.Err(); {
	case err == nil:
		return nil
	case ended != nil && !errors.Is(err, ended):
		return fmt.Errorf("memcached sink: %s: %w: %w", doing, ended, err)
	default:
		return fmt.Errorf("memcached sink: %s: %w", doing, err)
	}
}

// errAnswer stands for errors of the client that quote a whole answer, in which a key may be.
var errAnswer = errors.New("the server's answer cannot be read")

func withoutKeys(err error) error {
	if err != nil && strings.Contains(err.Error(), "in get response") {
		return errAnswer
	}
	return err
}
