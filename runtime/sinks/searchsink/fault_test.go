package searchsink_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/searchfake"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/searchsink"
)

func calls(sink *searchsink.Sink, books *denorm.SinkTarget) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Prepare": func(ctx context.Context) error { return sink.Prepare(ctx, books) },
		"Serve":   func(ctx context.Context) error { return sink.Serve(ctx, nil, books) },
		"Drop":    func(ctx context.Context) error { return sink.Drop(ctx, books) },
		"Put": func(ctx context.Context) error {
			return sink.Put(ctx, books, []denorm.SinkDocument{document("secret", 2, `{}`)})
		},
		"Delete": func(ctx context.Context) error {
			return sink.Delete(ctx, books, []denorm.SinkDocument{document("secret", 2, "")})
		},
		"Keys": func(ctx context.Context) error { _, err := sink.Keys(ctx, books, "", 1); return err },
		"Get":  func(ctx context.Context) error { _, err := sink.Get(ctx, books, []string{"secret"}); return err },
	}
}

// behind is a sink with a proxy in front of its server, and connections of its own.
func behind(t *testing.T, f *searchfake.Server, opts ...searchsink.Option) (*searchsink.Sink, *testservers.Proxy) {
	t.Helper()
	proxy := testservers.NewProxy(t, strings.TrimPrefix(f.URL, "http://"))
	own := &http.Transport{}
	t.Cleanup(own.CloseIdleConnections)
	sink, err := searchsink.New("http://user:password@"+proxy.Address, append(opts, searchsink.Client(&http.Client{Transport: own}))...)
	must(t, err)
	return sink, proxy
}

// TestServerAway has a server that refuses connections, or all requests, and comes back.
func TestServerAway(t *testing.T) {
	noLeaks(t)
	for name, disturb := range map[string]func(f *searchfake.Server, proxy *testservers.Proxy){
		"cut":             func(_ *searchfake.Server, proxy *testservers.Proxy) { proxy.Rule(always(testservers.Refuse)) },
		"reset":           func(_ *searchfake.Server, proxy *testservers.Proxy) { proxy.Rule(always(testservers.Reset)) },
		"unanswered":      func(_ *searchfake.Server, proxy *testservers.Proxy) { proxy.Rule(always(testservers.Swallow)) },
		"overloaded":      answer(&searchfake.Problem{Status: 429, Kind: "es_rejected_execution_exception"}),
		"starting":        answer(&searchfake.Problem{Status: 503, Kind: "cluster_block_exception"}),
		"short of memory": answer(&searchfake.Problem{Status: 429, Kind: "circuit_breaking_exception", BytesLimit: 10 << 30}),
		"forbidden":       answer(&searchfake.Problem{Status: 403, Kind: "security_exception", Reason: "secret"}),
	} {
		t.Run(name, func(t *testing.T) {
			f := searchfake.New(t)
			sink, proxy := behind(t, f)
			books := target("books", "1", "a")
			served(t, sink, nil, books)
			put(t, sink, books, document("secret", 1, `{"a":1}`))
			disturb(f, proxy)
			for call, do := range calls(sink, books) {
				err := do(t.Context())
				if err == nil || errors.As(err, new(*denorm.SinkError)) {
					t.Errorf("%s: the error is %v, want one of the whole call", call, err)
				} else if text := err.Error(); strings.Contains(text, "secret") || strings.Contains(text, "password") || strings.Contains(text, "books") {
					t.Errorf("%s: the error tells too much: %v", call, err)
				}
			}
			f.OnRequest(nil)
			proxy.Rule(nil)
			put(t, sink, books, document("secret", 3, `{"a":3}`))
			want(t, sink, books, "secret", `{"a":3}`)
		})
	}
}

// answer has the server answer all requests with a problem.
func answer(p *searchfake.Problem) func(*searchfake.Server, *testservers.Proxy) {
	return func(f *searchfake.Server, _ *testservers.Proxy) {
		f.OnRequest(func(string) *searchfake.Problem { return p })
	}
}

