package denorm

import (
	"context"
	"errors"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/local"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// errAbandoned ends the flights of a fetch that could not go on; those who wait try themselves.
var errAbandoned = errors.New("the load was given up by who began it")

// fetching is one fetch of several keys under way.
type fetching struct {
	*cached
	keys    asked
	entries []*entry // by index of keys
	led     []flightOf
	joined  []flightOf
	begun   time.Time
}

// flightOf is the flight of the key at an index.
type flightOf struct {
	index  int
	key    local.Key
	flight *local.Flight // nil as long as nobody can join it
	name   string        // in the shared cache
	lease  string        // granted there
	held   string        // by somebody else
	landed bool
}

// begin begins the flight of a key, or joins the one that is under way. Who reads the shared cache directly asks it
// first, and joins only a load whose lease stands: another process may have killed it for its own write, of which this
// one does not know yet.
func (f *fetching) begin(index int, key local.Key, oldest time.Time) {
	one := flightOf{index: index, key: key}
	settings, lead := &f.live.engine.settings, true
	if settings.shared == nil || settings.localBytes > 0 || mutant.Active(mutant.JoinByLease) {
		one.flight, lead = f.tier.Begin(key, f.begun, oldest, f.live.usable(&f.live.local, f.begun))
	}
	if lead {
		f.led = append(f.led, one)
	} else {
		f.joined = append(f.joined, one)
	}
}

// leased lets those join who see the lease that a flight was granted.
func (f *fetching) leased(one *flightOf) {
	if one.flight == nil {
		one.flight = f.tier.Alone(one.key, f.begun)
	}
	f.leases.Store(one.lease, one.flight)
}

// land ends a flight that this fetch leads, and keeps the entry if that is allowed.
func (f *fetching) land(one *flightOf, found *entry, keep bool, weight int) {
	f.entries[one.index] = found
	if f.late.age > 0 && keep {
		f.late.put(one.key, found, f.begun)
	}
	if !f.end(one, found, nil, keep, weight) && keep && f.live.engine.settings.localBytes > 0 {
		f.live.engine.counters.refused.Add(1)
	}
}

// end lands a flight for those who may have joined it.
func (f *fetching) end(one *flightOf, found *entry, err error, keep bool, weight int) (kept bool) {
	one.landed = true
	if one.lease != "" {
		f.leases.Delete(one.lease)
	}
	return one.flight != nil && one.flight.Land(found, err, keep, weight)
}

// abandon ends what was not landed: after an error or a panic of the user's code. Those who wait share an error
// that is about their key, and try themselves after any other.
func (f *fetching) abandon(ctx context.Context, several bool, err error) {
	if err == nil || ctx.Err() != nil || several {
		err = errAbandoned
	}
	for i := range f.led {
		if one := &f.led[i]; !one.landed {
			f.end(one, nil, err, false, 0)
		}
	}
}

// lead gets the keys whose flights this fetch leads.
func (f *fetching) lead(ctx context.Context) error {
	if len(f.led) == 0 {
		return nil
	}
	if f.live.engine.settings.shared != nil {
		return f.throughShared(ctx)
	}
	f.live.engine.counters.misses.Add(int64(len(f.led)))
	all := make([]*flightOf, len(f.led))
	for i := range f.led {
		all[i] = &f.led[i]
	}
	loaded, err := f.load(ctx, all)
	if err != nil {
		return err
	}
	for i, one := range all {
		f.land(one, loaded[i].entry, loaded[i].keep, loaded[i].weight())
	}
	return nil
}

// join waits for the flights of others.
func (f *fetching) join(ctx context.Context) error {
	for _, one := range f.joined {
		if err := wait(ctx, one.flight.Done); err != nil {
			return f.keys.failed(one.index, err)
		}
		found, err := one.flight.Result()
		switch {
		case err == nil:
			f.entries[one.index] = found.(*entry)
		case errors.Is(err, errAbandoned):
			if err := f.fetch(ctx, f.keys, []int{one.index}, f.entries, time.Now()); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return nil
}

// direct gets keys from the database, past all caches.
func (f *fetching) direct(ctx context.Context, indexes []int) error {
	version := f.live.known.Load().version()
	docs, err := f.keys.load(ctx, indexes, nil)
	if err != nil {
		return err
	}
	for i, index := range indexes {
		f.entries[index] = &entry{doc: docs[i], version: version}
	}
	return nil
}

// loaded is a document from the database, ready to be cached.
type loaded struct {
	entry *entry
	bytes []byte // its form in the shared cache; nil for an absence
	size  int    // of the encoded document, in bytes
	keep  bool   // it may be cached
}

// entryOverhead is about what an entry costs besides its document, in bytes.
const entryOverhead = 160

// weight is about how much memory the entry takes.
func (l loaded) weight() int { return 2*l.size + entryOverhead }

// load reads documents from the database. What is kept has a buffer of its own, for documents of one batch
// share memory.
func (f *fetching) load(ctx context.Context, flights []*flightOf) ([]loaded, error) {
	known := f.live.known.Load()
	version := known.version()
	guard := f.live.guard(known.head)
	docs, err := f.keys.load(ctx, indexesOf(flights), guard)
	if err != nil {
		return nil, err
	}
	current := guard == nil || guard.current() || mutant.Active(mutant.ReplicaHead)
	if !current {
		f.live.engine.counters.refused.Add(int64(len(flights)))
	}
	result := make([]loaded, len(flights))
	for i, doc := range docs {
		result[i] = f.prepare(ctx, doc, version, current)
	}
	return result, nil
}

func indexesOf(flights []*flightOf) []int {
	indexes := make([]int, len(flights))
	for i, one := range flights {
		indexes[i] = one.index
	}
	return indexes
}

// prepare makes the entry of a document, and its encoded form.
func (c *cached) prepare(ctx context.Context, doc any, version Version, current bool) loaded {
	fresh := loaded{entry: &entry{doc: doc, version: version}}
	if !current {
		return fresh
	}
	if doc == nil {
		fresh.keep = c.absences || mutant.Active(mutant.AbsenceBytes)
		return fresh
	}
	own, size, err := c.private(doc)
	if err == nil && size <= c.live.engine.settings.maxDocumentBytes && c.live.engine.settings.shared != nil {
		fresh.bytes, err = c.codec.append(nil, doc)
		size = max(size, len(fresh.bytes))
	}
	switch {
	case err != nil:
		c.live.engine.logger.WarnContext(ctx, "denorm: a document cannot be encoded, and is not cached",
			"collection", c.collection, "error", err)
	case size > c.live.engine.settings.maxDocumentBytes:
		c.live.engine.counters.oversize.Add(1)
	default:
		fresh.entry.doc, fresh.size, fresh.keep = own, size, true
	}
	return fresh
}

// private returns a copy of a document in a buffer of its own, and the size of that.
func (c *cached) private(doc any) (any, int, error) {
	text, err := c.own.append(nil, doc)
	if err != nil {
		return nil, 0, err
	}
	own, err := c.own.decode(text)
	return own, len(text), err
}
