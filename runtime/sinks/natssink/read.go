package natssink

import (
	"context"
	"fmt"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Get implements denorm.Sink. Of a stream with replicas it may return what was there a moment ago.
func (s *Sink) Get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	return run(ctx, fmt.Sprintf("get %d documents", len(keys)), func(ctx context.Context) ([]denorm.SinkDocument, error) {
		p, err := s.placeOf(target)
		if err != nil {
			return nil, err
		}
		subjects := make([]string, len(keys))
		for i, key := range keys {
			subjects[i] = p.subject(key)
		}
		found, err := s.last(ctx, p, subjects)
		if err != nil {
			return nil, err
		}
		list := make([]denorm.SinkDocument, len(keys))
		for i, subject := range subjects {
			list[i] = found[subject].document
			list[i].Key = keys[i]
		}
		return list, nil
	})
}
