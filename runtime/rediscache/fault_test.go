package rediscache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/rediscache"
)

// counting is a rule that counts the requests which hold all of the words, and judges those.
func counting(n *atomic.Int64, verdict testservers.Verdict, words ...string) func([]byte) testservers.Verdict {
	return func(request []byte) testservers.Verdict {
		for _, word := range words {
			if !bytes.Contains(request, []byte(word)) {
				return testservers.Pass
			}
		}
		n.Add(1)
		return verdict
	}
}

// numbered are n keys.
func numbered(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("fault:%d", i)
	}
	return keys
}

// TestLeaseIsSentOnce swallows the answer to the command that takes leases. If it were sent again, a kill that
// came in between would be undone.
func TestLeaseIsSentOnce(t *testing.T) {
	node := func(t *testing.T) (redis.UniversalClient, *testservers.Proxy, *redis.Client) {
		server := testservers.NewRedis(t)
		proxy := testservers.NewProxy(t, server.Address)
		return connect(t, &redis.Options{Addr: proxy.Address, MaxRetries: 2}), proxy, connect(t, &redis.Options{Addr: server.Address})
	}
	nodes := testservers.NewRedisCluster(t, 1)
	cluster := func(t *testing.T) (redis.UniversalClient, *testservers.Proxy, *redis.Client) {
		server := nodes[0]
		server.Do(t, "flushall")
		proxy := testservers.NewProxy(t, server.Address)
		client := redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: []string{server.Address}, MaxRedirects: 2, MaxRetries: 2,
			Dialer: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, proxy.Address)
			},
		})
		closeAfter(t, client)
		return client, proxy, connect(t, &redis.Options{Addr: server.Address})
	}
	for name, open := range map[string]func(*testing.T) (redis.UniversalClient, *testservers.Proxy, *redis.Client){"node": node, "cluster": cluster} {
		for _, keys := range [][]string{numbered(1), numbered(20)} {
			t.Run(fmt.Sprintf("%s, %d keys", name, len(keys)), func(t *testing.T) {
				client, proxy, direct := open(t)
				cache := newCache(t, client)
				var sent atomic.Int64
				proxy.Rule(counting(&sent, testservers.Swallow, "nx\r\n"))
				// Without care the client does send again.
				client.SetNX(t.Context(), "control", "x", time.Minute)
				if sent.Swap(0) < 2 {
					t.Fatal("the proxy does not make the client try again; this test shows nothing")
				}
				if found, err := cache.Get(t.Context(), keys, time.Minute); err == nil {
					t.Fatalf("an answer that was swallowed was read: %+v", found)
				}
				if n := sent.Load(); n != 1 {
					t.Errorf("the lease was sent %d times", n)
				}
				if n, err := direct.DBSize(t.Context()).Result(); err != nil || n != int64(len(keys))+1 {
					t.Errorf("%d keys (%v): the leases never arrived", n, err)
				}
			})
		}
	}
}

// TestCutInTheMiddle cuts the connection at every place of the answers.
func TestCutInTheMiddle(t *testing.T) {
	server := testservers.NewRedis(t)
	proxy := testservers.NewProxy(t, server.Address)
	client := connect(t, &redis.Options{Addr: proxy.Address, MaxRetries: -1, DialerRetries: 1})
	whole := newCache(t, connect(t, &redis.Options{Addr: server.Address}))
	cache := newCache(t, client)
	keys := numbered(20)
	for limit := 1; limit < 420; limit += 13 {
		if err := whole.Kill(t.Context(), keys); err != nil {
			t.Fatal(err)
		}
		proxy.Cut()
		proxy.Answers(0)
		if err := client.Ping(t.Context()).Err(); err != nil {
			client.Ping(t.Context()) // the first has found the connection cut
		}
		proxy.Answers(limit)
		found, err := cache.Get(t.Context(), keys, time.Minute)
		stand, errStand := whole.Get(t.Context(), keys, time.Minute)
		if errStand != nil {
			t.Fatal(errStand)
		}
		for i, f := range found {
			if f.Lease == "" && f.Err == nil {
				t.Errorf("cut after %d bytes: key %d is reported as %+v", limit, i, f)
			}
			if f.Lease != "" && stand[i].Held != f.Lease {
				t.Errorf("cut after %d bytes: the lease %q of key %d does not stand: %+v", limit, f.Lease, i, stand[i])
			}
		}
		if err == nil && len(found) != len(keys) {
			t.Errorf("cut after %d bytes: %d results and no error", limit, len(found))
		}
	}
}

