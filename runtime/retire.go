package denorm

import (
	"context"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// retire removes the stored plans that no program has used for the lifetime of plans. What is captured for them
// alone goes with the next installation or repair: dropping it takes rights that this program may not have.
func (w *watched) retire(ctx context.Context) error {
	lifetime := w.engine.settings.planLifetime
	retired, err := capture.Retire(ctx, w.engine.db, w.backend.Dialect(), time.Now().Add(-lifetime))
	for _, plan := range retired {
		w.engine.logger.InfoContext(ctx, "denorm: a plan was retired: no program has used it for long", "collection", plan.Collection,
			"shape", plan.Shape, "application", plan.Application, "seen", plan.SeenAt, "lifetime", lifetime)
	}
	if len(retired) > 0 {
		if err := w.live.feed.PlansChanged(ctx); err != nil {
			return fmt.Errorf("tell that plans were retired: %w", err)
		}
	}
	if err != nil {
		return fmt.Errorf("retire plans: %w", err)
	}
	return nil
}
