package denorm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/freshness"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// followBatch is how many events a consumer gets at a time.
const followBatch = 1000

// follower leads one consumer along the feed.
type follower struct {
	live     *live
	consumer Consumer
	gauge    *freshness.Gauge // of the tier that the consumer is, or nil
	// behind is the follower that this one must not overtake, or nil.
	behind *follower

	mu      sync.Mutex  // held while the consumer is called
	standby atomic.Bool // another process serves the consumer
	last    atomic.Pointer[look]
}

// skipper is a consumer for which it can be less work to start anew than to read so many events.
type skipper interface {
	farBehind(ctx context.Context, events int64) (bool, error)
}

// look is where a consumer was seen to be. What it notices about itself when it is asked, it has dealt with by then.
type look struct {
	at    relay.Position
	begun time.Time // when the consumer, or who is ahead of it, was asked
}

// position returns how far the consumer is known to be.
func (f *follower) position() relay.Position {
	return f.seen().at
}

// seen returns the last look, the zero one if it is not known where the consumer is.
func (f *follower) seen() look {
	if last := f.last.Load(); last != nil {
		return *last
	}
	return look{}
}

// advance leads the consumer one step on and tells whether there may be more to do at once.
func (f *follower) advance(ctx context.Context) (more bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	more, err = f.step(ctx)
	if errors.Is(err, ErrStandby) {
		f.standby.Store(true)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("consumer %s: %w", f.consumer.Name(), err)
	}
	return more, nil
}

func (f *follower) step(ctx context.Context) (more bool, err error) {
	known := f.live.known.Load()
	if known == nil {
		return false, nil // nothing was polled yet
	}
	ahead := look{known.head, time.Now()}
	if f.behind != nil {
		ahead = f.behind.seen()
	}
	target := ahead.at
	stored, err := f.consumer.Position(ctx)
	f.standby.Store(errors.Is(err, ErrStandby))
	if f.standby.Load() {
		return false, f.standBy(stored, ahead)
	}
	if err != nil {
		f.unknown()
		return false, fmt.Errorf("read its position: %w", err)
	}
	if target == (relay.Position{}) {
		f.unknown()
		return false, nil // who is ahead does not know where it is
	}
	if stored == "" {
		return true, f.reset(ctx, target)
	}
	at, err := relay.ParsePosition(string(stored))
	if err != nil {
		return false, err
	}
	if at == target {
		return false, f.arrive(ctx, ahead)
	}
	if f.behind != nil && (at.Epoch != target.Epoch || at.Seq > target.Seq) {
		return true, f.reset(ctx, target) // who is ahead went back
	}
	if consumer, skips := f.consumer.(skipper); skips && at.Epoch == target.Epoch {
		far, err := consumer.farBehind(ctx, target.Seq-at.Seq)
		if err != nil {
			return false, fmt.Errorf("look how far it is behind: %w", err)
		}
		if far {
			return true, f.reset(ctx, target)
		}
	}
	page, recent := f.live.feed.Recent(at, target, followBatch)
	if !recent {
		if page, err = f.live.feed.Read(ctx, at, followBatch); err != nil {
			return false, fmt.Errorf("read the feed: %w", err)
		}
	}
	if page.Reset {
		if f.behind == nil {
			target = page.To
		}
		return true, f.reset(ctx, target)
	}
	if f.behind != nil {
		cut(&page, target)
	}
	if page.To == at {
		return false, f.arrive(ctx, look{at, ahead.begun})
	}
	if err := f.consumer.Apply(ctx, changesOf(page), Position(page.To.String())); err != nil {
		if errors.Is(err, ErrMark) {
			return true, nil
		}
		f.unknown()
		return false, fmt.Errorf("apply %d events: %w", len(page.Events), err)
	}
	if page.More {
		if _, gathers := f.consumer.(Flusher); !gathers {
			f.reached(look{page.To, ahead.begun})
		}
		return true, nil
	}
	return false, f.arrive(ctx, look{page.To, ahead.begun})
}

