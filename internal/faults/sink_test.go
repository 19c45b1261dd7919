package faults

import (
	"context"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
)

// TestSinkFaults breaks a sink in every way that a server and its connections break, and has it away for all of a random
// history. Nobody else notices, and when it is back it has what it should.
func TestSinkFaults(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	server := testservers.NewRedis(t, durable(t)...)
	proxy := testservers.NewProxy(t, server.Address)
	sink := &counted{Sink: sinkAt(t, proxy.Address)}
	r := newTrial(t, sqlite(t), nil, []denorm.Option{denorm.WithSink("store", sink,
		denorm.SinkTimeout(time.Second), denorm.SinkPauses(10*time.Millisecond))})
	b := &broken{T: t, server: server, proxy: proxy, random: rand.New(rand.NewPCG(r.seed, 3))}
	compared := 0
	for range times(t) {
		for _, f := range faultsOfNode() {
			before := sink.failed.Load()
			r.during(f.name, func() {
				for n := 0; n < 2 || n < 20 && !f.harmless && sink.failed.Load() == before; n++ {
					f.begin(b)
					pause(b.random, 250)
					f.end(b)
					pause(b.random, 100)
				}
			})
			if !f.harmless && sink.failed.Load() == before {
				t.Errorf("%s: no write to the sink failed, so nothing was shown", f.name)
			}
			compared += r.verify("behind: " + f.name)
		}
		b.part()
		r.during("away", func() { time.Sleep(time.Second) })
		b.mend()
		compared += r.verify("behind a history without it")
	}
	r.report(begun)
	if compared == 0 {
		t.Error("nothing was compared")
	}
	t.Logf("%d documents compared in the sink, to which %d writes failed", compared, sink.failed.Load())
}

// counted counts the writes to a sink that failed.
type counted struct {
	denorm.Sink
	failed atomic.Int64
}

func (c *counted) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return c.count(c.Sink.Put(ctx, target, documents))
}

func (c *counted) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return c.count(c.Sink.Delete(ctx, target, documents))
}

func (c *counted) count(err error) error {
	if err != nil {
		c.failed.Add(1)
	}
	return err
}

// durable has a Redis server keep what it was told when it is killed.
func durable(t *testing.T) []string {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis")
	if err == nil {
		err = os.Chmod(dir, 0o777) // the server may be another user's
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return []string{"--appendonly", "yes", "--appendfsync", "no", "--dir", dir}
}

// sinkAt is a sink in a Redis server.
func sinkAt(t *testing.T, address string) denorm.Sink {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: address, ReadTimeout: 500 * time.Millisecond, MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	sink, err := redissink.New(client)
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

// verify settles, and compares the sink.
func (r *trial) verify(when string) (compared int) {
	r.Helper()
	r.settle(when)
	found, err := r.processes[0].engine.Verify(r.Context(), denorm.VerifyStores("store"), denorm.VerifyWait(2*time.Second))
	if err != nil {
		r.Fatalf("%s: %v", when, err)
	}
	for _, one := range found.Stores {
		if one.Differing+one.Behind > 0 || one.Skipped != "" {
			r.Errorf("%s: %+v\nrepeat with FAULTS_SEED=%d", when, one, r.seed)
		}
		compared += one.Compared
	}
	return compared
}
