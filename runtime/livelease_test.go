package denorm_test

import (
	"sync"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// TestHolderOfALeaseHasDied lets many readers wait for a document that nobody will store: they wait until the lease
// ends, one of them loads it then, and all others are served by that.
func TestHolderOfALeaseHasDied(t *testing.T) {
	for name, local := range map[string]int64{"shared": 0, "both": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			const lease = time.Second
			w := newWorld(t)
			tap := w.tapped()
			var processes []*process
			for range 3 {
				processes = append(processes, w.process(denorm.WithSharedCache(tap), denorm.WithLocalCache(local),
					denorm.WithLeaseTime(lease), denorm.WithMaxStaleness(time.Minute)))
			}
			title := processes[0].title(1)
			key := tap.keys()[0]
			if err := w.shared.Kill(t.Context(), []string{key}); err != nil {
				t.Fatal(err)
			}
			if local > 0 {
				w.rename(1, "new")
				title = "new"
				for _, p := range processes {
					p.drain()
				}
			}
			before := loads(processes)
			if dead, err := w.shared.Get(t.Context(), []string{key}, lease); err != nil || dead[0].Lease == "" {
				t.Fatalf("no lease was granted: %+v, %v", dead, err)
			}
			begun := time.Now()
			var readers sync.WaitGroup
			for i := range 60 {
				readers.Go(func() { processes[i%len(processes)].wantTitle(1, title) })
			}
			readers.Wait()
			if took := time.Since(begun); took < lease/2 {
				t.Errorf("the readers waited for %v only", took)
			}
			if got := loads(processes) - before; got != 1 {
				t.Errorf("the document was loaded %d times, want once", got)
			}
		})
	}
}
