package denorm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/freshness"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// live is what an engine has after Install.
type live struct {
	engine *Engine
	feed   relay.Feed
	// namespace begins all keys in the shared cache, markName is that of the mark.
	namespace, markName string
	capture             *watched
	plans               storedPlans

	// local and shared tell how old the tiers may be.
	local, shared freshness.Gauge
	// followers drive the consumers; the shared cache's comes first.
	followers []*follower
	sinks     []*sinkConsumer
	// moved is sent when the feed's head or the shared cache's mark has moved.
	moved broadcast
	// known is what the last poll told.
	known atomic.Pointer[knowledge]
	// sharedDown is set while the shared cache does not answer, so that readers do not wait for it.
	sharedDown atomic.Bool
	// backlog is whether the last poll saw changes that wait.
	backlog atomic.Bool
	running atomic.Bool

	polling sync.Mutex // guards what follows
	prover  freshness.Prover
	checked time.Time // capture was in place
	// uncheckable is why capture is not known to be in place, nil if it is.
	uncheckable error
	proven      time.Time // everything committed before is in the feed up to provenTo
	upTo        relay.Position
}

// knowledge is what a process knows of the feed. It does not change.
type knowledge struct {
	head        relay.Position
	generations map[string]int64
	everything  int64
	plans       int64
}

// version is that of a document which is loaded from now on.
func (k *knowledge) version() Version { return versionOf(k.head) }

// current tells whether a document of a version may be shown: no event for all documents of its collection
// has come since.
func (k *knowledge) current(collection string, v Version) bool {
	if mutant.Active(mutant.GenerationCheck) {
		return true
	}
	return v.Epoch == uint64(k.head.Epoch) && v.Seq >= uint64(k.generations[collection])
}

func versionOf(p relay.Position) Version { return Version{Epoch: uint64(p.Epoch), Seq: uint64(p.Seq)} }

// checkEvery is how often capture is checked at most. The watermark is as old as the last check.
func (l *live) checkEvery() time.Duration { return checkEvery(l.engine.settings.maxStaleness) }

func checkEvery(maxStaleness time.Duration) time.Duration {
	return min(200*time.Millisecond, maxStaleness/8)
}

// poll looks at the feed and the log once and draws the conclusions. Capture is checked if it was not since a time.
func (l *live) poll(ctx context.Context, since time.Time) (relay.Poll, error) {
	l.polling.Lock()
	defer l.polling.Unlock()
	l.check(ctx, since)
	begun := time.Now()
	poll, err := l.feed.Poll(ctx)
	if err != nil {
		return relay.Poll{}, fmt.Errorf("poll the feed: %w", err)
	}
	if mutant.Active(mutant.LearnFirst) {
		l.conclude(begun, poll)
	}
	if err := l.learn(ctx, poll); errors.Is(err, errRetired) {
		l.engine.logger.WarnContext(ctx, "denorm: "+err.Error())
		l.prover.Reset()
		return poll, nil
	} else if err != nil {
		return relay.Poll{}, err
	}
	l.conclude(begun, poll)
	return poll, nil
}

// conclude moves the watermark as far as a poll that began at a time proves.
func (l *live) conclude(begun time.Time, poll relay.Poll) {
	at, ok := l.prover.Observe(begun, poll)
	if !ok {
		return
	}
	if l.checked.Before(at) {
		at = l.checked
	}
	if at.After(l.proven) {
		l.proven, l.upTo = at, poll.Head
		l.local.Prove(at, poll.Head)
		l.shared.Prove(at, poll.Head)
	}
}

// learn publishes what a poll told, before anything is proven by it: readers have to know of an event for all
// documents of a collection no later than they trust a cache that is behind it.
func (l *live) learn(ctx context.Context, poll relay.Poll) error {
	before := l.known.Load()
	if before != nil && before.head == poll.Head && before.plans == poll.Plans {
		return nil
	}
	if before != nil && before.plans != poll.Plans && !mutant.Active(mutant.RetiredPlans) {
		// Nothing may be proven for plans that are not stored: their changes make no events.
		if err := l.capture.touch(ctx); err != nil {
			return err
		}
	}
	fresh := &knowledge{head: poll.Head, everything: poll.Everything, plans: poll.Plans}
	if before != nil && before.everything == poll.Everything && before.head.Epoch == poll.Head.Epoch {
		fresh.generations = before.generations
	} else {
		generations, err := l.feed.Generations(ctx)
		if err != nil {
			return fmt.Errorf("read the generations of collections: %w", err)
		}
		fresh.generations = generations
	}
	l.known.Store(fresh)
	l.moved.send()
	return nil
}

// provenAt returns the time before which every commit is in the feed up to provenPosition.
func (l *live) provenAt() time.Time {
	l.polling.Lock()
	defer l.polling.Unlock()
	return l.proven
}

func (l *live) provenPosition() relay.Position {
	l.polling.Lock()
	defer l.polling.Unlock()
	return l.upTo
}

// usable tells whether a tier is fresh enough to be read.
func (l *live) usable(g *freshness.Gauge, now time.Time) bool {
	return g.Age(now) <= l.engine.settings.maxStaleness || mutant.Active(mutant.AgeCheck)
}

// broadcast wakes whoever waits.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns a channel that the next send closes.
func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
