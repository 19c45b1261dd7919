package coherence

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
)

const (
	leastTokens  = 7  // different ones that a reader has to see
	readsOfToken = 40 // documents that are read at least between two of them
	tornLimit    = time.Hour
)

// TestTornDocument is promise P1 under caches: whatever is written meanwhile, no document shows two transactions.
func TestTornDocument(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for _, m := range allTiers() {
				if m.shared == nil || m.local {
					t.Run(m.name, func(t *testing.T) { tear(t, newPlace(t, d), m) })
				}
			}
		})
	}
}

func tear(t *testing.T, at place, m tiers) {
	t.Helper()
	h := &history.History{Dialect: naive.DialectOf(at.plain)}
	if err := history.Forest(t.Context(), h, at.plain); err != nil {
		t.Fatal(err)
	}
	var processes []*process
	options := m.options(nil)
	if m.shared != nil {
		options = m.options(m.shared(t))
	}
	for _, name := range []string{"one", "two"} {
		processes = append(processes, start(t, at, name, options...))
	}
	size := sizesOf(t, at.database)
	ctx, stop := context.WithTimeout(t.Context(), tornLimit)
	defer stop()
	var read, written, shown atomic.Int64 // documents, transactions, and those of them that the first process saw
	var running sync.WaitGroup
	seen := make([]map[string]bool, len(processes))
	for i, p := range processes {
		seen[i] = map[string]bool{}
		books := models.NewBooks(p.engine)
		running.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 7))
			for ctx.Err() == nil {
				doc, err := books.Get(ctx, 1+random.Int64N(history.Trees))
				if err != nil {
					if ctx.Err() == nil {
						t.Errorf("process %s: %v", p.name, err)
					}
					return
				}
				tokens, _, err := history.TokensOf(doc)
				if err != nil || len(tokens) != 1 {
					t.Errorf("process %s: a document shows the tokens %v, %v", p.name, tokens, err)
					stop()
				}
				for token := range tokens {
					seen[i][token] = true
				}
				if i == 0 {
					shown.Store(int64(len(seen[i])))
				}
				if read.Add(1)%10 == 0 {
					time.Sleep(100 * time.Microsecond)
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(1, 7))
	enough := func() bool {
		return written.Load() >= int64(size.tokens) && read.Load() >= int64(size.reads) && shown.Load() >= leastTokens
	}
	for ctx.Err() == nil && !enough() {
		due := read.Load() + readsOfToken
		err := history.WriteToken(ctx, h, at.plain, 1+random.IntN(history.Trees), fmt.Sprint("token ", written.Load()))
		if err != nil && !again(err) && ctx.Err() == nil {
			t.Fatal(err)
		}
		if err == nil {
			written.Add(1)
		}
		time.Sleep(5 * time.Millisecond)
		for ctx.Err() == nil && read.Load() < due { // so that there is something in the caches
			time.Sleep(time.Millisecond)
		}
	}
	stop()
	running.Wait()
	var during reads
	different := 0
	for i, p := range processes {
		during.add(reads{}, readsOf(p.engine.Stats()))
		different = max(different, len(seen[i]))
	}
	t.Logf("%d documents read during %d transactions, %d different tokens seen, %.0f %% hits", read.Load(), written.Load(), different, during.percent())
	if read.Load() < int64(size.reads) || different < leastTokens {
		t.Error("too little happened at once")
	}
	during.wantHits(t)
}
