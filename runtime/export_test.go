package denorm

import "context"

// Tidy does what Run does from time to time.
func Tidy(ctx context.Context, e *Engine) { e.live.Load().tidy(ctx) }
