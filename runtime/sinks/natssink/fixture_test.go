package natssink_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/natssink"
)

const maxPayload = 100_000

// startServer starts an embedded server on a folder; port -1 is any that is free.
func startServer(t *testing.T, folder string, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: folder, MaxPayload: maxPayload, NoLog: true, NoSigs: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(s) })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

func connect(t *testing.T, url string, opts ...nats.Option) jetstream.JetStream {
	t.Helper()
	opts = append([]nats.Option{nats.MaxReconnects(-1), nats.ReconnectWait(10 * time.Millisecond), nats.ReconnectJitter(0, 0)}, opts...)
	conn, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// fresh is a connection to a server of its own.
func fresh(t *testing.T) jetstream.JetStream {
	t.Helper()
	return connect(t, startServer(t, t.TempDir(), -1).ClientURL())
}

func newSink(t *testing.T, js jetstream.JetStream, opts ...natssink.Option) *natssink.Sink {
	t.Helper()
	sink, err := natssink.New(js, opts...)
	must(t, err)
	return sink
}

// prepared makes a sink with a stream for books.
func prepared(t *testing.T, js jetstream.JetStream, opts ...natssink.Option) *natssink.Sink {
	t.Helper()
	sink := newSink(t, js, opts...)
	must(t, sink.Prepare(t.Context(), target("books")))
	return sink
}

func target(collection string) *denorm.SinkTarget {
	return &denorm.SinkTarget{Collection: collection, Shape: "0123456789abcdef", Fields: []string{"a"}}
}

func document(key string, seq uint64, body string) denorm.SinkDocument {
	d := denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: 1, Seq: seq}}
	if body != "" {
		d.Body = []byte(body)
	}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, sink denorm.Sink, collection string, documents ...denorm.SinkDocument) {
	t.Helper()
	must(t, sink.Put(t.Context(), target(collection), documents))
}

func remove(t *testing.T, sink denorm.Sink, collection string, documents ...denorm.SinkDocument) {
	t.Helper()
	must(t, sink.Delete(t.Context(), target(collection), documents))
}

func again(t *testing.T, do func() error) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := do()
		if err == nil {
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("it has not come in a minute: %v", err)
		}
	}
}
