package denorm

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/jsonequal"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// verifier compares one collection in one store.
type verifier struct {
	place    verifyPlace
	live     *live
	options  *verifyOptions
	found    Verified
	suspects map[string]*suspect // by key
}

// suspect is a document that differed when it was looked at last.
type suspect struct {
	first time.Time      // when it was found to differ from what it still should be
	seen  time.Time      // when it differed first
	head  relay.Position // of the feed when it differed first
	fresh []byte         // what it should be
	what  Difference
}

const (
	// verifyBatch is how many documents are loaded at a time.
	verifyBatch = 500
	// mostSuspects is how many documents may differ until they are looked at again before any others.
	mostSuspects = 1000
	// mostDifferences is how many a result shows, and stopAfter after how many no more are looked for.
	mostDifferences = 20
	stopAfter       = 1000
)

func (v *verifier) run(ctx context.Context) error {
	why, err := v.place.store.skips(ctx)
	if err != nil {
		return err
	}
	if why != "" {
		v.found.Skipped = why
		return nil
	}
	v.suspects = map[string]*suspect{}
	if v.options.sample > 0 {
		err = v.some(ctx)
	} else {
		err = v.everything(ctx)
	}
	if err == nil {
		err = v.settle(ctx)
	}
	v.report()
	return err
}

func (v *verifier) report() {
	if v.options.progress != nil {
		v.options.progress(v.found)
	}
}

// some compares documents picked by chance: of those that there are, and of those that the store has.
func (v *verifier) some(ctx context.Context) error {
	keys, err := v.place.source.sample(ctx, v.options.sample)
	if err != nil {
		return err
	}
	held, err := v.sampleStore(ctx)
	if err != nil {
		return err
	}
	slices.Sort(keys)
	slices.Sort(held)
	extra := slices.DeleteFunc(held, func(key string) bool {
		_, picked := slices.BinarySearch(keys, key)
		return picked
	})
	for chunk := range slices.Chunk(append(keys, extra...), verifyBatch) {
		if err := v.compareKeys(ctx, chunk); err != nil || v.found.Stopped {
			return err
		}
	}
	return nil
}

// sampleStore picks keys of the store, each with the same chance. (Vitter, Random Sampling with a Reservoir, 1985.)
func (v *verifier) sampleStore(ctx context.Context) ([]string, error) {
	var picked []string
	seen := 0
	for after := ""; ; {
		keys, err := v.place.store.list(ctx, after, maxBatch)
		if errors.Is(err, errors.ErrUnsupported) {
			return nil, nil
		}
		if err != nil || len(keys) == 0 {
			return picked, err
		}
		for _, key := range keys {
			seen++
			if len(picked) < v.options.sample {
				picked = append(picked, key)
			} else if at := rand.IntN(seen); at < len(picked) {
				picked[at] = key
			}
		}
		after = keys[len(keys)-1]
	}
}

// everything compares all documents, and then looks for those that the store holds and the database does not.
func (v *verifier) everything(ctx context.Context) error {
	for after, more := "", true; more && !v.found.Stopped; more = after != "" {
		head, err := v.live.head(ctx)
		if err != nil {
			return err
		}
		documents, next, err := v.place.source.walk(ctx, after, verifyBatch, head)
		if err != nil {
			return err
		}
		keys, fresh := make([]string, len(documents)), make([][]byte, len(documents))
		for i, document := range documents {
			keys[i], fresh[i] = document.Key, document.Body
		}
		if err := v.compare(ctx, keys, fresh, head); err != nil {
			return err
		}
		after = next
	}
	for after := ""; !v.found.Stopped; {
		keys, err := v.place.store.list(ctx, after, verifyBatch)
		if errors.Is(err, errors.ErrUnsupported) || err == nil && len(keys) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := v.gone(ctx, keys); err != nil {
			return err
		}
		after = keys[len(keys)-1]
	}
	return nil
}

// gone compares those of some keys that the database does not have; all others were compared.
func (v *verifier) gone(ctx context.Context, keys []string) error {
	fresh, head, err := v.build(ctx, keys)
	if err != nil {
		return err
	}
	var absent []string
	for i, key := range keys {
		if fresh[i] == nil {
			absent = append(absent, key)
		}
	}
	return v.compare(ctx, absent, make([][]byte, len(absent)), head)
}

