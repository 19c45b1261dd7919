package denorm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// watched is capture as it was last seen in place. It is guarded by live.polling.
type watched struct {
	live        *live
	engine      *Engine
	backend     capture.Backend
	plans       []capture.Plan // of this program
	layouts     []capture.Layout
	fingerprint capture.Fingerprint
}

// check makes sure that capture is in place, from time to time and if it was not since a time. Where it is not and
// cannot be repaired, the watermark stays where it is, and so readers go to the database.
func (l *live) check(ctx context.Context, since time.Time) {
	begun := time.Now()
	if mutant.Active(mutant.FingerprintCheck) {
		l.checked = begun
		return
	}
	if begun.Sub(l.checked) < l.checkEvery() && !l.checked.Before(since) {
		return
	}
	err := l.capture.intact(ctx)
	if err == nil {
		l.checked, l.uncheckable = begun, nil
		return
	}
	if ctx.Err() == nil && l.uncheckable == nil {
		l.engine.logger.WarnContext(ctx, "denorm: capture of changes is not known to be in place; documents are read from the database until it is",
			"error", err)
	}
	l.uncheckable = err
}

// intact compares captured tables and triggers with how they were, and mends what differs. What may have passed
// unseen meanwhile is in the log when it returns.
func (w *watched) intact(ctx context.Context) error {
	now, err := w.backend.Fingerprint(ctx, w.engine.db, w.layouts, w.fingerprint)
	if err != nil {
		return fmt.Errorf("look at captured tables: %w", err)
	}
	if !now.Equal(w.fingerprint) {
		return w.accept(ctx)
	}
	w.fingerprint = now
	return nil
}

// accept repairs what differs from what the stored plans need, and remembers the result.
func (w *watched) accept(ctx context.Context) error {
	const attempts = 5 // others may install at the same time
	for range attempts {
		plans, err := capture.Plans(ctx, w.engine.db)
		if err != nil {
			return fmt.Errorf("read the stored plans: %w", err)
		}
		all := make([]capture.Plan, len(plans))
		for i, stored := range plans {
			all[i] = stored.Plan
		}
		layouts := capture.Layouts(all)
		fingerprint, err := w.backend.Fingerprint(ctx, w.engine.db, layouts, capture.Fingerprint{})
		if err != nil {
			return fmt.Errorf("look at captured tables: %w", err)
		}
		result, err := capture.Repair(ctx, w.engine.db, w.backend.Dialect(), capture.Options{})
		if err != nil {
			return err
		}
		same := len(result.Created)+len(result.Dropped)+len(result.Concerned) == 0
		if same && !result.Plans {
			w.layouts, w.fingerprint = layouts, fingerprint
			return nil
		}
		if err := w.live.declareInstalled(ctx, result); err != nil {
			return err
		}
		if same {
			continue // a script installed plans: nothing was wrong
		}
		w.engine.counters.captureBroken.Add(1)
		w.engine.logger.WarnContext(ctx, "denorm: captured tables or triggers were altered, and are captured again",
			"collections", result.Concerned, "created", result.Created, "dropped", result.Dropped)
	}
	return fmt.Errorf("captured tables change faster than they can be looked at")
}

// errRetired means that caches were served without what this program needs being captured.
var errRetired = errors.New("the plans of this program were retired, and are installed again")

// touch stores a sign of life. Plans that were retired meanwhile are installed again, with all their documents
// declared changed: then it returns errRetired.
func (w *watched) touch(ctx context.Context) error {
	gone, err := capture.Touch(ctx, w.engine.db, w.backend.Dialect(), w.plans)
	if err != nil {
		return fmt.Errorf("store a sign of life: %w", err)
	}
	if len(gone) == 0 {
		return nil
	}
	result, err := capture.Install(ctx, w.engine.db, w.backend.Dialect(), w.engine.settings.application, w.plans, capture.Options{})
	if err != nil {
		return err
	}
	return errors.Join(w.live.declareInstalled(ctx, result), errRetired)
}
