package redissink

import (
	"context"
	"fmt"
	"slices"

	denorm "github.com/denormgen/denormgen/runtime"
)

// mostListed is how many keys one script lists: Lua takes no more than some thousand arguments.
const mostListed = 1000

// Keys implements denorm.Sink, in the order of the keys' bytes. It returns no bodies, and at most 1,000 documents.
func (s *Sink) Keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	at := s.placeOf(target.Collection)
	return run(ctx, "list keys", func(ctx context.Context) ([]denorm.SinkDocument, error) {
		if limit <= 0 {
			return nil, nil
		}
		// A script is asked of the master, also where the client reads from replicas, and sees one state.
		c := &call{keys: []string{at.versions, at.keys}, args: []any{"(" + after, min(limit, mostListed)}}
		if err := s.lists.run(ctx, s.client, []*call{c}); err != nil {
			return nil, err
		}
		answer, err := c.answer.StringSlice()
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
		}
		list := make([]denorm.SinkDocument, 0, len(answer)/2)
		for pair := range slices.Chunk(answer, 2) {
			version, err := readVersion(pair[1])
			if err != nil {
				return nil, err
			}
			list = append(list, denorm.SinkDocument{Key: pair[0], Version: version})
		}
		return list, nil
	})
}

// scriptReads is how many documents one script reads.
const scriptReads = 100

// Get implements denorm.Sink.
func (s *Sink) Get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	at := s.placeOf(target.Collection)
	return run(ctx, fmt.Sprintf("get %d documents", len(keys)), func(ctx context.Context) ([]denorm.SinkDocument, error) {
		if len(keys) == 0 {
			return nil, nil
		}
		var calls []*call
		for some := range slices.Chunk(keys, scriptReads) {
			c := &call{keys: []string{at.versions}}
			for _, key := range some {
				c.keys = append(c.keys, at.documents+key)
			}
			calls = append(calls, c)
		}
		if err := s.gets.run(ctx, s.client, calls); err != nil {
			return nil, err
		}
		list := make([]denorm.SinkDocument, 0, len(keys))
		for _, c := range calls {
			answer, err := c.answer.StringSlice()
			if err != nil {
				return nil, fmt.Errorf("read the answer: %w", err)
			}
			for pair := range slices.Chunk(answer, 2) {
				document := denorm.SinkDocument{Key: keys[len(list)]}
				if document.Version, err = readVersion(pair[0]); err != nil {
					return nil, err
				}
				if pair[1] != "" {
					document.Body = []byte(pair[1])
				}
				list = append(list, document)
			}
		}
		return list, nil
	})
}