// arrive has a consumer that gathers events do what they ask for, now that there are no more of them.
func (f *follower) arrive(ctx context.Context, now look) error {
	if consumer, gathers := f.consumer.(Flusher); gathers {
		if err := consumer.Flush(ctx); err != nil {
			f.unknown()
			return err
		}
	}
	f.reached(now)
	return nil
}

// standBy records where the process that serves the consumer has led it.
func (f *follower) standBy(stored Position, ahead look) error {
	if stored == "" {
		f.unknown()
		return nil
	}
	at, err := relay.ParsePosition(string(stored))
	if err == nil {
		f.reached(look{at, ahead.begun})
	}
	return err
}

// cut ends a page at a position.
func cut(page *relay.Page, at relay.Position) {
	if page.To.Seq <= at.Seq {
		return
	}
	n := 0
	for n < len(page.Events) && page.Events[n].Seq <= at.Seq {
		n++
	}
	page.Events, page.To, page.More = page.Events[:n], at, false
}

func changesOf(page relay.Page) []Change {
	changes := make([]Change, len(page.Events))
	for i, e := range page.Events {
		changes[i] = Change{
			Collection: e.Collection, Key: e.Key, All: e.All, At: e.At,
			Version: Version{Epoch: uint64(page.To.Epoch), Seq: uint64(e.Seq)},
		}
	}
	return changes
}

func (f *follower) reset(ctx context.Context, to relay.Position) error {
	f.unknown()
	if err := f.consumer.Reset(ctx, Position(to.String())); err != nil {
		return fmt.Errorf("start anew: %w", err)
	}
	return nil
}

// reached records where the consumer was seen to be.
func (f *follower) reached(now look) {
	if f.gauge != nil {
		f.gauge.Advance(now.begun, now.at)
	}
	before := f.position()
	f.last.Store(&now)
	if before != now.at {
		f.live.moved.send()
	}
}

// unknown records that nobody knows where the consumer is.
func (f *follower) unknown() {
	if f.gauge != nil {
		f.gauge.Forget()
	}
	f.last.Store(nil)
}

// reach leads the consumer to a position, or beyond. What fails once or twice is tried again: a store that missed a
// deadline, say.
func (f *follower) reach(ctx context.Context, target relay.Position) error {
	const attempts = 3
	var cause error
	for failed := 0; ; {
		more, err := f.advance(ctx)
		if err != nil {
			failed++
			switch {
			case ctx.Err() != nil && cause != nil:
				return fmt.Errorf("%w; it was tried until %w", cause, ctx.Err())
			case ctx.Err() != nil, failed == attempts:
				return err
			}
			cause = err
			sleep(ctx, time.Duration(failed)*100*time.Millisecond, nil)
			continue
		}
		failed = 0
		if at := f.position(); at.Epoch > target.Epoch || at.Epoch == target.Epoch && at.Seq >= target.Seq {
			return nil
		}
		switch {
		case f.standby.Load():
			sleep(ctx, 10*busyPoll, nil)
		case !more:
			sleep(ctx, busyPoll, f.live.moved.wait())
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("consumer %s is behind: %w", f.consumer.Name(), err)
		}
	}
}

// run leads the consumer until the context ends.
func (f *follower) run(ctx context.Context) {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		moved := f.live.moved.wait()
		more, err := f.advance(ctx)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				f.live.engine.logger.Warn("denorm: a consumer of the feed failed and tries again",
					"consumer", f.consumer.Name(), "error", err)
			}
			pause = min(max(2*pause, 10*time.Millisecond), time.Second)
			sleep(ctx, pause, nil)
			continue
		case more:
		case f.standby.Load():
			sleep(ctx, standbyPause, nil)
		default:
			sleep(ctx, f.live.engine.settings.pollInterval, moved)
		}
		pause = 0
	}
}

// standbyPause is how often a process looks whether it has to serve a consumer that another one serves.
const standbyPause = 2 * time.Second

// sleep waits for a time, until woken, or until the context ends.
func sleep(ctx context.Context, d time.Duration, woken <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-woken:
	case <-timer.C:
	}
}
