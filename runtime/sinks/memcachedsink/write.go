package memcachedsink

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"

	denorm "github.com/denormgen/denormgen/runtime"
)

// tombstoneLife is twice what is asked of a sink, in seconds.
const tombstoneLife = int32(2 * time.Hour / time.Second)

// Put implements denorm.Sink. Documents above MaxBytes are denorm.ErrTooLarge.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	failed := &failures{documents: map[string]error{}}
	fits := make([]denorm.SinkDocument, 0, len(documents))
	for _, document := range documents {
		if n := len(document.Body); n > s.maxBytes {
			failed.add(document.Key, fmt.Errorf("%w: it has %d bytes, and %d are allowed", denorm.ErrTooLarge, n, s.maxBytes))
			continue
		}
		fits = append(fits, document)
	}
	return s.write(ctx, "put", target, fits, failed)
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	gone := make([]denorm.SinkDocument, len(documents))
	for i, document := range documents {
		gone[i] = denorm.SinkDocument{Key: document.Key, Version: document.Version}
	}
	return s.write(ctx, "delete", target, gone, &failures{documents: map[string]error{}})
}

// failures are the errors of single documents.
type failures struct {
	mu        sync.Mutex
	documents map[string]error
}

func (f *failures) add(key string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.documents[key] = err
}

// write writes documents, and deletes those without a body. First it reads what is there, some at a time, and then writes
// each over exactly that.
func (s *Sink) write(ctx context.Context, doing string, target *denorm.SinkTarget, documents []denorm.SinkDocument, failed *failures) error {
	chunks := chunksOf(documents)
	collection := target.Collection
	found := make([]map[string]*memcache.Item, len(chunks))
	doing = fmt.Sprintf("%s %d documents", doing, len(documents))
	err := s.run(ctx, doing, len(chunks), func(_ context.Context, part int) (err error) {
		keys := make([]string, len(chunks[part]))
		for i, document := range chunks[part] {
			keys[i] = s.itemKey(collection, document.Key)
		}
		found[part], err = s.client.GetMulti(keys)
		for _, item := range found[part] {
			item.Value = versionOf(item.Value)
		}
		return withoutKeys(err)
	})
	if err != nil {
		return err
	}
	err = s.run(ctx, doing, len(documents), func(ctx context.Context, n int) error {
		document := documents[n]
		key := s.itemKey(collection, document.Key)
		err := s.store(ctx, key, found[n/readTogether][key], document)
		if err := ofDocument(err); err != nil {
			failed.add(document.Key, err)
			return nil
		}
		return withoutKeys(err)
	})
	if err != nil {
		return err
	}
	if len(failed.documents) > 0 {
		return &denorm.SinkError{Documents: failed.documents}
	}
	return nil
}

var errNoCAS = errors.New("the server does not number what it stores (-C), so that nothing can be written over exactly what was read")

// store writes one document over an item that was read, nil for none, or over the one that has come in its place
// meanwhile, as long as that is older.
func (s *Sink) store(ctx context.Context, key string, before *memcache.Item, document denorm.SinkDocument) error {
	value, expiration := itemValue(document), s.ttl
	if len(document.Body) == 0 {
		expiration = tombstoneLife
	}
	for {
		item := &memcache.Item{Key: key, Value: value, Expiration: expiration}
		write := s.client.Add
		if before != nil {
			if before.CasID == 0 {
				return errNoCAS
			}
			if _, version, ok := cutVersion(before.Value); ok && document.Version.Compare(version) <= 0 {
				return nil
			}
			item.CasID, write = before.CasID, s.client.CompareAndSwap
		}
		err := write(item)
		if !errors.Is(err, memcache.ErrNotStored) && !errors.Is(err, memcache.ErrCASConflict) && !errors.Is(err, memcache.ErrCacheMiss) {
			return err
		}
		// Somebody else has written it, or it is gone.
		if err := ctx.Err(); err != nil {
			return err
		}
		if before, err = s.client.Get(key); errors.Is(err, memcache.ErrCacheMiss) {
			before = nil
		} else if err != nil {
			return err
		}
	}
}

// ofDocument is what a server has against one document, nil where the error is another.
func ofDocument(err error) error {
	if err == nil {
		return nil
	}
	switch text := err.Error(); {
	case strings.Contains(text, "SERVER_ERROR object too large"):
		return fmt.Errorf("%w: the server allows no item of its size (-I)", denorm.ErrTooLarge)
	case strings.Contains(text, "SERVER_ERROR out of memory"):
		return errors.New("the server has no memory for an item of its size")
	}
	return nil
}
