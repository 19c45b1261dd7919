package denorm

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/local"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

type driverValue = driver.Value

// errAbandoned ends the flights of a fetch that could not go on; those who wait try themselves.
var errAbandoned = errors.New("the load was given up by who began it")

// fetching is one fetch of several keys under way.
type fetching[K comparable, D any] struct {
	*cached[K, D]
	keys    []K
	entries []*entry[D] // by index of keys
	led     []flightOf[K, D]
	joined  []flightOf[K, D]
}

// flightOf is the flight of the key at an index.
type flightOf[K comparable, D any] struct {
	index  int
	flight *local.Flight[K, *entry[D]]
	name   string // in the shared cache
	lease  string // granted there
	held   string // by somebody else
	landed bool
}

func (f *fetching[K, D]) add(index int, flight *local.Flight[K, *entry[D]], lead bool) {
	if lead {
		f.led = append(f.led, flightOf[K, D]{index: index, flight: flight})
	} else {
		f.joined = append(f.joined, flightOf[K, D]{index: index, flight: flight})
	}
}

// land ends a flight that this fetch leads, and keeps the entry if that is allowed.
func (f *fetching[K, D]) land(one *flightOf[K, D], found *entry[D], keep bool, weight int) {
	one.landed = true
	f.entries[one.index] = found
	f.leases.Delete(one.lease)
	if !one.flight.Land(found, nil, keep, weight) && keep && f.live.engine.settings.localBytes > 0 {
		f.live.engine.counters.refused.Add(1)
	}
}

// abandon ends what was not landed: after an error or a panic of the user's code. Those who wait share an error
// that is about their key, and try themselves after any other.
func (f *fetching[K, D]) abandon(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || len(f.keys) > 1 {
		err = errAbandoned
	}
	for i := range f.led {
		if one := &f.led[i]; !one.landed {
			one.landed = true
			f.leases.Delete(one.lease)
			one.flight.Land(nil, err, false, 0)
		}
	}
}

// lead gets the keys whose flights this fetch leads.
func (f *fetching[K, D]) lead(ctx context.Context) error {
	if len(f.led) == 0 {
		return nil
	}
	if f.live.engine.settings.shared != nil {
		return f.throughShared(ctx)
	}
	f.live.engine.counters.misses.Add(int64(len(f.led)))
	all := make([]*flightOf[K, D], len(f.led))
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
func (f *fetching[K, D]) join(ctx context.Context) error {
	for _, one := range f.joined {
		select {
		case <-one.flight.Done:
		case <-ctx.Done():
			return f.r.loadError("", keyText(one.flight.Key), ctx.Err())
		}
		found, err := one.flight.Result()
		if errors.Is(err, errAbandoned) {
			again, err := f.fetch(ctx, []K{one.flight.Key}, time.Now())
			if err != nil {
				return err
			}
			found = again[0]
		} else if err != nil {
			return err
		}
		f.entries[one.index] = found
	}
	return nil
}

// bypassed reads keys from the database.
func (f *fetching[K, D]) bypassed(ctx context.Context, indexes []int) error {
	keys := make([]K, len(indexes))
	for i, index := range indexes {
		keys[i] = f.keys[index]
	}
	found, err := f.direct(ctx, keys)
	if err != nil {
		return err
	}
	for i, index := range indexes {
		f.entries[index] = found[i]
	}
	return nil
}

// loaded is a document from the database, ready to be cached.
type loaded[D any] struct {
	entry *entry[D]
	bytes []byte // its form in the shared cache; nil for an absence
	size  int    // of the encoded document, in bytes
	keep  bool   // it may be cached
}

// entryOverhead is about what an entry costs besides its document, in bytes.
const entryOverhead = 160

// weight is about how much memory the entry takes.
func (l loaded[D]) weight() int { return 2*l.size + entryOverhead }

// load reads documents from the database. What is kept has a buffer of its own, for documents of one batch
// share memory.
func (f *fetching[K, D]) load(ctx context.Context, flights []*flightOf[K, D]) ([]loaded[D], error) {
	keys := make([]K, len(flights))
	for i, one := range flights {
		keys[i] = one.flight.Key
	}
	known := f.live.known.Load()
	version := known.version()
	guard := f.live.guard(known)
	docs, err := f.r.many(ctx, nil, keys, guard)
	if err != nil {
		return nil, err
	}
	current := guard == nil || guard.current || mutant.Active(mutant.ReplicaHead)
	if !current {
		f.live.engine.counters.refused.Add(int64(len(keys)))
	}
	result := make([]loaded[D], len(keys))
	for i, doc := range docs {
		result[i] = f.prepare(ctx, doc, version, current)
	}
	return result, nil
}

// prepare makes the entry of a document, and its encoded form.
func (c *cached[K, D]) prepare(ctx context.Context, doc *D, version Version, current bool) loaded[D] {
	fresh := loaded[D]{entry: &entry[D]{doc: doc, version: version}}
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
			"collection", c.r.def.Name, "error", err)
	case size > c.live.engine.settings.maxDocumentBytes:
		c.live.engine.counters.oversize.Add(1)
	default:
		fresh.entry.doc, fresh.size, fresh.keep = own, size, true
	}
	return fresh
}

// private returns a copy of a document in a buffer of its own, and the size of that.
func (c *cached[K, D]) private(doc *D) (*D, int, error) {
	text, err := c.own.append(nil, doc)
	if err != nil {
		return nil, 0, err
	}
	own, err := c.own.decode(text)
	return own, len(text), err
}
