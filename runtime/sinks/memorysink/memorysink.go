// Package memorysink is a denorm.Sink in the memory of one process, for tests and as an example: a whole sink, and faults
// like those of a real store.
package memorysink

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Sink is a denorm.Sink. All methods may be called concurrently. It never forgets the version of what was deleted.
type Sink struct {
	mu        sync.Mutex
	documents map[string]map[string]*document // by place and key
	served    map[string]string               // places by collection, of a sink that swaps

	down     error
	delay    time.Duration
	maxBytes int
	refuse   func(key string) error
}

var _ denorm.Sink = (*Sink)(nil)

// document is what is stored of a key: without fields it is gone, but for its version.
type document struct {
	version denorm.Version
	fields  map[string]json.RawMessage
}

// New makes an empty sink.
func New() *Sink { return &Sink{documents: map[string]map[string]*document{}} }

// place is where a target's documents are.
func (s *Sink) place(target *denorm.SinkTarget) string {
	if s.served == nil {
		return target.Collection
	}
	return target.Collection + "@" + target.Shape
}

// Put implements denorm.Sink.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return s.write(ctx, target, documents)
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return s.write(ctx, target, documents)
}

func (s *Sink) write(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	failed := map[string]error{}
	for _, document := range documents {
		if err := s.store(target, document); err != nil {
			failed[document.Key] = err
		}
	}
	if len(failed) > 0 {
		return &denorm.SinkError{Documents: failed}
	}
	return nil
}

// store writes one document over an older one. Fields that are not the engine's stay as long as there is a document.
func (s *Sink) store(target *denorm.SinkTarget, fresh denorm.SinkDocument) error {
	if fresh.Body != nil && s.refuse != nil {
		if err := s.refuse(fresh.Key); err != nil {
			return err
		}
	}
	if s.maxBytes > 0 && len(fresh.Body) > s.maxBytes {
		return fmt.Errorf("%w: it has %d bytes, and %d are allowed", denorm.ErrTooLarge, len(fresh.Body), s.maxBytes)
	}
	fields := map[string]json.RawMessage(nil)
	if fresh.Body != nil {
		if err := json.Unmarshal(fresh.Body, &fields); err != nil {
			return fmt.Errorf("read the document: %w", err)
		}
	}
	place := s.place(target)
	collection := s.documents[place]
	if collection == nil {
		collection = map[string]*document{}
		s.documents[place] = collection
	}
	before := collection[fresh.Key]
	if before == nil {
		before = &document{}
		collection[fresh.Key] = before
	} else if fresh.Version.Compare(before.version) <= 0 {
		return nil
	}
	if fields != nil {
		for name, value := range before.fields {
			if _, ours := slices.BinarySearch(target.Fields, name); !ours {
				fields[name] = value
			}
		}
	}
	before.version, before.fields = fresh.Version, fields
	return nil
}

// Keys implements denorm.Sink.
func (s *Sink) Keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []denorm.SinkDocument
	for key, document := range s.documents[s.place(target)] {
		if key > after && document.fields != nil {
			list = append(list, denorm.SinkDocument{Key: key, Version: document.version})
		}
	}
	slices.SortFunc(list, func(a, b denorm.SinkDocument) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return list[:min(limit, len(list))], nil
}

// Get implements denorm.Sink.
func (s *Sink) Get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]denorm.SinkDocument, len(keys))
	for i, key := range keys {
		list[i].Key = key
		document := s.documents[s.place(target)][key]
		if document == nil {
			continue
		}
		list[i].Version = document.version
		if document.fields != nil {
			body, err := json.Marshal(document.fields)
			if err != nil {
				return nil, fmt.Errorf("write the document: %w", err)
			}
			list[i].Body = body
		}
	}
	return list, nil
}

// wait is how long a call takes, and whether it can be made at all.
func (s *Sink) wait(ctx context.Context) error {
	s.mu.Lock()
	down, delay := s.down, s.delay
	s.mu.Unlock()
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory sink: %w", err)
	}
	return down
}
