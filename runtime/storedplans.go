package denorm

import (
	"context"
	"fmt"
	"sync"

	"github.com/denormgen/denormgen/runtime/capture"
)

// storedPlans are the plans of all programs on the database, as of a version.
type storedPlans struct {
	mu      sync.Mutex
	plans   []capture.Plan
	version int64
	read    bool
}

// stored returns the plans that are stored now.
func (l *live) stored(ctx context.Context) ([]capture.Plan, error) {
	poll, err := l.feed.Poll(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the version of the stored plans: %w", err)
	}
	s := &l.plans
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read && s.version == poll.Plans {
		return s.plans, nil
	}
	stored, err := capture.Plans(ctx, l.engine.db)
	if err != nil {
		return nil, fmt.Errorf("read the stored plans: %w", err)
	}
	plans := make([]capture.Plan, len(stored))
	for i, one := range stored {
		plans[i] = one.Plan
	}
	s.plans, s.version, s.read = plans, poll.Plans, true
	return plans, nil
}
