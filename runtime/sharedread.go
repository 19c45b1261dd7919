package denorm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/local"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// throughShared gets the led keys by way of the shared cache: values that it holds, documents for which it
// grants a lease, and what somebody else is loading already. Where it fails, the database is read.
func (f *fetching) throughShared(ctx context.Context) error {
	open, err := f.named(ctx)
	if err != nil {
		return err
	}
	// Whose holder has died, a lease ends by itself, and one reader takes the next: all others wait for that, too.
	deadline := f.begun.Add(2 * f.live.engine.settings.leaseTime)
	if mutant.Active(mutant.WaitsForLease) {
		deadline = f.begun
	}
	pause := time.Millisecond
	for round := 0; len(open) > 0; round++ {
		answer, err := f.ask(ctx, open)
		if err != nil {
			f.live.sharedFailed(ctx, err)
			answer.unasked = open
		}
		f.live.engine.counters.bypasses.Add(int64(len(answer.unasked)))
		if err := f.uncached(ctx, answer.unasked); err != nil {
			return err
		}
		if err := f.fill(ctx, answer.leased); err != nil {
			return err
		}
		if open, err = f.wait(ctx, answer.held); err != nil {
			return err
		}
		if len(open) == 0 {
			return nil
		}
		if round == 0 {
			f.live.engine.counters.leaseWaits.Add(int64(len(open)))
		}
		if time.Now().After(deadline) {
			return f.uncached(ctx, open)
		}
		sleep(ctx, pause, nil)
		if err := ctx.Err(); err != nil {
			return f.keys.failed(open[0].index, err)
		}
		pause = min(2*pause, 20*time.Millisecond)
	}
	return nil
}

// named gives the led keys their names in the shared cache. Those that no row can have are landed.
func (f *fetching) named(ctx context.Context) (open []*flightOf, err error) {
	const roomForKey = 24
	name := make([]byte, 0, len(f.prefix)+roomForKey)
	var names strings.Builder
	names.Grow(len(f.led) * cap(name))
	open = make([]*flightOf, 0, len(f.led))
	var unnamed []*flightOf
	for i := range f.led {
		one := &f.led[i]
		if name, err = f.keys.appendName(append(name[:0], f.prefix...), one.index); err != nil {
			unnamed = append(unnamed, one)
			continue
		}
		begin := names.Len()
		names.Write(name)
		one.name = names.String()[begin:]
		open = append(open, one)
	}
	return open, f.uncached(ctx, unnamed)
}

// answer is what the shared cache said of the keys that it has no value for.
type answer struct {
	leased  []*flightOf // granted to this fetch
	held    []*flightOf // somebody else has the lease
	unasked []*flightOf // could not be asked for
}

// ask reads keys from the shared cache and lands those that it has.
func (f *fetching) ask(ctx context.Context, open []*flightOf) (answer, error) {
	names := make([]string, len(open))
	for i, one := range open {
		names[i] = one.name
	}
	settings := &f.live.engine.settings
	timed, cancel := context.WithTimeout(ctx, settings.cacheTimeout)
	defer cancel()
	results, err := settings.shared.Get(timed, names, f.cached.lease)
	if err != nil {
		return answer{}, err
	}
	// Between the question, or what was waited for before it, and the answer, the cache may have become another one.
	trusted := f.fresh(time.Now()) || mutant.Active(mutant.AnswersTrusted)
	var sorted answer
	var unusable []string
	hits := 0
	for i, one := range open {
		one.lease, one.held = results[i].Lease, results[i].Held
		switch result := results[i]; {
		case result.Lease == "" && !trusted:
			sorted.unasked = append(sorted.unasked, one)
		case result.Value != nil:
			if found, size, ok := f.decode(ctx, one.name, result.Value); ok {
				hits++
				f.land(one, found, true, 2*size+entryOverhead)
				continue
			}
			unusable = append(unusable, one.name)
			sorted.held = append(sorted.held, one) // asked for again, once it is gone
		case result.Lease != "":
			f.leased(one)
			sorted.leased = append(sorted.leased, one)
		case result.Held != "":
			sorted.held = append(sorted.held, one)
		default:
			sorted.unasked = append(sorted.unasked, one)
		}
	}
	f.live.engine.counters.sharedHits.Add(int64(hits))
	if len(unusable) == 0 {
		return sorted, nil
	}
	if err := settings.shared.Kill(timed, unusable); err != nil {
		f.live.sharedFailed(ctx, err)
	}
	return sorted, nil
}

// wait joins the loads of this process whose leases were just seen, and returns what others load.
func (f *fetching) wait(ctx context.Context, held []*flightOf) (others []*flightOf, err error) {
	for _, one := range held {
		flight, ok := f.leases.Load(one.held)
		if !ok {
			others = append(others, one)
			continue
		}
		if err := wait(ctx, flight.(*local.Flight).Done); err != nil {
			return nil, f.keys.failed(one.index, err)
		}
		found, err := flight.(*local.Flight).Result()
		if err != nil {
			others = append(others, one)
			continue
		}
		f.live.engine.counters.leaseWaits.Add(1)
		f.land(one, found.(*entry), false, 0)
	}
	return others, nil
}

