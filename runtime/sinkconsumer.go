package denorm

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// sinkTarget is one collection in one sink.
type sinkTarget struct {
	live     *live
	settings *sinkSettings
	target   *SinkTarget
	source   documentSource
	name     string // of its consumer, and so of its position in the database
	holder   string // this process, among those that have the sink
	// aside is how often documents were set aside, 0 where none is.
	aside atomic.Int64
}

// sinkConsumer keeps a target true. It gathers what changed until it has seen all that the feed has, or as much as it
// wants to keep in memory, and then loads and writes each document once, however often it changed.
type sinkConsumer struct {
	*sinkTarget
	serving atomic.Bool // held lies ahead, for other goroutines
	asks    broadcast   // that a full sync may be due
	held    time.Time   // until then no other process serves the sink
	asked   time.Time   // when that was found out, or renewed
	looked  time.Time   // when the database was asked for them although none was known
	counted time.Time   // when the documents were counted, for a long backlog
	tried   time.Time   // when documents were tried again that had been set aside
	stored  Position    // in the database: everything up to it is in the sink, or set aside
	at      Position    // how far pending goes
	pending map[string]struct{}
	all     bool // a document of which nobody knows may have changed
}

// mostPending bounds what a consumer gathers before it writes.
const mostPending = 100_000

func (c *sinkConsumer) Name() string { return c.name }

// Position is how far the consumer has gathered. What it has not written is read again by whoever comes next.
func (c *sinkConsumer) Position(ctx context.Context) (Position, error) {
	if err := c.hold(ctx); err != nil {
		return c.stored, err
	}
	if now := time.Now(); now.Sub(c.tried) > againEvery {
		c.tried = now
		if now.Sub(c.looked) > lookEvery {
			c.looked = now
			c.aside.Add(1) // a full sync in another process may have set documents aside
		}
		return c.at, c.again(ctx)
	}
	return c.at, nil
}

// countEvery is how often documents are counted at most, which may take long.
const countEvery = time.Minute

// eventsPerDocument is about how many events of a backlog are read in the time that a full sync needs for a document.
const eventsPerDocument = 16

// farBehind gives a long backlog up for a full sync, where that is less work: few documents have changed often.
func (c *sinkConsumer) farBehind(ctx context.Context, events int64) (bool, error) {
	now := time.Now()
	if events < c.settings.backlog || c.at != c.stored || now.Sub(c.counted) < countEvery {
		return false, nil
	}
	c.counted = now
	documents, err := c.source.count(ctx)
	if err != nil || events < eventsPerDocument*int64(documents) {
		return false, err
	}
	c.live.engine.logger.InfoContext(ctx, "denorm: a sink is so far behind that a full sync is less work", "sink", c.settings.name,
		"collection", c.target.Collection, "events", events, "documents", documents)
	return true, nil
}

// againEvery is how often it is looked at most whether documents that were set aside are due.
const againEvery = 100 * time.Millisecond

// lookEvery is how often it is looked at least whether there are any.
const lookEvery = 5 * time.Second

// hold makes sure that this process serves the sink, and reads where that stands when it begins to.
func (c *sinkConsumer) hold(ctx context.Context) error {
	now := time.Now()
	serving := now.Before(c.held)
	if serving && now.Sub(c.asked) < c.settings.hold/4 {
		return nil
	}
	mine, err := c.announce(ctx)
	if err == nil && mine {
		mine, err = c.take(ctx)
	}
	if err != nil {
		return err
	}
	if !mine {
		return errors.Join(c.standBy(ctx), c.load(ctx), ErrStandby)
	}
	c.asked = now
	c.held = now.Add(c.settings.hold)
	if serving {
		return nil
	}
	c.aside.Add(1) // as far as is known
	if err := errors.Join(c.prepare(ctx), c.load(ctx)); err != nil {
		c.held, c.asked = time.Time{}, time.Time{}
		return err
	}
	c.serving.Store(true)
	c.asks.send()
	return nil
}

// take asks for the sink, or for more time with it, if nobody else has it.
func (c *sinkConsumer) take(ctx context.Context) (bool, error) {
	held, err := c.live.feed.Held(ctx, c.name)
	if err != nil || held.Held && held.Holder != c.holder {
		return false, err
	}
	held, err = c.live.feed.Hold(ctx, c.name, c.holder, c.settings.hold)
	return held.Holder == c.holder, err
}

// standBy leaves the sink to another process.
func (c *sinkConsumer) standBy(ctx context.Context) error {
	c.held = time.Time{}
	if !c.serving.Swap(false) {
		return nil
	}
	return c.live.feed.Release(ctx, c.name, c.holder)
}

// load reads what is in the sink for certain.
func (c *sinkConsumer) load(ctx context.Context) error {
	at, found, err := c.live.feed.LoadPosition(ctx, c.name)
	if err != nil {
		return err
	}
	c.stored = ""
	if found {
		c.stored = Position(at.String())
	}
	c.goBack()
	return nil
}

// goBack forgets what was gathered and not written.
func (c *sinkConsumer) goBack() { c.at, c.pending, c.all = c.stored, map[string]struct{}{}, false }

// Apply gathers the keys of what changed.
func (c *sinkConsumer) Apply(ctx context.Context, events []Change, to Position) error {
	for _, event := range events {
		if event.Collection != c.target.Collection {
			continue
		}
		key, err := c.source.canonical(event.Key)
		switch {
		case event.All:
			c.all = true
		case err != nil:
			c.live.engine.logger.WarnContext(ctx, "denorm: a key of the feed cannot be read; all documents of its collection are written to the sink",
				"sink", c.settings.name, "collection", c.target.Collection, "error", err)
			c.all = true
		default:
			c.pending[key] = struct{}{}
		}
	}
	c.at = to
	if len(c.pending) < mostPending {
		return nil
	}
	return c.Flush(ctx)
}

// Reset takes the consumer back to what is written, or, where the feed does not lead on from there, has everything
// written again.
func (c *sinkConsumer) Reset(_ context.Context, to Position) error {
	if c.at != c.stored {
		c.goBack()
		return nil
	}
	c.at, c.all = to, true
	return nil
}

// Flush writes what was gathered, and remembers that it is written.
func (c *sinkConsumer) Flush(ctx context.Context) error {
	if c.at == c.stored {
		return nil
	}
	err := c.flush(ctx)
	if err != nil {
		c.goBack()
		c.asked = time.Time{} // somebody else may serve the sink by now
		if errors.Is(err, relay.ErrNotHeld) || errors.Is(err, errAnotherShape) {
			err = errors.Join(c.standBy(ctx), ErrStandby)
		}
	}
	return err
}

func (c *sinkConsumer) flush(ctx context.Context) error {
	at, err := relay.ParsePosition(string(c.at))
	if err != nil {
		return err
	}
	if c.all {
		if err := c.demand(ctx, at); err != nil {
			return err
		}
		c.asks.send()
	}
	for keys := range slices.Chunk(slices.Sorted(maps.Keys(c.pending)), maxBatch) {
		if err := c.refresh(ctx, at, keys); err != nil {
			return err
		}
	}
	if err := c.live.feed.SavePosition(ctx, c.name, c.holder, at); err != nil {
		return err
	}
	c.stored = c.at
	c.goBack()
	return nil
}
