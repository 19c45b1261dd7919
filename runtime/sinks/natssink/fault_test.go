package natssink_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/natssink"
)

// TestStreamLimits has a stream that takes no large messages, or no more at all.
func TestStreamLimits(t *testing.T) {
	js := fresh(t)
	_, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "denorm-books", Subjects: []string{"denorm.books.*"}, MaxMsgSize: 1000, MaxMsgs: 2})
	must(t, err)
	sink := prepared(t, js)
	put(t, sink, "books", document("1", 1, `{"a":1}`))
	err = sink.Put(t.Context(), target("books"), []denorm.SinkDocument{
		document("1", 2, `{"a":"`+strings.Repeat("x", 1000)+`"}`), document("2", 2, `{"a":2}`),
	})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || !errors.Is(single.Documents["1"], denorm.ErrTooLarge) {
		t.Errorf("the error is %v, want one of denorm.ErrTooLarge", err)
	}
	if err := sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("3", 3, `{"a":3}`)}); err == nil || errors.As(err, &single) {
		t.Errorf("the error of a stream that is full is %v", err)
	}
	put(t, sink, "books", document("2", 3, `{"a":3}`)) // in place of another one
	found, err := sink.Get(t.Context(), target("books"), []string{"1", "2", "3"})
	if err != nil || string(found[0].Body) != `{"a":1}` || string(found[1].Body) != `{"a":3}` || found[2].Body != nil {
		t.Errorf("got %+v (%v)", found, err)
	}
}

// TestNoStream has nobody who takes what is written.
func TestNoStream(t *testing.T) {
	js := fresh(t)
	sink := prepared(t, js)
	must(t, js.DeleteStream(t.Context(), "denorm-books"))
	for name, call := range calls(sink) {
		if err := call(t.Context()); err == nil {
			t.Errorf("%s: there is no error", name)
		}
	}
	must(t, sink.Prepare(t.Context(), target("books")))
	put(t, sink, "books", document("k", 1, `{}`))
}

// TestKeysWhileWritten lists documents that are written meanwhile: none that is there all the time is left out.
func TestKeysWhileWritten(t *testing.T) {
	js := fresh(t)
	sink := prepared(t, js)
	const documents = 3000
	for seq := range 3 {
		var some []denorm.SinkDocument
		for n := range documents / 3 {
			some = append(some, document(strconv.Itoa(seq*documents/3+n), 1, `{"a":1}`))
		}
		put(t, sink, "books", some...)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		for seq := uint64(2); ctx.Err() == nil; seq++ {
			var some []denorm.SinkDocument
			for n := range 100 {
				some = append(some, document(strconv.Itoa((n*31+int(seq)*17)%documents), seq, `{"a":2}`))
			}
			if err := sink.Put(ctx, target("books"), some); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	defer writing.Wait()
	defer cancel()
	for range 10 {
		var keys []string
		for after := ""; ; after = keys[len(keys)-1] {
			page, err := sink.Keys(t.Context(), target("books"), after, 700)
			must(t, err)
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				keys = append(keys, d.Key)
			}
		}
		if len(keys) != documents || !slices.IsSorted(keys) {
			t.Errorf("%d keys are listed, want %d in order", len(keys), documents)
		}
	}
}

// TestPagesGoOnElsewhere has a page asked of a sink that knows nothing of those before.
func TestPagesGoOnElsewhere(t *testing.T) {
	js := fresh(t)
	put(t, prepared(t, js), "books", document("1", 1, `{}`), document("2", 1, `{}`), document("3", 1, `{}`))
	list, err := newSink(t, js).Keys(t.Context(), target("books"), "1", 1)
	if err != nil || len(list) != 1 || list[0].Key != "2" {
		t.Errorf("listed are %+v (%v)", list, err)
	}
}

func calls(sink *natssink.Sink) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Put": func(ctx context.Context) error {
			return sink.Put(ctx, target("books"), []denorm.SinkDocument{document("k", 2, `{}`)})
		},
		"Delete": func(ctx context.Context) error {
			return sink.Delete(ctx, target("books"), []denorm.SinkDocument{document("k", 2, "")})
		},
		"Keys": func(ctx context.Context) error { _, err := sink.Keys(ctx, target("books"), "", 1); return err },
		"Get":  func(ctx context.Context) error { _, err := sink.Get(ctx, target("books"), []string{"k"}); return err },
	}
}

