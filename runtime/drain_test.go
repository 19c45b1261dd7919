package denorm_test

import (
	"context"
	"errors"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memorysink"
)

// failing is a sink whose next writes fail.
type failing struct {
	*memorysink.Sink
	left int
	last func() // called by the last of them
}

var errFailing = errors.New("the sink fails")

func (s *failing) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	if s.left > 0 {
		if s.left--; s.left == 0 && s.last != nil {
			s.last()
		}
		return errFailing
	}
	return s.Sink.Put(ctx, target, documents)
}

// TestDrainTriesAgain does what fails now and then, and says what keeps failing.
func TestDrainTriesAgain(t *testing.T) {
	w := newWorld(t)
	sink := &failing{Sink: memorysink.New()}
	p := w.process(denorm.WithSink("store", sink, denorm.SinkCollections("books")))
	for _, step := range []struct {
		failures int
		want     error
	}{{1, nil}, {2, nil}, {3, errFailing}} {
		sink.left = step.failures
		w.exec("UPDATE books SET title = title || '.' WHERE id = 1")
		if err := p.engine.Drain(t.Context()); !errors.Is(err, step.want) {
			t.Errorf("after %d failures Drain returned %v, want %v", step.failures, err, step.want)
		}
		p.drain()
		p.wantAllSunk(w, sink.Sink)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sink.left, sink.last = 2, cancel
	w.exec("UPDATE books SET title = title || '.' WHERE id = 1")
	if err := p.engine.Drain(ctx); !errors.Is(err, errFailing) || !errors.Is(err, context.Canceled) {
		t.Errorf("when the context ends Drain returned %v", err)
	}
}