// compareKeys loads documents and compares them.
func (v *verifier) compareKeys(ctx context.Context, keys []string) error {
	fresh, head, err := v.build(ctx, keys)
	if err != nil {
		return err
	}
	return v.compare(ctx, keys, fresh, head)
}

// compare looks at documents for the first time. Those that differ are suspects.
func (v *verifier) compare(ctx context.Context, keys []string, fresh [][]byte, head relay.Position) error {
	if len(keys) == 0 {
		return nil
	}
	held, err := v.place.store.read(ctx, keys)
	if err != nil {
		return err
	}
	now := time.Now()
	for i, key := range keys {
		if !held[i].held && !v.place.store.complete() {
			continue
		}
		if held[i].held || fresh[i] != nil {
			v.found.Compared++
		}
		if what, differs := v.difference(key, fresh[i], held[i]); differs {
			v.suspects[key] = &suspect{first: now, seen: now, head: head, fresh: fresh[i], what: what}
		}
	}
	if len(v.suspects) >= mostSuspects {
		err = v.settle(ctx)
	}
	v.report()
	return err
}

// difference compares a document in the store with what it should be.
func (v *verifier) difference(key string, fresh []byte, held heldDocument) (Difference, bool) {
	what := Difference{Key: key, Version: held.version, Missing: held.body == nil, Gone: fresh == nil}
	switch {
	case fresh == nil && held.body == nil:
		return what, false
	case fresh == nil || held.body == nil:
		return what, !what.Missing || v.place.store.complete() || held.held
	case bytes.Equal(fresh, held.body):
		return what, false
	}
	path, err := jsonequal.Difference(fresh, held.body, v.place.store.fields())
	if err != nil {
		path = "$" // what the store holds is no JSON
	}
	what.Path = path
	return what, path != ""
}

// settle looks at suspects again until each is what it should be, or has differed for long enough.
func (v *verifier) settle(ctx context.Context) error {
	for pause := 20 * time.Millisecond; len(v.suspects) > 0; pause = min(2*pause, time.Second) {
		if sleep(ctx, min(pause, v.options.wait), nil); ctx.Err() != nil {
			return ctx.Err()
		}
		keys := make([]string, 0, len(v.suspects))
		for key := range v.suspects {
			keys = append(keys, key)
		}
		for chunk := range slices.Chunk(keys, verifyBatch) {
			if err := v.again(ctx, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// again looks at suspects once more.
func (v *verifier) again(ctx context.Context, keys []string) error {
	fresh, _, err := v.build(ctx, keys)
	if err != nil {
		return err
	}
	held, err := v.place.store.read(ctx, keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		one := v.suspects[key]
		what, differs := v.difference(key, fresh[i], held[i])
		now := time.Now()
		if differs && !bytes.Equal(one.fresh, fresh[i]) {
			one.first, one.fresh = now, fresh[i]
		}
		one.what = what
		const patience = 3 // times as long as for one that does not change
		switch {
		case !differs:
			delete(v.suspects, key)
		case now.Sub(one.first) >= v.options.wait:
			delete(v.suspects, key)
			if err := v.convict(ctx, one); err != nil {
				return err
			}
		case now.Sub(one.seen) >= patience*v.options.wait:
			delete(v.suspects, key)
			v.found.Moving++
		}
	}
	return nil
}

// convict counts a document that differs, unless the store has not come to what it should show.
func (v *verifier) convict(ctx context.Context, one *suspect) error {
	reached, err := v.place.store.reached(ctx, one.head)
	if err != nil {
		return err
	}
	if !reached {
		v.found.Behind++
		return nil
	}
	v.found.Differing++
	v.found.Stopped = v.found.Differing >= stopAfter
	if len(v.found.Differences) < mostDifferences {
		v.found.Differences = append(v.found.Differences, one.what)
	}
	return nil
}

// build builds documents anew. They show all of the feed up to its end.
func (v *verifier) build(ctx context.Context, keys []string) (fresh [][]byte, head relay.Position, err error) {
	if head, err = v.live.head(ctx); err != nil {
		return nil, head, err
	}
	fresh, err = v.place.source.documents(ctx, keys, head)
	return fresh, head, err
}
