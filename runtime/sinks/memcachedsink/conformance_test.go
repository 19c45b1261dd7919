package memcachedsink_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/sinks/conformance"
	"github.com/denormgen/denormgen/runtime/sinks/memcachedsink"
)

func TestConformance(t *testing.T) {
	address := testservers.Memcached(t)
	conformance.Run(t, func(t *testing.T) conformance.Subject { return subject(t, connect(t, address)) })
}

func TestConformanceOnThreeServers(t *testing.T) {
	addresses := []string{testservers.Memcached(t), testservers.NewMemcached(t).Address, testservers.NewMemcached(t).Address}
	conformance.Run(t, func(t *testing.T) conformance.Subject { return subject(t, connect(t, addresses...)) })
}

func TestConformanceWithOneConnection(t *testing.T) {
	address := testservers.Memcached(t)
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		client := connect(t, address)
		client.MaxIdleConns = 1
		return subject(t, client, memcachedsink.TTL(time.Hour))
	})
}

// subject is a sink with a prefix of its own, for tests share servers.
func subject(t *testing.T, client *memcache.Client, opts ...memcachedsink.Option) conformance.Subject {
	t.Helper()
	const limit = 100_000
	prefix := "test-" + rand.Text() + ":"
	return conformance.Subject{
		Sink: newSink(t, client, append(opts, memcachedsink.Prefix(prefix), memcachedsink.MaxBytes(limit))...), MaxBytes: limit, NoKeys: true,
		Read: func(t *testing.T, collection, key string) json.RawMessage {
			return read(t, client, prefix, collection, key)
		},
	}
}

// read is how the package comment tells readers to find a document.
func read(t *testing.T, client *memcache.Client, prefix, collection, key string) json.RawMessage {
	t.Helper()
	escaped := func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
	name := escaped(collection) + ":" + escaped(key)
	if len(prefix+name) > 250 {
		sum := sha256.Sum256([]byte(name))
		name = "%%" + hex.EncodeToString(sum[:])
	}
	item, err := client.Get(prefix + name)
	if errors.Is(err, memcache.ErrCacheMiss) {
		return nil
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	if item.Flags != 0 {
		t.Errorf("the flags are %d", item.Flags)
	}
	var document json.RawMessage
	if err := json.Unmarshal(item.Value, &document); err != nil {
		t.Errorf("a reader cannot parse %q: %v", item.Value, err)
	}
	if bytes.Equal(document, []byte("null")) {
		return nil
	}
	return document
}

func connect(t testing.TB, addresses ...string) *memcache.Client {
	client := memcache.New(addresses...)
	client.MaxIdleConns = 8
	client.Timeout = testTimeout
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Logf("closing the client: %v", err) // the server may have closed its side
		}
	})
	return client
}
