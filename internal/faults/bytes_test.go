package faults

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/codectest"
	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

// planted is a shared cache whose next answer is planted.
type planted struct {
	*memorycache.Cache
	key         string // asked for last
	filled      []byte // stored last
	value       []byte
	plantedOnce bool
}

func (c *planted) Get(ctx context.Context, keys []string, lease time.Duration) ([]denorm.Cached, error) {
	c.key = keys[0]
	if c.plantedOnce {
		c.plantedOnce = false
		return []denorm.Cached{{Value: append([]byte{}, c.value...)}}, nil
	}
	return c.Cache.Get(ctx, keys, lease)
}

func (c *planted) Fill(ctx context.Context, fills []denorm.Fill) ([]bool, error) {
	c.filled = fills[0].Value
	return c.Cache.Fill(ctx, fills)
}

// Places in the head of a cached value; shape and body follow the head.
const (
	shapeSizeAt = 7
	bodySizeAt  = 24
	sumAt       = 32
	headSize    = 36
)

// framed is a whole value with another body: only the codec can tell that it is hostile.
func framed(good []byte, key string, body []byte) []byte {
	value := append(bytes.Clone(good[:headSize+int(good[shapeSizeAt])]), body...)
	binary.LittleEndian.PutUint64(value[bodySizeAt:], uint64(len(body)))
	digest := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	var size [8]byte
	binary.LittleEndian.PutUint64(size[:], uint64(len(key)))
	for _, part := range [][]byte{size[:], []byte(key), value[:sumAt], value[headSize:]} {
		digest.Write(part)
	}
	binary.LittleEndian.PutUint32(value[sumAt:], digest.Sum32())
	return value
}

// victim is an engine that is shown planted values, and its one document.
type victim struct {
	cache      *planted
	engine     *denorm.Engine
	books      *models.Books
	want       string // the document
	good, body []byte // its value, and the part of that which is the codec's
}

func newVictim(t testing.TB) *victim {
	t.Helper()
	at := sqlite(t)
	h := &history.History{Dialect: naive.DialectOf(at.plain), Random: rand.New(rand.NewPCG(1, 1))}
	if err := h.Plant(t.Context(), at.plain); err != nil {
		t.Fatal(err)
	}
	v := &victim{cache: &planted{Cache: memorycache.New()}}
	p := installed(t, at, "one", denorm.WithSharedCache(v.cache), denorm.WithLocalCache(0), denorm.WithMaxStaleness(24*time.Hour))
	if err := p.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.engine, v.books = p.engine, models.NewBooks(p.engine)
	v.want = v.get(t)
	v.good = v.cache.filled
	v.body = v.good[headSize+int(v.good[shapeSizeAt]):]
	return v
}

func (v *victim) get(t testing.TB) string {
	t.Helper()
	doc, err := v.books.Get(t.Context(), 90)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// show plants bytes, as they are or as the body of a value that is whole otherwise: what is no document counts as a
// miss, and no bytes take more memory than a multiple of their number.
func (v *victim) show(t testing.TB, data []byte, whole bool) (hit bool) {
	t.Helper()
	// What a miss takes, the load included, and what goes on beside.
	const miss = 4 << 20
	v.cache.value, v.cache.plantedOnce = data, true
	if whole {
		v.cache.value = framed(v.good, v.cache.key, data)
	}
	var before, after runtime.MemStats
	stats := v.engine.Stats()
	runtime.ReadMemStats(&before)
	got := v.get(t)
	runtime.ReadMemStats(&after)
	now := v.engine.Stats()
	corrupt := now.Corrupt - stats.Corrupt
	if got != v.want && (corrupt > 0 || !whole) {
		t.Errorf("%x was shown as %s", v.cache.value, got)
	}
	if corrupt != 1 && now.SharedHits-stats.SharedHits != 1 {
		t.Errorf("%x is neither a hit nor a miss", v.cache.value)
	}
	if !whole && corrupt != 1 && !bytes.Equal(data, v.good) {
		t.Errorf("%x counts as whole", data)
	}
	limit := uint64(codectest.WithMaps*len(v.cache.value)) + miss
	if n := after.TotalAlloc - before.TotalAlloc; n > limit {
		t.Errorf("%d bytes took %d, want at most %d", len(v.cache.value), n, limit)
	}
	return corrupt == 0
}

// seeds are bytes to begin with.
func (v *victim) seeds() [][]byte {
	return [][]byte{
		v.good, v.body, v.good[:len(v.good)-1], v.good[1:], append(bytes.Clone(v.good), 0), {}, []byte("null"), []byte(v.want), []byte("Llease"),
		make([]byte, headSize), bytes.Repeat([]byte{0xff}, 300), bytes.Repeat([]byte{0x7f}, 300), v.body[:len(v.body)/2],
		append(bytes.Clone(v.body), v.body...),
	}
}

// FuzzCachedBytes shows any bytes. What the database does beside looks like news to the fuzzer, so it works best with
// -fuzzminimizetime=1x.
func FuzzCachedBytes(f *testing.F) {
	v := newVictim(f)
	for _, seed := range v.seeds() {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, data []byte, whole bool) { v.show(t, data, whole) })
}

// TestCachedBytes shows damaged values and damaged bodies in whole values, as chance makes them.
func TestCachedBytes(t *testing.T) {
	v := newVictim(t)
	random := rand.New(rand.NewPCG(seed(t), 90))
	seeds := v.seeds()
	const usual = 1500
	shown, hits := 0, 0
	for ; shown < usual*times(t); shown++ {
		data, whole, changes := bytes.Clone(seeds[random.IntN(len(seeds))]), random.IntN(2) == 0, 1+random.IntN(4)
		if whole && random.IntN(2) == 0 {
			data, changes = bytes.Clone(v.body), 1
		}
		for range changes {
			at := random.IntN(len(data) + 1)
			switch random.IntN(4) {
			case 0:
				data = data[:at]
			case 1:
				data = slices.Insert(data, at, byte(random.Uint32()))
			case 2:
				data = append(data, seeds[random.IntN(len(seeds))]...)
			default:
				if at < len(data) {
					data[at] = byte(random.Uint32())
				}
			}
		}
		if v.show(t, data, whole) {
			hits++
		}
	}
	t.Logf("%d values were shown, %d of them were documents", shown, hits)
}
