package memcachedsink_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memcachedsink"
)

// TestRestartedServer has a server that is away, and comes back empty.
func TestRestartedServer(t *testing.T) {
	noLeaks(t)
	server := testservers.NewMemcached(t)
	client := connect(t, server.Address)
	sink := newSink(t, client)
	put(t, sink, "books", document("k", 5, `{"a":5}`))
	server.Kill()
	for name, call := range calls(sink) {
		if err := call(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error is %v, want one without the key", name, err)
		}
	}
	server.Start(t)
	waitFor(t, func() error {
		return sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 4, `{"a":4}`)})
	})
	if found := get(t, sink, "books", "k"); string(found.Body) != `{"a":4}` {
		t.Errorf("found %+v: nothing can be known of what was there", found)
	}
	put(t, sink, "books", document("k", 5, `{"a":5}`))
	if found := get(t, sink, "books", "k"); string(found.Body) != `{"a":5}` {
		t.Errorf("found %+v", found)
	}
}

func calls(sink denorm.Sink) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Put": func(ctx context.Context) error {
			return sink.Put(ctx, target("books"), []denorm.SinkDocument{document("secret", 2, `{}`)})
		},
		"Delete": func(ctx context.Context) error {
			return sink.Delete(ctx, target("books"), []denorm.SinkDocument{document("secret", 2, "")})
		},
		"Get": func(ctx context.Context) error {
			_, err := sink.Get(ctx, target("books"), []string{"secret"})
			return err
		},
	}
}

// TestHangingServer has a server that takes what is sent and never answers: the context ends the call.
func TestHangingServer(t *testing.T) {
	noLeaks(t)
	proxy := testservers.NewProxy(t, testservers.NewMemcached(t).Address)
	sink := newSink(t, connect(t, proxy.Address), memcachedsink.Prefix("hanging:"))
	put(t, sink, "books", document("k", 1, `{}`))
	proxy.Rule(func([]byte) testservers.Verdict { return testservers.Hang })
	for name, call := range calls(sink) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the error is %v, want the context's", name, err)
		}
		cancel()
	}
	proxy.Rule(nil)
	proxy.Cut()
	put(t, sink, "books", document("k", 2, `{}`))
}

// TestCutInMidBatch cuts connections while documents are written, and writes them again.
func TestCutInMidBatch(t *testing.T) {
	noLeaks(t)
	for name, verdict := range map[string]testservers.Verdict{"before": testservers.Refuse, "after": testservers.Swallow, "reset": testservers.Reset} {
		t.Run(name, func(t *testing.T) {
			proxy := testservers.NewProxy(t, testservers.NewMemcached(t).Address)
			sink := newSink(t, connect(t, proxy.Address), memcachedsink.Prefix("cut-"+name+":"))
			var all []denorm.SinkDocument
			var keys []string
			for n := range 300 {
				all = append(all, document(fmt.Sprint(n), 1, `{"a":1}`))
				keys = append(keys, fmt.Sprint(n))
			}
			var writes atomic.Int64
			proxy.Rule(func(request []byte) testservers.Verdict {
				if bytes.HasPrefix(request, []byte("add ")) && writes.Add(1) > 100 {
					return verdict
				}
				return testservers.Pass
			})
			if err := sink.Put(t.Context(), target("books"), all); err == nil || errors.As(err, new(*denorm.SinkError)) {
				t.Errorf("the error is %v, want one of the whole call", err)
			}
			proxy.Rule(nil)
			waitFor(t, func() error { return sink.Put(t.Context(), target("books"), all) })
			found, err := sink.Get(t.Context(), target("books"), keys)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range found {
				if string(d.Body) != `{"a":1}` {
					t.Errorf("%s is %s", d.Key, d.Body)
				}
			}
		})
	}
}

