package workloads

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/denormgen/denormgen/runtime/sinks/natssink"
)

// inNATS publishes to an embedded server, without waiting for each answer.
func inNATS(b *testing.B) kept {
	js := jetStream(b)
	purge := func(ctx context.Context, name string) error {
		stream, err := js.Stream(ctx, name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return stream.Purge(ctx)
	}
	return kept{
		sink: must[*natssink.Sink](b)(natssink.New(js)),
		clear: func(ctx context.Context) error {
			_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: "plain", Subjects: []string{"plain.*"}, MaxMsgsPerSubject: 1})
			return errors.Join(err, purge(ctx, "plain"), purge(ctx, "denorm-books"))
		},
		bulk: func(ctx context.Context, documents []ready, end bool) error {
			for _, one := range documents {
				if _, err := js.PublishAsync("plain."+strconv.FormatInt(one.id, 10), one.body); err != nil {
					return err
				}
			}
			if !end {
				return nil
			}
			select {
			case <-js.PublishAsyncComplete():
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}
}

func jetStream(b *testing.B) jetstream.JetStream {
	b.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: b.TempDir(), NoLog: true, NoSigs: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	s.Start()
	b.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		b.Fatal("the server does not start")
	}
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(conn.Close)
	return must[jetstream.JetStream](b)(jetstream.New(conn))
}
