package coherence

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	counters = 6 // documents that count
	// shortStaleness makes a violation likely to be seen.
	shortStaleness = 300 * time.Millisecond
	// ageLimit is for machines so busy that nothing is fresh enough to be cached for long.
	ageLimit = 90 * time.Second
)

// commits are the times by which each value of a document's counter had been committed, by value.
type commits struct {
	mu sync.Mutex
	at []time.Time
}

func (c *commits) add(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = append(c.at, at)
}

// least is the value that a read which began then has to show at least.
func (c *commits) least(before time.Time) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, _ := slices.BinarySearchFunc(c.at, before, time.Time.Compare)
	return n
}

// TestStaleness is promise P4: no document is older than MaxStaleness; and P3 under load: who wrote through
// Engine.Tx reads no older value.
func TestStaleness(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for _, m := range allTiers() {
				t.Run(m.name, func(t *testing.T) { age(t, newPlace(t, d), m, seed(t)) })
			}
		})
	}
}

func age(t *testing.T, at place, m tiers, seed uint64) {
	t.Helper()
	for id := range counters {
		at.plain.MustExec(fmt.Sprintf("INSERT INTO tags VALUES (%d, 'counter', 0)", id))
	}
	options := []denorm.Option{denorm.WithMaxStaleness(shortStaleness)}
	if m.shared != nil {
		options = append(options, m.options(m.shared(t))...)
	} else {
		options = append(options, m.options(nil)...)
	}
	one, two := start(t, at, "one", options...), start(t, at, "two", options...)
	for _, p := range []*process{one, two} {
		if err := p.engine.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), ageLimit)
	defer stop()
	committed := make([]commits, counters)
	var running sync.WaitGroup
	dialect := naive.DialectOf(at.plain)
	// Each counter has one writer, so that its value tells how many commits it shows.
	for id := range counters {
		own := id%2 == 0
		tags := models.NewTags(one.engine)
		running.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(id)))
			for value := 1; ctx.Err() == nil; {
				write := func(q sqlx.ExecerContext) error {
					_, err := q.ExecContext(ctx, dialect.Bind("UPDATE tags SET weight = ? WHERE id = ?"), value, id)
					return err
				}
				var err error
				if own {
					err = one.engine.Tx(ctx, func(tx *sqlx.Tx) error { return write(tx) })
				} else {
					err = write(at.plain)
				}
				switch {
				case ctx.Err() != nil:
					return
				case err != nil && again(err):
					continue
				case err != nil:
					t.Errorf("writing: %v", err)
					return
				}
				committed[id].add(time.Now())
				if own {
					if doc, err := tags.Get(ctx, int64(id)); err == nil && doc.Weight < value {
						t.Errorf("right after Tx wrote %d, counter %d is %d", value, id, doc.Weight)
					}
				}
				value++
				time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
			}
		})
	}
	var oldest [4]int // by reader: how many commits a document lacked at most
	var count [4]int
	for i := range oldest {
		p := []*process{one, two}[i%2]
		tags := models.NewTags(p.engine)
		running.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(10+i)))
			for ctx.Err() == nil {
				id := random.IntN(counters)
				begun := time.Now()
				least, now := committed[id].least(begun.Add(-shortStaleness)), committed[id].least(begun)
				doc, err := tags.Get(ctx, int64(id))
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					t.Errorf("reading in process %s: %v", p.name, err)
					return
				}
				count[i]++
				oldest[i] = max(oldest[i], now-doc.Weight)
				if doc.Weight < least {
					t.Errorf("process %s: counter %d is %d, and was %d more than %v ago; ages %v, %v", p.name, id, doc.Weight, least, shortStaleness, p.engine.Stats().LocalAge, p.engine.Stats().SharedAge)
				}
				time.Sleep(100 * time.Microsecond)
			}
		})
	}
	hits := func() (during reads) {
		for _, p := range []*process{one, two} {
			during.add(reads{}, readsOf(p.engine.Stats()))
		}
		return during
	}
	for begun, enough := time.Now(), sizesOf(t, at.database).age; ctx.Err() == nil && (time.Since(begun) < enough || hits().hits == 0); {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	running.Wait()
	during, writes := hits(), 0
	for i := range committed {
		writes += len(committed[i].at)
	}
	t.Logf("%d reads during %d writes, %.0f %% hits; the oldest document lacked %d commits", count[0]+count[1]+count[2]+count[3], writes, during.percent(), slices.Max(oldest[:]))
	if writes == 0 || during.hits == 0 {
		t.Error("nothing happened")
	}
}
