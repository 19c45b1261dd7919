package denorm

import (
	"context"
	"time"
)

// Tidy does what Run does from time to time.
func Tidy(ctx context.Context, e *Engine) { e.live.Load().tidy(ctx) }

// Notice makes the consumer that is the shared cache look at that, and readers trust the cache then, as those do who
// had seen that it is fresh before.
func Notice(ctx context.Context, e *Engine) error {
	l := e.live.Load()
	f := l.followers[0]
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.position()
	_, err := f.consumer.Position(ctx)
	l.shared.Advance(at)
	l.shared.Prove(time.Now(), at)
	return err
}
