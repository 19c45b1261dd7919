package denorm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verification is what Engine.Verify found, a row for each collection in each store.
type Verification struct {
	Stores []Verified
	Took   time.Duration
}

// Differing is how many documents differ in all stores.
func (v *Verification) Differing() int {
	n := 0
	for i := range v.Stores {
		n += v.Stores[i].Differing
	}
	return n
}

// Verified says how the documents of a collection in one store compare with what the database says.
type Verified struct {
	// Store is "local cache", "shared cache" or the name of a sink.
	Store, Collection string
	// Compared are the documents that the store holds and, of a sink, those that it lacks.
	Compared int
	// Differing are those that are not what they should be, and stayed so while nothing of them changed for the time of
	// VerifyWait. Since is when the first of the verifications was begun that have found some, one after the other, in
	// this process; zero where there are none.
	Differing int
	Since     time.Time
	// Behind differ as well, but the sink has not come as far yet as the feed was when the first look was taken; Moving
	// changed all the time and could not be judged.
	Behind, Moving int
	// Stopped tells that so many differ that the rest was not compared.
	Stopped bool
	// Skipped is why nothing was compared, "" if something was.
	Skipped string
	// Differences are the first of those that differ, up to 20.
	Differences []Difference
}

// Difference is a document that is not what it should be. Its key and path are for people who look after the data, and
// belong into no log.
type Difference struct {
	Key string
	// Path is where it differs first, as in $.authors[2].name; "" where it is missing in the store, or not there any more
	// in the database.
	Path    string
	Missing bool    // the store lacks it
	Gone    bool    // the database lacks it
	Version Version // of what the store holds
}

// VerifyOption says what Engine.Verify does.
type VerifyOption func(*verifyOptions)

type verifyOptions struct {
	collections, stores []string
	sample              int
	wait                time.Duration
	progress            func(Verified)
}

// VerifyCollections names the collections that are compared; by default all are.
func VerifyCollections(names ...string) VerifyOption {
	return func(o *verifyOptions) { o.collections = append(o.collections, names...) }
}

// VerifyStores names what is compared: "local cache", "shared cache" and sinks; by default all are.
func VerifyStores(names ...string) VerifyOption {
	return func(o *verifyOptions) { o.stores = append(o.stores, names...) }
}

// VerifySample compares up to n documents of each collection, picked by chance, and as many of those that a sink holds;
// by default, and with 0, all are compared. To pick some, the database reads all keys, and so does a sink.
func VerifySample(n int) VerifyOption {
	return func(o *verifyOptions) { o.sample = n }
}

// VerifyWait is for how long a document has to differ while nothing of it changes, by default 10 seconds, which should not
// be less than MaxStaleness: what is in flight arrives meanwhile.
func VerifyWait(d time.Duration) VerifyOption {
	return func(o *verifyOptions) { o.wait = d }
}

// VerifyReports calls a function now and then, with what was found of a store and a collection so far, from the goroutine
// of Engine.Verify.
func VerifyReports(report func(Verified)) VerifyOption {
	return func(o *verifyOptions) { o.progress = report }
}

// The stores that are no sinks.
const (
	localStore  = "local cache"
	sharedStore = "shared cache"
)

// Verify compares what caches and sinks hold with documents that it builds anew, while writes go on. It changes nothing.
// Caches are seen as readers of this process see them, and so only while Engine.Run runs here. What differs is part of
// the result and no error.
func (e *Engine) Verify(ctx context.Context, opts ...VerifyOption) (*Verification, error) {
	o := verifyOptions{wait: 10 * time.Second}
	for _, opt := range opts {
		opt(&o)
	}
	begun := time.Now()
	verification, err := e.verify(ctx, &o)
	if err != nil {
		return nil, fmt.Errorf("verify documents: %w", err)
	}
	verification.Took = time.Since(begun)
	e.verified.keep(verification, begun)
	return verification, nil
}

func (e *Engine) verify(ctx context.Context, o *verifyOptions) (*Verification, error) {
	l, err := e.installed()
	if err != nil {
		return nil, err
	}
	places, err := e.places(l, o)
	if err != nil {
		return nil, err
	}
	result := &Verification{}
	for _, place := range places {
		v := &verifier{place: place, live: l, options: o, found: Verified{Store: place.store.name(), Collection: place.collection}}
		if err := v.run(ctx); err != nil {
			return nil, fmt.Errorf("compare %s in %s: %w", place.collection, v.found.Store, err)
		}
		result.Stores = append(result.Stores, v.found)
	}
	return result, nil
}

// places are the collections in stores that the options name.
func (e *Engine) places(l *live, o *verifyOptions) ([]verifyPlace, error) {
	var all []verifyPlace
	stores, collections := []string{localStore, sharedStore}, []string{}
	e.mu.Lock()
	for name, registrations := range e.collections {
		source := registrations[0]
		collections = append(collections, name)
		all = append(all,
			verifyPlace{collection: name, source: source, store: cacheStore{localStore, source.here}},
			verifyPlace{collection: name, source: source, store: cacheStore{sharedStore, source.shared}})
	}
	e.mu.Unlock()
	for _, sink := range l.sinks {
		stores = append(stores, sink.settings.name)
		all = append(all, verifyPlace{collection: sink.target.Collection, source: sink.source, store: sinkStore{sink.sinkTarget}})
	}
	for _, name := range o.collections {
		if !slices.Contains(collections, name) {
			return nil, unknownName("collection", name, collections)
		}
	}
	for _, name := range o.stores {
		if !slices.Contains(stores, name) {
			return nil, unknownName("store", name, stores)
		}
	}
	all = slices.DeleteFunc(all, func(place verifyPlace) bool {
		return len(o.collections) > 0 && !slices.Contains(o.collections, place.collection) ||
			len(o.stores) > 0 && !slices.Contains(o.stores, place.store.name())
	})
	slices.SortFunc(all, func(a, b verifyPlace) int {
		return cmp.Or(slices.Index(stores, a.store.name())-slices.Index(stores, b.store.name()), strings.Compare(a.collection, b.collection))
	})
	return all, nil
}