func always(verdict testservers.Verdict) func([]byte) testservers.Verdict {
	return func([]byte) testservers.Verdict { return verdict }
}

// TestHangingServer has a server that takes what is sent and never answers: the context ends the call.
func TestHangingServer(t *testing.T) {
	noLeaks(t)
	f := searchfake.New(t)
	sink, proxy := behind(t, f)
	books := target("books", "1", "a")
	served(t, sink, nil, books)
	proxy.Rule(always(testservers.Hang))
	for name, call := range calls(sink, books) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the error is %v, want the context's", name, err)
		}
		cancel()
	}
	proxy.Rule(nil)
	put(t, sink, books, document("k", 9, `{}`))
}

// TestItems has the server refuse single documents, each in its way.
func TestItems(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f)
	books := target("books", "1", "a")
	served(t, sink, nil, books)
	all := []denorm.SinkDocument{document("fine", 1, `{"a":1}`), document("secret", 1, `{"a":2}`), document("also fine", 1, `{"a":3}`)}
	refuse := func(p *searchfake.Problem) error {
		f.OnItem(func(id string) *searchfake.Problem {
			if id == "secret" {
				return p
			}
			return nil
		})
		return sink.Put(t.Context(), books, all)
	}
	for name, p := range map[string]*searchfake.Problem{
		"overloaded":      {Status: 429, Kind: "es_rejected_execution_exception", Reason: "secret"},
		"short of memory": {Status: 429, Kind: "circuit_breaking_exception", BytesLimit: 1000},
		"read-only":       {Status: 403, Kind: "cluster_block_exception", Reason: "secret"},
		"unavailable":     {Status: 503, Kind: "unavailable_shards_exception", Reason: "secret"},
	} {
		if err := refuse(p); err == nil || errors.As(err, new(*denorm.SinkError)) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error is %v, want one of the whole call", name, err)
		}
	}
	for name, test := range map[string]struct {
		p        *searchfake.Problem
		tooLarge bool
	}{
		"refused":         {&searchfake.Problem{Status: 400, Kind: "mapper_parsing_exception", Reason: "secret"}, false},
		"immense":         {&searchfake.Problem{Status: 400, Kind: "illegal_argument_exception", Reason: "secret"}, false},
		"too large":       {&searchfake.Problem{Status: 413, Kind: "secret kind of error"}, true},
		"above the limit": {&searchfake.Problem{Status: 429, Kind: "circuit_breaking_exception", BytesLimit: 5}, true},
	} {
		err := refuse(test.p)
		single := new(denorm.SinkError)
		if !errors.As(err, &single) || len(single.Documents) != 1 || errors.Is(single.Documents["secret"], denorm.ErrTooLarge) != test.tooLarge {
			t.Errorf("%s: the error is %v, want one document's", name, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells too much: %v", name, err)
		}
	}
	want(t, sink, books, "fine", `{"a":1}`)
	want(t, sink, books, "also fine", `{"a":3}`)
	must(t, refuse(nil))
	want(t, sink, books, "secret", `{"a":2}`)
}

// TestTooLargeRequests has a server that takes less at a time than the sink sends.
func TestTooLargeRequests(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f)
	books := target("books", "1", "a")
	served(t, sink, nil, books)
	f.LimitBytes(20_000)
	var all []denorm.SinkDocument
	for n := range 200 {
		all = append(all, document(fmt.Sprint(n), 1, `{"a":"`+strings.Repeat("x", 1000)+`"}`))
	}
	all[77].Body = []byte(`{"a":"` + strings.Repeat("x", 20_000) + `"}`)
	err := sink.Put(t.Context(), books, all)
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || !errors.Is(single.Documents["77"], denorm.ErrTooLarge) {
		t.Errorf("the error is %v, want one of a document that is too large", err)
	}
	if listed, err := sink.Keys(t.Context(), books, "", 1000); err != nil || len(listed) != 199 {
		t.Errorf("%d documents are there (%v), want 199", len(listed), err)
	}
}

