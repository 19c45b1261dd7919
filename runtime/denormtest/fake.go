package denormtest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"

	denorm "github.com/denormgen/denormgen/runtime"
)

// FakeCollection is a collection in memory with the methods of a generated accessor, so that it fits where a
// program's own small interface takes one. It is safe for concurrent use.
//
// Documents are in the order of their keys: numbers by value, text by its bytes, composite keys column by
// column. They are handed out as they were put, and shared like those out of a cache: what is given to Put must not
// be changed afterwards. There is no database: what a where= or a transform would leave out is not left out, and no
// context or queryer matters beyond its end.
type FakeCollection[K comparable, D any] struct {
	key func(*D) K

	mu      sync.Mutex
	entries []fakeEntry[K, D] // in key order
	events  []denorm.Event[K]
	moved   chan struct{} // closed by the next event
	err     error
}

type fakeEntry[K comparable, D any] struct {
	key     K
	doc     *D
	version denorm.Version
}

// Fake makes a collection of documents, whose keys a function tells. Of documents with one key the last counts.
//
//	books := denormtest.Fake(func(doc *models.BookDoc) int64 { return doc.ID }, &models.BookDoc{ID: 1, Title: "One"})
func Fake[K comparable, D any](key func(*D) K, docs ...*D) *FakeCollection[K, D] {
	f := &FakeCollection[K, D]{key: key, moved: make(chan struct{})}
	for _, doc := range docs {
		f.store(doc)
	}
	return f
}

// Put adds documents, or replaces those of the same keys, and tells who watches.
func (f *FakeCollection[K, D]) Put(docs ...*D) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, doc := range docs {
		f.tell(denorm.Event[K]{Key: f.key(doc)})
		f.store(doc)
	}
}

// Delete removes documents, where there are any, and tells who watches.
func (f *FakeCollection[K, D]) Delete(keys ...K) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range keys {
		if at, found := f.find(key); found {
			f.entries = slices.Delete(f.entries, at, at+1)
			f.tell(denorm.Event[K]{Key: key})
		}
	}
}

// SetError makes every method that can fail return an error that wraps err, until it is nil.
func (f *FakeCollection[K, D]) SetError(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	f.wake() // who watches is told as well
}

// Get returns one document, or denorm.ErrNotFound.
func (f *FakeCollection[K, D]) Get(ctx context.Context, key K) (*D, error) {
	entry, err := f.get(ctx, key)
	return entry.doc, err
}

// GetMany returns documents in the order asked, nil where there is none.
func (f *FakeCollection[K, D]) GetMany(ctx context.Context, keys []K) ([]*D, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failure(ctx); err != nil {
		return nil, err
	}
	docs := make([]*D, len(keys))
	for i, key := range keys {
		if at, found := f.find(key); found {
			docs[i] = f.entries[at].doc
		}
	}
	return docs, nil
}

// GetJSON returns one document as json.Marshal writes it, and the version at which it was put.
func (f *FakeCollection[K, D]) GetJSON(ctx context.Context, key K) ([]byte, denorm.Version, error) {
	entry, err := f.get(ctx, key)
	if err != nil {
		return nil, denorm.Version{}, err
	}
	text, err := json.Marshal(entry.doc)
	if err != nil {
		return nil, denorm.Version{}, f.loadError(nameOf(key), err)
	}
	return text, entry.version, nil
}

// Load does what GetMany does; the queryer may be nil.
func (f *FakeCollection[K, D]) Load(ctx context.Context, _ denorm.Queryer, keys ...K) ([]*D, error) {
	return f.GetMany(ctx, keys)
}

func (f *FakeCollection[K, D]) get(ctx context.Context, key K) (fakeEntry[K, D], error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failure(ctx); err != nil {
		return fakeEntry[K, D]{}, err
	}
	at, found := f.find(key)
	if !found {
		return fakeEntry[K, D]{}, f.loadError(nameOf(key), denorm.ErrNotFound)
	}
	return f.entries[at], nil
}

// store keeps a document. The caller holds the lock.
func (f *FakeCollection[K, D]) store(doc *D) {
	entry := fakeEntry[K, D]{key: f.key(doc), doc: doc, version: versionAt(len(f.events))}
	at, found := f.find(entry.key)
	if found {
		f.entries[at] = entry
		return
	}
	f.entries = slices.Insert(f.entries, at, entry)
}

func (f *FakeCollection[K, D]) find(key K) (at int, found bool) {
	return slices.BinarySearchFunc(f.entries, key, func(entry fakeEntry[K, D], key K) int {
		return compareKeys(entry.key, key)
	})
}

// failure is why nothing is returned. The caller holds the lock.
func (f *FakeCollection[K, D]) failure(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return f.loadError("", err)
	}
	if f.err != nil {
		return f.loadError("", f.err)
	}
	return nil
}

func (f *FakeCollection[K, D]) loadError(key string, err error) error {
	return &denorm.LoadError{Collection: fmt.Sprintf("fake of %T", *new(D)), Key: key, Err: err}
}

// nameOf is a key in an error.
func nameOf[K comparable](key K) string {
	if v := reflect.ValueOf(key); v.Kind() == reflect.String {
		return strconv.Quote(v.String())
	}
	return fmt.Sprint(key)
}
