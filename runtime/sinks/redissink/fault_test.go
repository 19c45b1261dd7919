package redissink_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
)

func TestNew(t *testing.T) {
	client := connect(t, &redis.Options{Addr: "localhost:0"})
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": "localhost:0"}})
	closeAfter(t, ring)
	endless := connect(t, &redis.Options{Addr: "localhost:0", ReadTimeout: -1})
	for name, test := range map[string]struct {
		client redis.UniversalClient
		option redissink.Option
		want   string
	}{
		"no client":             {nil, nil, "there is none"},
		"a nil client":          {(*redis.Client)(nil), nil, "there is none"},
		"a nil cluster":         {(*redis.ClusterClient)(nil), nil, "there is none"},
		"a ring":                {ring, nil, "use a cluster"},
		"no timeout":            {endless, nil, "ReadTimeout"},
		"a brace in the prefix": {client, redissink.Prefix("{}"), "brace"},
		"no bytes":              {client, redissink.MaxBytes(0), "from 1"},
		"too many bytes":        {client, redissink.MaxBytes(512<<20 + 1), "from 1"},
		"fine":                  {client, redissink.MaxBytes(512 << 20), ""},
	} {
		var opts []redissink.Option
		if test.option != nil {
			opts = append(opts, test.option)
		}
		_, err := redissink.New(test.client, opts...)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: the error is %v, want one with %q", name, err, test.want)
		}
	}
}

// TestSweep makes tombstones old, and finds them gone after some writes, but for those that are young, or whose document
// is back.
func TestSweep(t *testing.T) {
	server := miniredis.RunT(t)
	client := connect(t, &redis.Options{Addr: server.Addr()})
	sink := newSink(t, client)
	begun := time.Now()
	server.SetTime(begun)
	var old []denorm.SinkDocument
	for n := range 50 {
		old = append(old, document(fmt.Sprint("old", n), 5, ""))
	}
	remove(t, sink, "books", old...)
	server.SetTime(begun.Add(90 * time.Minute))
	remove(t, sink, "books", document("young", 5, ""))
	put(t, sink, "books", document("old0", 6, `{}`), document("old1", 4, `{}`))
	wantOf(t, client, "51", "HLEN", "denorm-sink:{books}/versions")
	server.SetTime(begun.Add(2*time.Hour + time.Second))
	put(t, sink, "books", document("other", 6, `{}`))
	wantOf(t, client, "48", "ZCARD", "denorm-sink:{books}/tombstones")
	for range 24 {
		put(t, sink, "books", document("other", 6, `{}`))
	}
	wantOf(t, client, "[young]", "ZRANGE", "denorm-sink:{books}/tombstones", 0, -1)
	wantOf(t, client, "3", "HLEN", "denorm-sink:{books}/versions")
	put(t, sink, "books", document("young", 4, `{}`), document("old0", 5, `{"a":1}`))
	wantOf(t, client, "<nil>", "GET", "denorm-sink:{books}:young")
	wantOf(t, client, "{}", "GET", "denorm-sink:{books}:old0")
}

// TestLostScripts has the server forget the scripts between calls.
func TestLostScripts(t *testing.T) {
	server := testservers.NewRedis(t)
	sink := newSink(t, connect(t, &redis.Options{Addr: server.Address}))
	for seq := range uint64(3) {
		server.Do(t, "script", "flush")
		var all []denorm.SinkDocument
		for n := range 450 {
			all = append(all, document(fmt.Sprint(n), seq+1, `{}`))
		}
		put(t, sink, "books", all...)
		server.Do(t, "script", "flush")
		if list, err := sink.Keys(t.Context(), target("books"), "", 1000); err != nil || len(list) != 450 {
			t.Errorf("%d documents are listed (%v)", len(list), err)
		}
		if list, err := sink.Get(t.Context(), target("books"), []string{"0"}); err != nil || list[0].Version.Seq != seq+1 {
			t.Errorf("the document is %+v (%v)", list, err)
		}
	}
}