// TestOvertaken has somebody else write between what the sink reads and what it writes.
func TestOvertaken(t *testing.T) {
	noLeaks(t)
	for name, test := range map[string]struct {
		before []denorm.SinkDocument
		other  func(t *testing.T, other *memcachedsink.Sink, client *memcache.Client)
		want   string
	}{
		"by a newer one": {
			[]denorm.SinkDocument{document("k", 1, `{"a":1}`)},
			func(t *testing.T, other *memcachedsink.Sink, _ *memcache.Client) {
				put(t, other, "books", document("k", 3, `{"a":3}`))
			}, `{"a":3}`,
		},
		"by the first one": {
			nil,
			func(t *testing.T, other *memcachedsink.Sink, _ *memcache.Client) {
				put(t, other, "books", document("k", 3, `{"a":3}`))
			}, `{"a":3}`,
		},
		"by an older one": {
			nil,
			func(t *testing.T, other *memcachedsink.Sink, _ *memcache.Client) {
				put(t, other, "books", document("k", 1, `{"a":1}`))
			}, `{"a":2}`,
		},
		"by a newer deletion": {
			[]denorm.SinkDocument{document("k", 1, `{"a":1}`)},
			func(t *testing.T, other *memcachedsink.Sink, _ *memcache.Client) {
				remove(t, other, "books", document("k", 3, ""))
			}, "",
		},
		"by eviction": {
			[]denorm.SinkDocument{document("k", 1, `{"a":1}`)},
			func(t *testing.T, _ *memcachedsink.Sink, client *memcache.Client) {
				if err := client.Delete("overtaken:books:k"); err != nil {
					t.Error(err)
				}
			}, `{"a":2}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			address := testservers.NewMemcached(t).Address
			proxy, direct := testservers.NewProxy(t, address), connect(t, address)
			other := newSink(t, direct, memcachedsink.Prefix("overtaken:"))
			sink := newSink(t, connect(t, proxy.Address), memcachedsink.Prefix("overtaken:"))
			put(t, other, "books", test.before...)
			var writes atomic.Int64
			proxy.Rule(func(request []byte) testservers.Verdict {
				if !bytes.HasPrefix(request, []byte("gets ")) && writes.Add(1) == 1 {
					test.other(t, other, direct)
				}
				return testservers.Pass
			})
			put(t, sink, "books", document("k", 2, `{"a":2}`))
			if found := get(t, sink, "books", "k"); string(found.Body) != test.want {
				t.Errorf("found %+v, want %q", found, test.want)
			}
		})
	}
}

// TestForeignItems has others use the sink's keys for something else: their items have no version, and are replaced.
func TestForeignItems(t *testing.T) {
	client := connect(t, testservers.NewMemcached(t).Address)
	sink := newSink(t, client, memcachedsink.Prefix("foreign:"))
	for n, value := range []string{"", "x", "{}", "\n\n", "{}\n \n", "{}\n\t\nx", "{}\n\t\n" + strings.Repeat("\t", 65), "\n\t\n\t\t\t\t\t\t\t"} {
		key := fmt.Sprint("k", n)
		if err := client.Set(&memcache.Item{Key: "foreign:books:" + key, Value: []byte(value)}); err != nil {
			t.Fatal(err)
		}
		if found := get(t, sink, "books", key); found.Body != nil || found.Version != (denorm.Version{}) {
			t.Errorf("%q is %+v, want no document", value, found)
		}
	}
	for n := range 7 {
		key := fmt.Sprint("k", n)
		put(t, sink, "books", document(key, 1, `{"a":1}`))
		if found := get(t, sink, "books", key); string(found.Body) != `{"a":1}` {
			t.Errorf("%s is %+v", key, found)
		}
	}
}

// TestWithoutCAS has a server on which nothing can be written over what was read.
func TestWithoutCAS(t *testing.T) {
	sink := newSink(t, connect(t, testservers.NewMemcached(t, "-C").Address))
	put(t, sink, "books", document("k", 1, `{}`))
	if err := sink.Put(t.Context(), target("books"), []denorm.SinkDocument{document("k", 2, `{}`)}); err == nil || !strings.Contains(err.Error(), "-C") {
		t.Errorf("the error is %v, want one that names -C", err)
	}
}
