package memorycache_test

import (
	"context"
	"errors"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sharedcache/conformance"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(*testing.T) conformance.Subject {
		return conformance.Subject{Cache: memorycache.New()}
	})
}

func TestFaults(t *testing.T) {
	cache := memorycache.New()
	read := func(ctx context.Context) (denorm.Cached, error) {
		found, err := cache.Get(ctx, []string{"k"}, time.Minute)
		if err != nil {
			return denorm.Cached{}, err
		}
		return found[0], nil
	}
	down := errors.New("down")
	cache.SetDown(down)
	if _, err := read(t.Context()); !errors.Is(err, down) {
		t.Errorf("the error is %v, want %v", err, down)
	}
	cache.SetDown(nil)

	cache.SetDelay(time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v, want that of the context", err)
	}
	cache.SetDelay(0)

	cache.Put("k", []byte("old"))
	restore := cache.Snapshot()
	if err := cache.Advance(t.Context(), "mark", []string{"k"}, "", "1.1.1"); err != nil {
		t.Fatal(err)
	}
	if cache.Len() != 0 {
		t.Error("the value was not killed")
	}
	restore()
	if mark, err := cache.Mark(t.Context(), "mark"); err != nil || mark != "" || cache.Len() != 1 {
		t.Errorf("the mark is %q (%v) with %d values; want none with 1", mark, err, cache.Len())
	}

	cache.SetDropKills(true)
	if err := cache.Kill(t.Context(), []string{"k"}); err != nil || cache.Len() != 1 {
		t.Errorf("the kill should have been dropped: %v, %d values", err, cache.Len())
	}
	cache.SetDropKills(false)
	cache.Flush()
	if found, err := read(t.Context()); err != nil || found.Lease == "" {
		t.Errorf("got %+v, %v; want a lease", found, err)
	}
	if cache.Calls() != 6 {
		t.Errorf("%d calls were counted, want 6", cache.Calls())
	}
}