func hostOf(t *testing.T, s *server.Server) (string, int) {
	t.Helper()
	at, err := url.Parse(s.ClientURL())
	must(t, err)
	port, err := strconv.Atoi(at.Port())
	must(t, err)
	return at.Host, port
}

// TestHangingServer has a server that takes what is sent and never answers.
func TestHangingServer(t *testing.T) {
	host, _ := hostOf(t, startServer(t, t.TempDir(), -1))
	proxy := testservers.NewProxy(t, host)
	sink := prepared(t, connect(t, "nats://"+proxy.Address), natssink.Timeout(time.Second))
	impatient := newSink(t, connect(t, "nats://"+proxy.Address), natssink.Timeout(50*time.Millisecond))
	put(t, sink, "books", document("k", 1, `{}`))
	proxy.Rule(func([]byte) testservers.Verdict { return testservers.Hang })
	for name, call := range calls(sink) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the error is %v, want the context's", name, err)
		}
		cancel()
	}
	if err := impatient.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 2, `{}`)}); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without a deadline the error is %v", err)
	}
	proxy.Rule(nil)
	proxy.Cut()
	again(t, func() error {
		return sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 3, `{"a":3}`)})
	})
}

// TestCutConnections cuts the connection in the middle of batches: what counts as written is there.
func TestCutConnections(t *testing.T) {
	host, _ := hostOf(t, startServer(t, t.TempDir(), -1))
	proxy := testservers.NewProxy(t, host)
	sink := prepared(t, connect(t, "nats://"+proxy.Address), natssink.Timeout(time.Second))
	var keys []string
	for n := range 300 {
		keys = append(keys, fmt.Sprint(n))
	}
	const states = 8
	for seq := range uint64(states) {
		var all []denorm.SinkDocument
		for _, key := range keys {
			all = append(all, document(key, seq+1, fmt.Sprintf(`{"a":%d}`, seq)))
		}
		proxy.Answers(3000 + 9000*int(seq))
		err := sink.Put(t.Context(), target("books"), all)
		proxy.Answers(0)
		if err != nil {
			again(t, func() error { return sink.Put(t.Context(), target("books"), all) })
		}
	}
	found, err := sink.Get(t.Context(), target("books"), keys)
	must(t, err)
	for _, d := range found {
		if string(d.Body) != fmt.Sprintf(`{"a":%d}`, states-1) {
			t.Errorf("%s is %s", d.Key, d.Body)
		}
	}
}

// TestRestart has the server away for a while.
func TestRestart(t *testing.T) {
	folder := t.TempDir()
	first := startServer(t, folder, -1)
	_, port := hostOf(t, first)
	sink := prepared(t, connect(t, first.ClientURL()))
	put(t, sink, "books", document("k", 5, `{"a":5}`))
	remove(t, sink, "books", document("gone", 5, ""))
	stop(first)
	for name, call := range calls(sink) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if err := call(ctx); err == nil || strings.Contains(err.Error(), "nats://") {
			t.Errorf("%s: the error of a server that is away is %v", name, err)
		}
		cancel()
	}
	startServer(t, folder, port)
	again(t, func() error {
		return sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 4, `{}`), document("gone", 4, `{}`), document("new", 4, `{}`)})
	})
	found, err := sink.Get(t.Context(), target("books"), []string{"k", "gone", "new"})
	must(t, err)
	if string(found[0].Body) != `{"a":5}` || found[1].Body != nil || found[2].Body == nil {
		t.Errorf("got %+v", found)
	}
}

// TestClosedConnection is an error at once.
func TestClosedConnection(t *testing.T) {
	js := fresh(t)
	sink := prepared(t, js)
	js.Conn().Close()
	for name, call := range calls(sink) {
		if err := call(t.Context()); err == nil {
			t.Errorf("%s: there is no error", name)
		}
	}
}
