package natssink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	denorm "github.com/denormgen/denormgen/runtime"
)

// ErrNameTaken tells that a stream of the sink's name is somebody else's.
var ErrNameTaken = errors.New("the stream is another one's")

// Sink is a denorm.Sink in JetStream. It is safe for concurrent use, also by several processes.
type Sink struct {
	js         jetstream.JetStream
	conn       *nats.Conn
	api        string // in front of subjects of JetStream's own
	prefix     string
	replicas   int
	tombstones time.Duration
	timeout    time.Duration

	mu       sync.Mutex
	listings map[string]*listing // by stream
}

var (
	_ denorm.Sink         = (*Sink)(nil)
	_ denorm.SinkPreparer = (*Sink)(nil)
)

// New makes a sink of a JetStream context, whose connection stays the caller's to close. It asks the server nothing yet.
func New(js jetstream.JetStream, opts ...Option) (*Sink, error) {
	if js == nil || js.Conn() == nil {
		return nil, fmt.Errorf("nats sink: %w: there is no connection", denorm.ErrValue)
	}
	s := &Sink{
		js: js, conn: js.Conn(), api: jetstream.DefaultAPIPrefix, prefix: defaultPrefix, replicas: 1,
		tombstones: defaultTombstones, timeout: defaultTimeout, listings: map[string]*listing{},
	}
	switch of := js.Options(); {
	case of.Domain != "":
		s.api = "$JS." + of.Domain + ".API."
	case of.APIPrefix != "":
		s.api = withDot(of.APIPrefix)
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("nats sink: %w", err)
		}
	}
	return s, nil
}

func withDot(prefix string) string {
	if prefix[len(prefix)-1] != '.' {
		prefix += "."
	}
	return prefix
}

// run runs a command and returns when it is done or the context is: to publish can wait for a connection that takes
// nothing. The command is then left alone to end.
func run[T any](ctx context.Context, doing string, command func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, fmt.Errorf("nats sink: %s: %w", doing, err)
	}
	done := make(chan result, 1)
	go func() {
		value, err := command(ctx)
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		single := new(denorm.SinkError)
		switch ended := ctx.Err(); {
		case r.err == nil:
			return r.value, nil
		case errors.As(r.err, &single):
			return none, single
		case ended != nil && !errors.Is(r.err, ended):
			return none, fmt.Errorf("nats sink: %s: %w: %w", doing, ended, r.err)
		default:
			return none, fmt.Errorf("nats sink: %s: %w", doing, r.err)
		}
	case <-ctx.Done():
		return none, fmt.Errorf("nats sink: %s: %w", doing, ctx.Err())
	}
}
