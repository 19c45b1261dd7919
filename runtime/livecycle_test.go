package denorm_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/denormgen/denormgen/example/bookstore/models"
)

// TestStartsAndStops begins and ends engines over one handle, with all that they run: nothing may stay behind.
func TestStartsAndStops(t *testing.T) {
	w := newWorld(t)
	w.process().title(1) // installed already, as is the rule
	rounds := 1000
	if testing.Short() || raceDetector {
		rounds = 20
	}
	before := goleak.IgnoreCurrent()
	for n := range rounds {
		engine := open(t, w.db, w.mode([]string{"local", "shared", "both"}[n%3])...)
		books := models.NewBooks(engine)
		if err := engine.Install(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- engine.Run(ctx) }()
		if _, err := books.Get(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := books.Get(t.Context(), 1); err == nil {
			t.Fatal("a closed engine answers")
		}
	}
	w.db.SetMaxIdleConns(0) // its connections go, and so does what their drivers run
	goleak.VerifyNone(t, before, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}