// TestRoundTrips counts the requests for a batch.
func TestRoundTrips(t *testing.T) {
	f := searchfake.New(t)
	sink := newSink(t, f)
	books := target("books", "1", "a")
	served(t, sink, nil, books)
	var all []denorm.SinkDocument
	for n := range 1000 {
		all = append(all, document(fmt.Sprint(n), 1, `{"a":1}`))
	}
	for _, want := range []int{2, 1} { // the second time there is nothing to write
		f.TakeRequests()
		put(t, sink, books, all...)
		if requests := f.TakeRequests(); len(requests) != want {
			t.Errorf("there were %d requests, want %d: %v", len(requests), want, requests)
		}
	}
}

// TestOvertaken has somebody else write between what the sink reads and what it writes.
func TestOvertaken(t *testing.T) {
	for name, test := range map[string]struct {
		before []denorm.SinkDocument
		other  func(t *testing.T, f *searchfake.Server, other *searchsink.Sink, books *denorm.SinkTarget)
		want   string
	}{
		"by a newer one": {
			[]denorm.SinkDocument{document("k", 1, `{"a":1}`)},
			func(t *testing.T, _ *searchfake.Server, other *searchsink.Sink, books *denorm.SinkTarget) {
				put(t, other, books, document("k", 3, `{"a":3}`))
			}, `{"a":3}`,
		},
		"by the first one": {
			nil,
			func(t *testing.T, _ *searchfake.Server, other *searchsink.Sink, books *denorm.SinkTarget) {
				put(t, other, books, document("k", 1, `{"a":1}`))
			}, `{"a":2}`,
		},
		"by a newer deletion": {
			[]denorm.SinkDocument{document("k", 1, `{"a":1}`)},
			func(t *testing.T, _ *searchfake.Server, other *searchsink.Sink, books *denorm.SinkTarget) {
				must(t, other.Delete(t.Context(), books, []denorm.SinkDocument{document("k", 3, "")}))
			}, "",
		},
		"by a field of others": {
			[]denorm.SinkDocument{document("k", 1, `{"a":1}`)},
			func(t *testing.T, f *searchfake.Server, _ *searchsink.Sink, _ *denorm.SinkTarget) {
				setField(t, f, "denorm-books", "k", "rank", []byte("7"))
			}, `{"a":2,"rank":7}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := searchfake.New(t)
			sink, books := newSink(t, f), target("books", "1", "a")
			served(t, sink, nil, books)
			put(t, sink, books, test.before...)
			var writes atomic.Int64
			f.OnRequest(func(request string) *searchfake.Problem {
				if strings.HasSuffix(request, "_bulk") && writes.Add(1) == 1 {
					test.other(t, f, newSink(t, f), books)
				}
				return nil
			})
			put(t, sink, books, document("k", 2, `{"a":2}`))
			want(t, sink, books, "k", test.want)
		})
	}
}

// TestContended has somebody change one document each time it is to be written: the others are stored.
func TestContended(t *testing.T) {
	f := searchfake.New(t)
	sink, books := newSink(t, f), target("books", "1", "a")
	served(t, sink, nil, books)
	put(t, sink, books, document("k", 1, `{"a":1}`))
	f.OnRequest(func(request string) *searchfake.Problem {
		if strings.HasSuffix(request, "_bulk") {
			setField(t, f, "denorm-books", "k", "rank", []byte("7"))
		}
		return nil
	})
	err := sink.Put(t.Context(), books, []denorm.SinkDocument{document("k", 2, `{"a":2}`), document("other", 2, `{"a":2}`)})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 1 || single.Documents["k"] == nil {
		t.Errorf("the error is %v, want one document's", err)
	}
	want(t, sink, books, "other", `{"a":2}`)
}
