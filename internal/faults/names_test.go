package faults

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/models"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

// hostile are names of tenants that try to be each other, or a part of each other.
func hostile() []string {
	return []string{
		"", "a", "a/", "a/b", "/a", "%", "%2F", "a%2Fb", "{a}", "{", "}a{", "a{b}", "\x00", "a\x00", "é", "e\u0301", "production", "prod", "production/",
		"denorm", "denorm/a", "a b", "A", "日本",
	}
}

// pieces are what hostile keys are made of.
func pieces() []string {
	return append(hostile(), "/", "//", ":", ".", "..", "-", "-1", "0", "1", "01", "%25", "%00", "%7B", "\n", "\r\n", "'", `"`, `\`, "*", "?", "[", "~", "@", "😀", "K", "ß")
}

// hostileTexts makes so many different texts, different under any case, too.
func hostileTexts(random *rand.Rand, n int) []string {
	parts := pieces()
	seen := map[string]bool{}
	texts := make([]string, 0, n)
	for len(texts) < n {
		text := ""
		for range random.IntN(5) {
			text += parts[random.IntN(len(parts))]
		}
		fold := strings.ToLower(strings.ToUpper(text))
		if before, _, ok := strings.Cut(fold, "\x00"); ok {
			fold = fmt.Sprint(before, "\x00", len(text)) // all that SQLite's NOCASE looks at
		}
		if !seen[fold] {
			seen[fold] = true
			texts = append(texts, text)
		}
	}
	return texts
}

// register is a shared cache that holds nothing, and learns by which names documents are asked for.
type register struct {
	*memorycache.Cache
	names map[[16]byte]bool
	asked int    // names that were asked for
	last  string // of those
	twice []string
}

func (c *register) Get(_ context.Context, keys []string, _ time.Duration) ([]denorm.Cached, error) {
	for _, key := range keys {
		digest := fnv.New128a()
		digest.Write([]byte(key))
		sum := [16]byte(digest.Sum(nil))
		if c.names[sum] {
			c.twice = append(c.twice, key)
		}
		c.names[sum] = true
		c.asked++
		c.last = key
	}
	return make([]denorm.Cached, len(keys)), nil
}

// TestNamesAreDifferent asks tenants with hostile names, of a staging and a production database, for hostile keys: no
// two documents have one name in a shared cache.
func TestNamesAreDifferent(t *testing.T) {
	const keysOfEach = 2100 // of each tenant
	random := rand.New(rand.NewPCG(seed(t), 80))
	cache := &register{Cache: memorycache.New(), names: map[[16]byte]bool{}}
	keys := 0
	tenants := 0
	as := func(at place, tenant string) *denorm.Engine {
		tenants++
		p := installed(t, at, tenant, denorm.WithNamespace(tenant), denorm.WithSharedCache(cache), denorm.WithLocalCache(0),
			denorm.WithMaxStaleness(time.Hour))
		if err := p.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		return p.engine
	}
	for _, at := range []place{sqlite(t), sqlite(t)} {
		for _, tenant := range hostile() {
			n, err := ask(t.Context(), as(at, tenant), random, keysOfEach*times(t))
			if err != nil {
				t.Fatal(err)
			}
			keys += n
		}
		// Who knows what a name is made of tries to make another tenant's.
		ends := hostileTexts(random, 500)
		honest := models.NewRegions(as(at, "honest"))
		if _, err := honest.GetMany(t.Context(), []string{"key"}); err != nil {
			t.Fatal(err)
		}
		_, between, _ := strings.Cut(strings.TrimSuffix(cache.last, "key"), "honest")
		var forged []string
		for _, end := range ends {
			forged = append(forged, "x"+between+end)
		}
		if _, err := honest.GetMany(t.Context(), forged); err != nil {
			t.Fatal(err)
		}
		if _, err := models.NewRegions(as(at, "honest"+between+"x")).GetMany(t.Context(), ends); err != nil {
			t.Fatal(err)
		}
		keys += 1 + 2*len(ends)
	}
	t.Logf("%d keys of %d tenants, %d different names", keys, tenants, len(cache.names))
	if len(cache.twice) > 0 {
		t.Errorf("%d names stand for two documents each: %.400q", len(cache.twice), cache.twice)
	}
	if cache.asked != keys || len(cache.names) != keys {
		t.Errorf("%d keys were asked for by %d names, %d of them different", keys, cache.asked, len(cache.names))
	}
}

// ask gets documents by different keys of three types, as many of each.
func ask(ctx context.Context, engine *denorm.Engine, random *rand.Rand, n int) (asked int, err error) {
	regions, shelves, placements := models.NewRegions(engine), models.NewShelves(engine), models.NewPlacements(engine)
	const batch = 700
	texts := hostileTexts(random, n/3)
	for begin := 0; begin < len(texts); begin += batch {
		part := texts[begin:min(begin+batch, len(texts))]
		var two []models.ShelfKey
		var three []models.PlacementKey
		for _, text := range part {
			two = append(two, models.ShelfKey{Room: random.IntN(3), Code: text})
			three = append(three, models.PlacementKey{Room: random.IntN(3), ShelfCode: text, BookID: random.Int64N(3) - 1})
		}
		if _, err := regions.GetMany(ctx, part); err != nil {
			return asked, err
		}
		if _, err := shelves.GetMany(ctx, two); err != nil {
			return asked, err
		}
		if _, err := placements.GetMany(ctx, three); err != nil {
			return asked, err
		}
		asked += 3 * len(part)
	}
	return asked, nil
}

// TestTenantsOnOneRedis lets tenants with hostile names, each with a database of its own and the same hostile keys in
// it, share one Redis: each gets its own documents, and a change concerns nobody else.
func TestTenantsOnOneRedis(t *testing.T) {
	random := rand.New(rand.NewPCG(seed(t), 81))
	address := testservers.NewRedis(t).Address
	codes := hostileTexts(random, 300*times(t))
	var tenants []*tenant
	// The last one has the name of the first, as staging beside production has.
	for i, name := range append(hostile()[:11], hostile()[0]) {
		tenants = append(tenants, newTenant(t, fmt.Sprint(i), name, address, codes))
	}
	read := int64(0)
	for round := range 2 {
		for _, one := range tenants {
			before := one.process.engine.Stats().SharedHits
			for _, code := range codes {
				one.wants(code, one.id+" "+code)
				read++
			}
			if hits := one.process.engine.Stats().SharedHits - before; round > 0 && hits != int64(len(codes)) {
				t.Errorf("tenant %q has %d hits for %d documents that it has read before", one.name, hits, len(codes))
			}
		}
	}
	changed := tenants[len(tenants)-1]
	changed.at.exec(t, "UPDATE regions SET name = 'changed'")
	if err := changed.process.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, one := range tenants {
		before := one.process.engine.Stats().SharedHits
		for _, code := range codes {
			want := one.id + " " + code
			if one == changed {
				want = "changed"
			}
			one.wants(code, want)
			read++
		}
		hits := one.process.engine.Stats().SharedHits - before
		if one == changed && hits != 0 || one != changed && hits != int64(len(codes)) {
			t.Errorf("tenant %q has %d hits for %d documents after %q changed all of its own", one.name, hits, len(codes), changed.name)
		}
		if n := one.process.engine.Stats().Corrupt; n > 0 {
			t.Errorf("tenant %q met %d values that were not its own", one.name, n)
		}
	}
	t.Logf("%d tenants, %d documents, %d reads", len(tenants), len(tenants)*len(codes), read)
}

// tenant is a program with a database of its own.
type tenant struct {
	*testing.T
	id, name string
	at       place
	process  *process
	regions  *models.Regions
}

func newTenant(t *testing.T, id, name, address string, codes []string) *tenant {
	t.Helper()
	one := &tenant{T: t, id: id, name: name, at: sqlite(t)}
	tx, err := one.at.plain.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, code := range codes {
		if _, err := tx.Exec("INSERT INTO regions VALUES (?, ?)", code, id+" "+code); err != nil {
			t.Fatalf("inserting region %q: %v", code, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	cache := cacheOf(t, redis.NewClient(&redis.Options{Addr: address}))
	one.process = installed(t, one.at, name, denorm.WithNamespace(name), denorm.WithSharedCache(cache), denorm.WithLocalCache(0),
		denorm.WithMaxStaleness(time.Hour), denorm.WithCacheTimeout(patience))
	one.regions = models.NewRegions(one.process.engine)
	if err := one.process.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return one
}

func (one *tenant) wants(code, name string) {
	one.Helper()
	doc, err := one.regions.Get(one.Context(), code)
	if err != nil {
		one.Fatalf("tenant %q, region %q: %v", one.name, code, err)
	}
	if doc.Code != code || doc.Name != name {
		one.Errorf("tenant %q was shown region %q, %q; want %q, %q", one.name, doc.Code, doc.Name, code, name)
	}
}
