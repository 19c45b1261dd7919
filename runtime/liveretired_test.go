package denorm_test

import (
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
)

// TestRetiredPlans lets another program retire the plan of one that was thought to be gone, and relay a change
// for which there is no plan then: who comes back starts with empty caches.
func TestRetiredPlans(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		w.exec(`CREATE TABLE notes (code TEXT PRIMARY KEY, body TEXT NOT NULL)`)
		p, other := w.process(opts...), w.release("one")
		p.title(1)
		w.exec(`UPDATE denorm_plans SET seen_at = 0 WHERE collection = 'books'`)
		denorm.Tidy(t.Context(), other.engine)
		var plans int
		if err := w.db.Get(&plans, `SELECT COUNT(*) FROM denorm_plans WHERE collection = 'books'`); err != nil || plans != 0 {
			t.Fatalf("%d plans were not retired, %v", plans, err)
		}
		w.rename(1, "unseen")
		other.drain()
		p.drain()
		p.wantTitle(1, "unseen")
		w.rename(1, "seen")
		other.drain()
		p.drain()
		p.wantTitle(1, "seen")
	})
}