// decode reads a value. Anything odd is a miss.
func (f *fetching) decode(ctx context.Context, name string, value []byte) (*entry, int, bool) {
	found, size, err := f.read(name, value)
	if err != nil {
		f.live.engine.counters.corrupt.Add(1)
		f.live.engine.logger.WarnContext(ctx, "denorm: a value of the shared cache is not usable, and counts as a miss",
			"collection", f.collection, "error", err)
	}
	return found, size, found != nil
}

// read reads a frame, and returns nil for one from before all documents of the collection changed.
func (c *cached) read(name string, value []byte) (found *entry, size int, err error) {
	framed, err := readFrame(value, name, c.shape, c.codec.id())
	if err != nil {
		return nil, 0, err
	}
	if !c.live.known.Load().current(c.collection, framed.version) {
		return nil, 0, nil
	}
	found = &entry{version: framed.version}
	if framed.absent {
		return found, 0, nil
	}
	if found.doc, err = c.codec.decode(framed.body); err != nil {
		return nil, 0, fmt.Errorf("decode the document: %w", err)
	}
	return found, len(framed.body), nil
}

// fill loads documents whose leases were granted and offers them to the shared cache. The local tier keeps what
// that accepts.
func (f *fetching) fill(ctx context.Context, leased []*flightOf) error {
	if len(leased) == 0 {
		return nil
	}
	settings, counters := &f.live.engine.settings, &f.live.engine.counters
	counters.misses.Add(int64(len(leased)))
	documents, err := f.load(ctx, leased)
	if err != nil {
		f.giveBack(ctx, leased)
		return err
	}
	if mutant.Active(mutant.LeaseBeforeLoad) {
		f.leaseAfterLoad(ctx, leased)
	}
	fills := make([]Fill, len(leased))
	for i, one := range leased {
		fills[i] = Fill{Key: one.name, Lease: one.lease, TTL: jittered(settings.cacheTTL)}
		if document := documents[i]; document.keep {
			fills[i].Value = appendFrame(nil, frame{
				key: one.name, shape: f.shape, codec: f.codec.id(), version: document.entry.version,
				absent: document.entry.doc == nil, body: document.bytes,
			})
		}
	}
	timed, cancel := context.WithTimeout(ctx, settings.cacheTimeout)
	defer cancel()
	accepted, err := settings.shared.Fill(timed, fills)
	if err != nil {
		f.live.sharedFailed(ctx, err)
		accepted = make([]bool, len(fills))
	}
	for i, one := range leased {
		keep := documents[i].keep && (accepted[i] || mutant.Active(mutant.LocalAfterFill))
		if documents[i].keep && !accepted[i] {
			counters.refused.Add(1)
		}
		f.land(one, documents[i].entry, keep, documents[i].weight())
	}
	return nil
}

// leaseAfterLoad takes leases again that do not stand any more, in a test build only.
func (f *fetching) leaseAfterLoad(ctx context.Context, leased []*flightOf) {
	settings := &f.live.engine.settings
	for _, one := range leased {
		results, err := settings.shared.Get(ctx, []string{one.name}, f.cached.lease)
		if err == nil && results[0].Lease != "" {
			one.lease = results[0].Lease
		}
	}
}

// giveBack ends leases that will not be used. If it fails they end by themselves.
func (f *fetching) giveBack(ctx context.Context, leased []*flightOf) {
	fills := make([]Fill, len(leased))
	for i, one := range leased {
		fills[i] = Fill{Key: one.name, Lease: one.lease, TTL: time.Second}
	}
	timed, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.live.engine.settings.cacheTimeout)
	defer cancel()
	if _, err := f.live.engine.settings.shared.Fill(timed, fills); err != nil {
		f.live.sharedFailed(ctx, err)
	}
}

// uncached lands flights with documents from the database that nothing may keep.
func (f *fetching) uncached(ctx context.Context, flights []*flightOf) error {
	if len(flights) == 0 {
		return nil
	}
	if err := f.direct(ctx, indexesOf(flights)); err != nil {
		return err
	}
	for _, one := range flights {
		f.land(one, f.entries[one.index], false, 0)
	}
	return nil
}

// jittered shortens a time by up to a tenth, so that what was stored together does not end together.
func jittered(d time.Duration) time.Duration {
	return max(d-time.Duration(rand.Int64N(int64(d)/10+1)), time.Millisecond)
}

// sharedFailed makes readers leave the shared cache alone until its follower finds that it answers again.
func (l *live) sharedFailed(ctx context.Context, err error) {
	l.engine.counters.cacheErrors.Add(1)
	if ctx.Err() != nil {
		return // it was the caller who stopped
	}
	if !l.sharedDown.Swap(true) {
		l.engine.logger.WarnContext(ctx, "denorm: the shared cache failed; documents are read from the database until it answers",
			"error", err)
	}
}