// TestTimeouts holds answers back: the context ends a call, and without one the client's timeout.
func TestTimeouts(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	defer goleak.VerifyNone(t, leaks)
	t.Run("", func(t *testing.T) {
		server := testservers.NewRedis(t)
		proxy := testservers.NewProxy(t, server.Address)
		options := redis.Options{Addr: proxy.Address, ReadTimeout: 400 * time.Millisecond, MaxRetries: -1, DialerRetries: 1}
		patient := options
		patient.ReadTimeout = time.Hour
		short, long := newCache(t, connect(t, &options)), newCache(t, connect(t, &patient))
		calls := map[string]func(context.Context, *rediscache.Cache) error{
			"get": func(ctx context.Context, cache *rediscache.Cache) error {
				_, err := cache.Get(ctx, []string{"a"}, time.Minute)
				return err
			},
			"get all": func(ctx context.Context, cache *rediscache.Cache) error {
				_, err := cache.Get(ctx, numbered(9), time.Minute)
				return err
			},
			"fill": func(ctx context.Context, cache *rediscache.Cache) error {
				_, err := cache.Fill(ctx, []denorm.Fill{{Key: "a", Lease: "x", Value: []byte("x"), TTL: time.Minute}})
				return err
			},
			"kill": func(ctx context.Context, cache *rediscache.Cache) error { return cache.Kill(ctx, []string{"a"}) },
			"advance": func(ctx context.Context, cache *rediscache.Cache) error {
				return cache.Advance(ctx, "mark", []string{"a"}, "", "1.1.1")
			},
			"mark": func(ctx context.Context, cache *rediscache.Cache) error {
				_, err := cache.Mark(ctx, "mark")
				return err
			},
		}
		for name, call := range calls {
			for _, verdict := range []testservers.Verdict{testservers.Hang, testservers.Reset} {
				var n atomic.Int64
				proxy.Rule(nil)
				for _, cache := range []*rediscache.Cache{short, long} {
					if err := call(t.Context(), cache); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
				proxy.Rule(counting(&n, verdict))
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
				err := call(ctx, long)
				cancel()
				if !errors.Is(err, context.DeadlineExceeded) && verdict == testservers.Hang || err == nil {
					t.Errorf("%s: %v, with a context that ended after 30 ms", name, err)
				}
				if err := call(t.Context(), short); err == nil {
					t.Errorf("%s: no error, with a client that waits for 400 ms", name)
				}
				proxy.Cut()
			}
		}
		proxy.Rule(nil)
		proxy.Delay(500 * time.Millisecond)
		if err := calls["kill"](t.Context(), short); err == nil {
			t.Error("kill: no error")
		}
		proxy.Cut()
		proxy.Delay(0)
		for name, call := range calls {
			if err := call(t.Context(), short); err != nil {
				t.Errorf("%s, all being well: %v", name, err)
			}
		}
	})
}

// TestRestart loses everything.
func TestRestart(t *testing.T) {
	server := testservers.NewRedis(t)
	cache := newCache(t, connect(t, &redis.Options{Addr: server.Address, DialerRetries: 1}))
	advance := func(from, to denorm.Position) error {
		return cache.Advance(t.Context(), "mark", []string{"a"}, from, to)
	}
	if err := advance("", "1.1.1"); err != nil {
		t.Fatal(err)
	}
	found, err := cache.Get(t.Context(), []string{"a"}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	server.Kill()
	if _, err := cache.Mark(t.Context(), "mark"); err == nil {
		t.Error("a server that is dead has a mark")
	}
	server.Start(t)
	if mark, err := cache.Mark(t.Context(), "mark"); err != nil || mark != "" {
		t.Errorf("the mark is %q (%v), want none", mark, err)
	}
	if err := advance("1.1.1", "1.2.2"); !errors.Is(err, denorm.ErrMark) {
		t.Errorf("the error is %v, want ErrMark", err)
	}
	accepted, err := cache.Fill(t.Context(), []denorm.Fill{{Key: "a", Lease: found[0].Lease, Value: []byte("x"), TTL: time.Minute}})
	if err != nil || accepted[0] {
		t.Errorf("a lease survived: %t, %v", accepted, err)
	}
	if err := advance("", "1.2.2"); err != nil {
		t.Error(err)
	}
}

// TestScriptsAreLost makes the servers forget the scripts.
func TestScriptsAreLost(t *testing.T) {
	node := connect(t, &redis.Options{Addr: testservers.Redis(t)})
	cluster := connectCluster(t, testservers.RedisCluster(t))
	for name, client := range map[string]redis.UniversalClient{"node": node, "cluster": cluster} {
		t.Run(name, func(t *testing.T) {
			cache := newCache(t, client)
			keys := numbered(50)
			if err := cache.Advance(t.Context(), "scripts", keys, "", "1.1.1"); err != nil {
				t.Fatal(err)
			}
			for round := range 3 {
				found, err := cache.Get(t.Context(), keys, time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				if err := client.ScriptFlush(t.Context()).Err(); err != nil {
					t.Fatal(err)
				}
				fills := make([]denorm.Fill, len(keys))
				for i, f := range found {
					fills[i] = denorm.Fill{Key: keys[i], Lease: f.Lease, Value: []byte("x"), TTL: time.Minute}
				}
				accepted, err := cache.Fill(t.Context(), fills)
				if err != nil {
					t.Fatal(err)
				}
				for i, ok := range accepted {
					if !ok {
						t.Errorf("the fill of %q was refused", keys[i])
					}
				}
				if err := client.ScriptFlush(t.Context()).Err(); err != nil {
					t.Fatal(err)
				}
				from, to := denorm.Position(fmt.Sprintf("1.%d.1", round+1)), denorm.Position(fmt.Sprintf("1.%d.1", round+2))
				if err := cache.Advance(t.Context(), "scripts", keys, from, to); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestAdvanceKeepsItsConnection cuts the connection before the mark is moved: on another one might be another
// server, which never got the kills.
func TestAdvanceKeepsItsConnection(t *testing.T) {
	server := testservers.NewRedis(t)
	proxy := testservers.NewProxy(t, server.Address)
	cache := newCache(t, connect(t, &redis.Options{Addr: proxy.Address, MaxRetries: 5}))
	if err := cache.Advance(t.Context(), "mark", []string{"a"}, "", "1.1.1"); err != nil {
		t.Fatal(err)
	}
	if n := proxy.Connections(); n != 1 {
		t.Errorf("kills and mark went over %d connections", n)
	}
	for _, word := range []string{"unlink\r\n", "evalsha\r\n"} {
		for _, verdict := range []testservers.Verdict{testservers.Refuse, testservers.Reset} {
			var unlinks, scripts atomic.Int64
			countUnlinks, countScripts := counting(&unlinks, testservers.Pass, "unlink\r\n"), counting(&scripts, testservers.Pass, "evalsha\r\n")
			proxy.Rule(func(request []byte) testservers.Verdict {
				countUnlinks(request)
				countScripts(request)
				if bytes.Contains(request, []byte(word)) {
					return verdict
				}
				return testservers.Pass
			})
			if err := cache.Advance(t.Context(), "mark", []string{"a"}, "1.1.1", "1.2.2"); err == nil {
				t.Errorf("cut at %q: no error", word)
			}
			want := int64(0)
			if word == "evalsha\r\n" {
				want = 1
			}
			if unlinks.Load() != 1 || scripts.Load() != want {
				t.Errorf("cut at %q: kills were sent %d times and the mark %d times; want 1 and %d", word, unlinks.Load(), scripts.Load(), want)
			}
			proxy.Rule(nil)
			if mark, err := cache.Mark(t.Context(), "mark"); err != nil || mark != "1.1.1" {
				t.Errorf("cut at %q: the mark is %q (%v)", word, mark, err)
			}
		}
	}
}

func TestCloseWaits(t *testing.T) {
	server := testservers.NewRedis(t)
	proxy := testservers.NewProxy(t, server.Address)
	cache, err := rediscache.New(connect(t, &redis.Options{Addr: proxy.Address}))
	if err != nil {
		t.Fatal(err)
	}
	if err := cache.Kill(t.Context(), []string{"a"}); err != nil {
		t.Fatal(err)
	}
	leaks := goleak.IgnoreCurrent()
	proxy.Delay(200 * time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := cache.Kill(ctx, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if err := cache.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, leaks)
}
