package memcachedsink_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memcachedsink"
)

// TestLargestDocument is of the default size, with the longest key and version.
func TestLargestDocument(t *testing.T) {
	sink := newSink(t, connect(t, testservers.NewMemcached(t).Address))
	key := strings.Repeat("k", 250-len("denorm-sink:books:"))
	text := func(size int) []byte { return []byte(`{"a":"` + strings.Repeat("x", size-len(`{"a":""}`)) + `"}`) }
	largest := denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: math.MaxUint64, Seq: math.MaxUint64}, Body: text(1<<20 - 1<<10)}
	put(t, sink, "books", largest)
	if found := get(t, sink, "books", key); len(found.Body) != len(largest.Body) || found.Version != largest.Version {
		t.Errorf("%d bytes are there, of version %v", len(found.Body), found.Version)
	}
}

// TestLimitOfTheServer has a server that allows less than the sink: others are stored, and the old document can be
// deleted at the same version.
func TestLimitOfTheServer(t *testing.T) {
	sink := newSink(t, connect(t, testservers.NewMemcached(t, "-I", "512k").Address))
	put(t, sink, "books", document("large", 1, `{"a":1}`))
	err := sink.Put(t.Context(), target("books"), []denorm.SinkDocument{
		document("large", 2, `{"a":"`+strings.Repeat("x", 600_000)+`"}`), document("small", 2, `{"a":2}`),
		document("large and new", 2, `{"a":"`+strings.Repeat("x", 600_000)+`"}`),
	})
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 2 || !errors.Is(single.Documents["large"], denorm.ErrTooLarge) ||
		!errors.Is(single.Documents["large and new"], denorm.ErrTooLarge) {
		t.Errorf("the error is %v, want one for two documents", err)
	}
	if found := get(t, sink, "books", "small"); string(found.Body) != `{"a":2}` {
		t.Errorf("the small one is %+v", found)
	}
	remove(t, sink, "books", document("large", 2, ""))
	if found := get(t, sink, "books", "large"); found.Body != nil {
		t.Errorf("the large one is %d bytes", len(found.Body))
	}
}

// TestFullServer evicts documents, which are then missing, and may refuse single ones, but goes on.
func TestFullServer(t *testing.T) {
	for name, args := range map[string][]string{"that evicts": {"-m", "2"}, "that refuses": {"-m", "2", "-M"}} {
		t.Run(name, func(t *testing.T) {
			sink := newSink(t, connect(t, testservers.NewMemcached(t, args...).Address))
			refused := 0
			var keys []string
			for batch := range 20 {
				var all []denorm.SinkDocument
				for n := range 50 {
					all = append(all, document(fmt.Sprint(batch, "-", n), 1, `{"a":"`+strings.Repeat("x", 10_000)+`"}`))
					keys = append(keys, all[n].Key)
				}
				err := sink.Put(t.Context(), target("books"), all)
				if single := new(denorm.SinkError); errors.As(err, &single) {
					refused += len(single.Documents)
				} else if err != nil {
					t.Fatal(err)
				}
			}
			found, err := sink.Get(t.Context(), target("books"), keys)
			if err != nil {
				t.Fatal(err)
			}
			there := 0
			for _, d := range found {
				if d.Body != nil {
					there++
				}
			}
			if there == 0 || there == len(keys) || name == "that refuses" && refused == 0 {
				t.Errorf("%d of %d documents are there, %d were refused", there, len(keys), refused)
			}
		})
	}
}

// TestLives asks the server for how long items are kept.
func TestLives(t *testing.T) {
	address := testservers.NewMemcached(t).Address
	client := connect(t, address)
	endless := newSink(t, client, memcachedsink.Prefix("lives:"))
	ending := newSink(t, client, memcachedsink.Prefix("ends:"), memcachedsink.TTL(30*24*time.Hour))
	for _, sink := range []denorm.Sink{endless, ending} {
		put(t, sink, "books", document("there", 1, `{}`), document("back", 1, `{}`))
		remove(t, sink, "books", document("back", 2, ""), document("gone", 2, ""))
		put(t, sink, "books", document("back", 3, `{}`))
	}
	const hour = 60 * 60
	for key, want := range map[string]int{
		"lives:books:there": -1, "lives:books:back": -1, "lives:books:gone": 2 * hour,
		"ends:books:there": 30 * 24 * hour, "ends:books:back": 30 * 24 * hour, "ends:books:gone": 2 * hour,
	} {
		if got := life(t, address, key); want < 0 && got != want || got > want+1 || got < want-hour/2 {
			t.Errorf("%s is kept for %d seconds, want %d", key, got, want)
		}
	}
}

// life is for how many seconds an item is kept, -1 for ever.
func life(t *testing.T, address, key string) int {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "mg "+key+" t\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	seconds, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(answer), "HD t"))
	if err != nil {
		t.Fatalf("%s: the server answers %q", key, answer)
	}
	return seconds
}

// TestConnections counts those that a batch of 1,000 documents needs.
func TestConnections(t *testing.T) {
	proxy := testservers.NewProxy(t, testservers.NewMemcached(t).Address)
	sink := newSink(t, connect(t, proxy.Address), memcachedsink.Prefix("trips:"))
	var all []denorm.SinkDocument
	for n := range 1000 {
		all = append(all, document(fmt.Sprint(n), 1, `{}`))
	}
	put(t, sink, "books", all...)
	if n := proxy.Connections(); n > 8 {
		t.Errorf("there were %d connections, where the client keeps 8", n)
	}
}
