package memcachedsink

import (
	"context"
	"errors"
	"fmt"
	"slices"

	denorm "github.com/denormgen/denormgen/runtime"
)

// readTogether is how many items are asked for in one request.
const readTogether = 50

// Keys implements denorm.Sink: memcached cannot list keys.
func (s *Sink) Keys(context.Context, *denorm.SinkTarget, string, int) ([]denorm.SinkDocument, error) {
	return nil, fmt.Errorf("memcached sink: list keys: %w", errors.ErrUnsupported)
}

// Get implements denorm.Sink.
func (s *Sink) Get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	list := make([]denorm.SinkDocument, len(keys))
	chunks := chunksOf(list)
	collection := target.Collection
	for i, key := range keys {
		list[i].Key = key
	}
	err := s.run(ctx, fmt.Sprintf("get %d documents", len(keys)), len(chunks), func(_ context.Context, part int) error {
		chunk := chunks[part]
		items := make([]string, len(chunk))
		for i := range chunk {
			items[i] = s.itemKey(collection, chunk[i].Key)
		}
		found, err := s.client.GetMulti(items)
		if err != nil {
			return withoutKeys(err)
		}
		for i := range chunk {
			item := found[items[i]]
			if item == nil {
				continue
			}
			if state, ok := readItem(item.Value); ok {
				chunk[i].Version, chunk[i].Body = state.version, state.body
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// chunksOf cuts documents up into requests.
func chunksOf(documents []denorm.SinkDocument) [][]denorm.SinkDocument {
	return slices.Collect(slices.Chunk(documents, readTogether))
}
