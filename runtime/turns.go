package denorm

import (
	"context"
	"errors"
	"sync"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// build is a document that was made of many.
type build[D any] struct {
	doc    D
	absent bool
	guard  *guard // of what was read; nil where no handle leads to a replica
}

// turns lets one build of a document run at a time. Who asks while one runs shares the next one, which begins behind
// all that they have seen.
type turns[D any] struct {
	mu            sync.Mutex
	running, next *turn[D]
}

// turn is one build, and those who wait for it.
type turn[D any] struct {
	done chan struct{}
	made build[D]
	err  error
}

// take returns the document of a build that begins no earlier than the call.
func (t *turns[D]) take(ctx context.Context, do func(ctx context.Context) (build[D], error)) (build[D], error) {
	for {
		own, ahead := t.join()
		switch {
		case own == nil:
			if err := wait(ctx, ahead.done); err != nil {
				return build[D]{}, err
			}
			if !errors.Is(ahead.err, errAbandoned) {
				return ahead.made, ahead.err
			}
		case ahead == nil:
			return t.lead(ctx, own, do)
		default:
			if err := wait(ctx, ahead.done); err != nil {
				t.end(own, build[D]{}, errAbandoned)
				return build[D]{}, err
			}
			return t.lead(ctx, own, do)
		}
	}
}

// join returns the turn that the caller has to lead, and the one that ends ahead of it; or only one to wait for.
func (t *turns[D]) join() (own, ahead *turn[D]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.running == nil:
		t.running = &turn[D]{done: make(chan struct{})}
		return t.running, nil
	case mutant.Active(mutant.BuildInTurn):
		return nil, t.running
	case t.next == nil:
		t.next = &turn[D]{done: make(chan struct{})}
		return t.next, t.running
	default:
		return nil, t.next
	}
}

// lead builds. After the end of the leader's own context, or a panic of the user's code, those who wait try themselves.
func (t *turns[D]) lead(ctx context.Context, own *turn[D], do func(ctx context.Context) (build[D], error)) (made build[D], err error) {
	told := errAbandoned
	defer func() { t.end(own, made, told) }()
	if made, err = do(ctx); ctx.Err() == nil {
		told = err
	}
	return made, err
}

// end takes a turn out of sight, and tells those who wait.
func (t *turns[D]) end(own *turn[D], made build[D], err error) {
	t.mu.Lock()
	switch own {
	case t.running:
		t.running, t.next = t.next, nil
	case t.next:
		t.next = nil
	}
	t.mu.Unlock()
	own.made, own.err = made, err
	close(own.done)
}

// wait waits for a channel to be closed, or the context to end.
func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
