package coherence

import (
	"context"
	"errors"
	"hash/fnv"
	"sync/atomic"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// moody is a sink that fails, refuses documents or takes its time.
type moody struct {
	*sqlsink.Sink
	down   atomic.Bool
	refuse atomic.Int32 // documents of this part of all, 0 for none
	delay  atomic.Int64 // nanoseconds
}

const parts = 5

var (
	errDown    = errors.New("the sink is down")
	errRefused = errors.New("the sink refuses the document")
)

func (m *moody) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	if err := m.wait(ctx); err != nil {
		return err
	}
	failed := map[string]error{}
	var taken []denorm.SinkDocument
	for _, document := range documents {
		hash := fnv.New32()
		hash.Write([]byte(document.Key))
		if int32(hash.Sum32()%parts)+1 == m.refuse.Load() {
			failed[document.Key] = errRefused
		} else {
			taken = append(taken, document)
		}
	}
	if err := m.Sink.Put(ctx, target, taken); err != nil || len(failed) == 0 {
		return err
	}
	return &denorm.SinkError{Documents: failed}
}

func (m *moody) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	if err := m.wait(ctx); err != nil {
		return err
	}
	return m.Sink.Delete(ctx, target, documents)
}

func (m *moody) Keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	if err := m.wait(ctx); err != nil {
		return nil, err
	}
	return m.Sink.Keys(ctx, target, after, limit)
}

func (m *moody) wait(ctx context.Context) error {
	if m.down.Load() {
		return errDown
	}
	if d := time.Duration(m.delay.Load()); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
	return nil
}