// TestLostData loses everything, or the versions only: a later write brings documents back.
func TestLostData(t *testing.T) {
	client := connect(t, &redis.Options{Addr: testservers.Redis(t)})
	sink := newSink(t, client, redissink.Prefix("lost:"))
	put(t, sink, "books", document("k", 5, `{"a":5}`))
	wantOf(t, client, "1", "DEL", "lost:{books}/versions")
	list, err := sink.Keys(t.Context(), target("books"), "", 10)
	if err != nil || len(list) != 1 || list[0].Version != (denorm.Version{}) {
		t.Errorf("listed are %+v (%v), want one without a version", list, err)
	}
	put(t, sink, "books", document("k", 6, `{"a":6}`))
	wantOf(t, client, "1", "DEL", "lost:{books}:k")
	if found, err := sink.Get(t.Context(), target("books"), []string{"k"}); err != nil || found[0].Body != nil {
		t.Errorf("got %+v (%v), want none", found, err)
	}
	put(t, sink, "books", document("k", 7, `{"a":7}`))
	wantOf(t, client, `{"a":7}`, "GET", "lost:{books}:k")
}

// TestForeignTypes has others use the sink's keys for something else: documents are replaced, and what cannot be
// is an error that changes nothing.
func TestForeignTypes(t *testing.T) {
	client := connect(t, &redis.Options{Addr: testservers.Redis(t)})
	sink := newSink(t, client, redissink.Prefix("foreign:"))
	wantOf(t, client, "1", "RPUSH", "foreign:{books}:k", "x")
	put(t, sink, "books", document("k", 5, `{"a":5}`))
	wantOf(t, client, `{"a":5}`, "GET", "foreign:{books}:k")
	wantOf(t, client, "OK", "SET", "foreign:{authors}/keys", "x")
	if err := sink.Put(t.Context(), target("authors"), []denorm.SinkDocument{document("secret", 5, `{}`)}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
	wantOf(t, client, "1", "DEL", "foreign:{authors}/keys")
	put(t, sink, "authors", document("secret", 5, `{}`)) // of the same version
	wantOf(t, client, "[secret]", "ZRANGE", "foreign:{authors}/keys", 0, -1)
}

// TestLargeBatches needs several scripts, and several pipelines.
func TestLargeBatches(t *testing.T) {
	client := connect(t, &redis.Options{Addr: testservers.Redis(t), ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second})
	sink := newSink(t, client, redissink.Prefix("large:"))
	t.Cleanup(func() { client.FlushAll(context.Background()) })
	var all []denorm.SinkDocument
	var keys []string
	for n := range 1000 {
		size := 10_000
		if n%250 == 7 {
			size = 3 << 20
		}
		d := document(fmt.Sprint("k", n), 1, "")
		d.Body = fmt.Appendf(nil, `{"a":"%d%s"}`, n, bytes.Repeat([]byte("x"), size))
		all = append(all, d)
		keys = append(keys, d.Key)
	}
	put(t, sink, "books", all...)
	found, err := sink.Get(t.Context(), target("books"), keys)
	if err != nil || len(found) != len(all) {
		t.Fatalf("%d documents are there (%v)", len(found), err)
	}
	for i, d := range found {
		if !bytes.Equal(d.Body, all[i].Body) || d.Key != keys[i] {
			t.Fatalf("document %d is another one", i)
		}
	}
	wantOf(t, client, "1000", "ZCARD", "large:{books}/keys")
}

// TestHangingServer has a server that takes what is sent and never answers.
func TestHangingServer(t *testing.T) {
	proxy := testservers.NewProxy(t, testservers.Redis(t))
	sink := newSink(t, connect(t, &redis.Options{Addr: proxy.Address, ReadTimeout: time.Hour}), redissink.Prefix("hanging:"))
	put(t, sink, "books", document("k", 1, `{}`))
	proxy.Rule(func([]byte) testservers.Verdict { return testservers.Hang })
	for name, call := range map[string]func(context.Context) error{
		"Put": func(ctx context.Context) error {
			return sink.Put(ctx, target("books"), []denorm.SinkDocument{document("k", 2, `{}`)})
		},
		"Delete": func(ctx context.Context) error {
			return sink.Delete(ctx, target("books"), []denorm.SinkDocument{document("k", 2, "")})
		},
		"Keys": func(ctx context.Context) error { _, err := sink.Keys(ctx, target("books"), "", 1); return err },
		"Get":  func(ctx context.Context) error { _, err := sink.Get(ctx, target("books"), []string{"k"}); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the error is %v, want the context's", name, err)
		}
		cancel()
	}
	proxy.Cut()
}
