package coherence

import (
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/truth/models"
)

// TestSlowWriterIsSeen is a schedule that chance finds now and then: a writer that logged its change first commits
// after another one's was relayed, and after many polls.
func TestSlowWriterIsSeen(t *testing.T) {
	for _, d := range databases() {
		if d.writing != "" {
			continue // one writer at a time
		}
		t.Run(d.name, func(t *testing.T) {
			at := newPlace(t, d)
			p := start(t, at, "one")
			tags := models.NewTags(p.engine)
			at.plain.MustExec("INSERT INTO tags VALUES (1, 'slow', 1), (2, 'quick', 1)")
			quick, slow := at.plain.MustBegin(), at.plain.MustBegin()
			defer quick.Rollback()
			defer slow.Rollback()
			// The slow one's transaction is the newer one, and its change the older one.
			quick.MustExec("UPDATE tags SET label = 'quicker' WHERE id = 2")
			slow.MustExec("UPDATE tags SET label = 'slower' WHERE id = 1")
			quick.MustExec("UPDATE tags SET weight = 2 WHERE id = 2")
			if err := quick.Commit(); err != nil {
				t.Fatal(err)
			}
			// Polls, and a reader who keeps the document.
			for begun := time.Now(); time.Since(begun) < 300*time.Millisecond; time.Sleep(5 * time.Millisecond) {
				if _, err := tags.Get(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
			}
			if err := slow.Commit(); err != nil {
				t.Fatal(err)
			}
			if err := p.engine.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			doc, err := tags.Get(t.Context(), 1)
			if err != nil || doc.Label != "slower" {
				t.Errorf("the tag is %+v, %v; want label %q", doc, err, "slower")
			}
		})
	}
}
