package denorm

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// newHolder is a name under which this process holds others: host, process, and which part of it.
func (s *sinkTarget) newHolder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("%s/%d %s", strings.ReplaceAll(host, " ", "_"), os.Getpid(), rand.Text())
}

// processOf is what people are told of a holder.
func processOf(holder string) string {
	process, _, _ := strings.Cut(holder, " ")
	return process
}

// exclusively calls a function while no other process can have a name, once nobody has it. Its context ends if the name
// is lost.
func (s *sinkTarget) exclusively(ctx context.Context, name string, call func(context.Context, relay.Hold) error) error {
	holder, d := s.newHolder(), s.settings.hold
	held, err := s.live.feed.Hold(ctx, name, holder, d)
	for ; err == nil && held.Holder != holder; held, err = s.live.feed.Hold(ctx, name, holder, d) {
		if sleep(ctx, 10*busyPoll, nil); ctx.Err() != nil {
			return fmt.Errorf("wait for %s: %w", name, ctx.Err())
		}
	}
	if err != nil {
		return err
	}
	return s.holding(ctx, name, held, call)
}

// holding calls a function with a name that this process has, and gives it back. The context of the call ends if the
// name is lost.
func (s *sinkTarget) holding(ctx context.Context, name string, held relay.Hold, call func(context.Context, relay.Hold) error) error {
	inside, lost := context.WithCancelCause(ctx)
	var renewal sync.WaitGroup
	renewal.Go(func() { lost(s.renew(inside, name, held.Holder)) })
	err := call(inside, held)
	if cause := context.Cause(inside); err != nil && cause != nil && ctx.Err() == nil {
		err = fmt.Errorf("hold on to %s: %w", name, cause)
	}
	lost(nil)
	renewal.Wait()
	_ = s.live.feed.Release(context.WithoutCancel(ctx), name, held.Holder) // else it ends by itself
	return err
}

// renew holds on to a name until the context ends, or the name is lost: then it tells why.
func (s *sinkTarget) renew(ctx context.Context, name, holder string) error {
	d := s.settings.hold
	for renewed := time.Now(); ; {
		if sleep(ctx, d/4, nil); ctx.Err() != nil {
			return nil
		}
		now := time.Now()
		held, err := s.live.feed.Hold(ctx, name, holder, d)
		switch {
		case err == nil && held.Holder == holder:
			renewed = now
		case err == nil, now.Sub(renewed) > d/2:
			return cmp.Or(err, relay.ErrNotHeld)
		}
	}
}

// readNote is what is kept beside a name, the zero value where nothing is.
func readNote[T any](ctx context.Context, s *sinkTarget, name string) (T, error) {
	held, err := s.live.feed.Held(ctx, name)
	if err != nil {
		var none T
		return none, err
	}
	return parseNote[T](name, held)
}

func parseNote[T any](name string, held relay.Hold) (note T, err error) {
	if held.Body == "" {
		return note, nil
	}
	if err := json.Unmarshal([]byte(held.Body), &note); err != nil {
		return note, fmt.Errorf("read what is noted of %s: %w", name, err)
	}
	return note, nil
}

// writeNote keeps something beside a name that the holder has.
func writeNote[T any](ctx context.Context, s *sinkTarget, name, holder string, note T) error {
	body, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("write what is noted of %s: %w", name, err)
	}
	return s.live.feed.Note(ctx, name, holder, string(body))
}
