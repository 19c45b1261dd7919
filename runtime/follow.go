package denorm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// errNotInstalled means that Install has not been called.
var errNotInstalled = errors.New("nothing is installed: call Engine.Install before")

// Run follows changes until the context ends, and then returns nil: it relays what was logged, keeps the caches
// true and leads the consumers. Any number of processes may run; one of them relays at a time. What fails is
// logged and tried again, while reads go to the database.
//
// It returns an error at once where Install has not been called, where it runs already, and where a registration
// is wrong.
func (e *Engine) Run(ctx context.Context) error {
	l, err := e.installed()
	if err != nil {
		return fmt.Errorf("run denorm engine: %w", err)
	}
	if l.running.Swap(true) {
		return errors.New("run denorm engine: it runs already")
	}
	defer l.running.Store(false)
	var tasks sync.WaitGroup
	tasks.Go(func() { l.pollUntil(ctx) })
	tasks.Go(func() { l.keepHouse(ctx) })
	for _, f := range l.followers {
		tasks.Go(func() { f.run(ctx) })
	}
	for _, sink := range l.sinks {
		tasks.Go(func() { sink.syncWhenDue(ctx) })
	}
	tasks.Wait()
	l.release()
	return nil
}

// installed returns what Install made, or why there is nothing to work with.
func (e *Engine) installed() (*live, error) {
	if e.closed.Load() {
		return nil, ErrClosed
	}
	if err := e.registrationError(); err != nil {
		return nil, err
	}
	l := e.live.Load()
	if l == nil {
		return nil, errNotInstalled
	}
	return l, nil
}

// registrationError is what is wrong with any registration.
func (e *Engine) registrationError() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var failed []error
	for _, list := range e.collections {
		for _, r := range list {
			failed = append(failed, r.failure())
		}
	}
	return errors.Join(failed...)
}

// busyPoll is how soon the log is looked at again after changes.
const busyPoll = time.Millisecond

// pollUntil polls and relays until the context ends, often while there are changes.
func (l *live) pollUntil(ctx context.Context) {
	idle := l.engine.settings.pollInterval
	pause := busyPoll
	failures := 0
	for ctx.Err() == nil {
		pending, moved, err := l.relay(ctx, time.Time{})
		switch {
		case err != nil && ctx.Err() != nil:
			return
		case err != nil:
			failures++
			l.engine.counters.relayErrors.Add(1)
			l.engine.logger.Warn("denorm: following changes failed; it is tried again", "failures", failures, "error", err)
			pause = min(time.Duration(failures)*10*time.Millisecond, time.Second)
		case moved:
			pause = 0
		case pending:
			pause = busyPoll
		default:
			pause = min(max(2*pause, busyPoll), idle)
		}
		if err == nil {
			failures = 0
		}
		if pause > 0 {
			sleep(ctx, pause, nil)
		}
	}
}

// relay polls once and, where changes wait, relays a batch of them. Capture is checked if it was not since a time.
func (l *live) relay(ctx context.Context, since time.Time) (pending, moved bool, err error) {
	poll, err := l.poll(ctx, since)
	if err != nil {
		return false, false, err
	}
	l.backlog.Store(poll.Pending)
	if !poll.Pending {
		return false, false, nil
	}
	moved, err = l.feed.Relay(ctx)
	if err != nil {
		return true, false, fmt.Errorf("relay changes: %w", err)
	}
	return true, moved, nil
}

// Drain returns when everything that was committed before the call has reached every consumer of this process,
// the caches first of all. It does the work itself where no Run does. A consumer that fails three times in a row is an error;
// Drain can then be called again.
func (e *Engine) Drain(ctx context.Context) error {
	l, err := e.installed()
	if err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	begun := time.Now()
	for {
		if err := l.prove(ctx, begun); err != nil {
			return fmt.Errorf("drain: %w", err)
		}
		target, settled := l.provenPosition(), true
		for _, f := range l.followers {
			if err := f.reach(ctx, target); err != nil {
				return fmt.Errorf("drain: %w", err)
			}
			settled = settled && (f.gauge == nil || f.gauge.Covers(begun))
		}
		for _, sink := range l.sinks {
			if err := sink.settle(ctx); err != nil {
				return fmt.Errorf("drain: %w", err)
			}
		}
		if settled {
			return nil
		}
		// A consumer started anew: what it holds is known to be fresh only after another look at the feed.
	}
}

// prove relays until everything committed before a time is in the feed. It looks at least once.
func (l *live) prove(ctx context.Context, begun time.Time) error {
	for {
		_, moved, err := l.relay(ctx, begun)
		if err != nil {
			return err
		}
		if !l.provenAt().Before(begun) {
			return nil
		}
		if !moved {
			sleep(ctx, busyPoll, nil)
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("changes are not relayed yet: %w", errors.Join(err, l.doubt()))
		}
	}
}

// doubt is why capture is not known to be in place, nil if it is.
func (l *live) doubt() error {
	l.polling.Lock()
	defer l.polling.Unlock()
	return l.uncheckable
}

// housekeeping is how often what is old is cleared away.
const housekeeping = time.Minute

// keepHouse says that this program lives, prunes the feed, and retires what nobody uses.
func (l *live) keepHouse(ctx context.Context) {
	for {
		sleep(ctx, housekeeping, nil)
		if ctx.Err() != nil {
			return
		}
		l.tidy(ctx)
	}
}

// tidy does once what has to be done from time to time.
func (l *live) tidy(ctx context.Context) {
	warn := func(message string, err error) {
		if err != nil && ctx.Err() == nil {
			l.engine.logger.Warn("denorm: "+message+"; it is tried again", "error", err)
		}
	}
	warn("pruning the feed failed", l.feed.Prune(ctx, l.engine.settings.retention))
	err := l.capture.touch(ctx)
	warn("a sign of life was not stored as it should be", err)
	if err == nil || errors.Is(err, errRetired) { // else this program's own plans may look unused
		warn("retiring plans failed", l.capture.retire(ctx))
	}
}
