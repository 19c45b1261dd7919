package denorm

import (
	"context"
	"fmt"
	"slices"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/keytext"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// sharedConsumer kills in the shared cache. Every process has one, and they may all work at once: a kill does no
// harm when repeated, and the mark in the cache tells what is done.
type sharedConsumer struct {
	live  *live
	cache SharedCache
	// mark and lineage are those of the cache as last read, or moved by this process.
	mark    Position
	lineage string
	// again is how far kills have to be done once more, "" for none: the cache went back to before them.
	again Position
}

func (c *sharedConsumer) Name() string { return "shared cache" }

// Position reads the mark. Where the cache is not the one that it was, what came from it is in doubt. Who it is comes
// first: a cache that takes over between the two questions has a mark that went back, or is another one the next time.
func (c *sharedConsumer) Position(ctx context.Context) (Position, error) {
	ctx, cancel := context.WithTimeout(ctx, c.live.engine.settings.cacheTimeout)
	defer cancel()
	lineage, err := c.cache.Lineage(ctx)
	if err != nil {
		c.live.sharedFailed(ctx, err)
		return "", err
	}
	mark, err := c.cache.Mark(ctx, c.live.markName)
	if err != nil {
		c.live.sharedFailed(ctx, err)
		return "", err
	}
	wentBack := precedes(mark, c.mark)
	if wentBack && precedes(c.again, c.mark) {
		c.again = c.mark
	}
	another := lineage != c.lineage && !mutant.Active(mutant.LineageCheck)
	if (another || wentBack) && !mutant.Active(mutant.ReplayFirst) {
		c.live.shared.Forget() // first of all nobody reads it, until it is known to be fresh again
	}
	if another || wentBack || c.live.sharedDown.Load() {
		c.live.engine.killAll()
		c.live.sharedDown.Store(false)
	}
	c.mark, c.lineage = mark, lineage
	if mark == "" && mutant.Active(mutant.MissingMark) {
		return Position(c.live.known.Load().head.String()), nil
	}
	return mark, nil
}

func (c *sharedConsumer) Apply(ctx context.Context, events []Change, to Position) error {
	// After the events were read: whoever filled the cache before a change had stored its plan before that.
	plans, err := c.live.stored(ctx)
	if err != nil {
		return err
	}
	keys := make([]string, 0, len(events))
	names := c.live.names(plans)
	for _, event := range events {
		if event.All {
			continue // readers know by its version that a document is from before
		}
		if keys, err = names.append(keys, event.Collection, event.Key); err != nil {
			return err
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if err := c.unknownKeys(ctx, plans, events); err != nil {
		return err
	}
	if err := c.cache.Advance(ctx, c.live.markName, keys, c.mark, to); err != nil {
		return err
	}
	c.mark = to
	if c.again != "" && !mutant.Active(mutant.ReplayEmpties) {
		// Who began to read before it was noticed may have kept in this process what was killed just now.
		c.live.engine.killAll()
		if !precedes(to, c.again) {
			c.again = ""
		}
	}
	c.live.engine.counters.sharedKills.Add(int64(len(keys)))
	return nil
}

// precedes tells whether a position is before another one, or of another epoch, or missing where that is not.
func precedes(at, other Position) bool {
	to, ok := other.Version()
	if !ok {
		return false
	}
	from, ok := at.Version()
	return !ok || from.Epoch != to.Epoch || from.Seq < to.Seq
}

// unknownKeys declares all documents changed of collections that only other programs know, and whose keys only
// they can read: the texts of such keys in the feed and in the cache may differ.
func (c *sharedConsumer) unknownKeys(ctx context.Context, plans []capture.Plan, events []Change) error {
	var all []relay.Event
	for _, plan := range plans {
		if plan.Exact || len(c.live.engine.registered(plan.Collection)) > 0 {
			continue
		}
		if slices.ContainsFunc(events, func(e Change) bool { return e.Collection == plan.Collection && !e.All }) {
			all = append(all, relay.Event{Collection: plan.Collection, All: true})
		}
	}
	if len(all) == 0 {
		return nil
	}
	_, _, err := c.live.declare(ctx, all)
	return err
}

// Reset makes every document in the cache one from before: the kills that it missed cannot be told.
func (c *sharedConsumer) Reset(ctx context.Context, _ Position) error {
	plans, err := c.live.stored(ctx)
	if err != nil {
		return err
	}
	to, err := c.live.everything(ctx, plans)
	if err != nil {
		return err
	}
	c.again = ""
	return c.cache.Advance(ctx, c.live.markName, nil, "", Position(to.String()))
}

// everything appends an event for all documents of each collection.
func (l *live) everything(ctx context.Context, plans []capture.Plan) (relay.Position, error) {
	seen := map[string]bool{}
	var all []relay.Event
	for _, plan := range plans {
		if !seen[plan.Collection] {
			seen[plan.Collection] = true
			all = append(all, relay.Event{Collection: plan.Collection, All: true})
		}
	}
	_, at, err := l.declare(ctx, all)
	if err != nil {
		return relay.Position{}, fmt.Errorf("declare all documents changed: %w", err)
	}
	return at, nil
}

// declare appends events, with those of the documents that are made of theirs, and returns all of them and the head
// behind them.
func (l *live) declare(ctx context.Context, events []relay.Event) ([]relay.Event, relay.Position, error) {
	plans, err := l.stored(ctx)
	if err != nil {
		return nil, relay.Position{}, err
	}
	if events, err = relay.Derived(plans, events); err != nil {
		return nil, relay.Position{}, err
	}
	at, err := l.feed.Append(ctx, events)
	return events, at, err
}

// names writes the keys of documents in the shared cache, one for each shape that somebody uses.
type names struct {
	live        *live
	plans       []capture.Plan
	collections map[string]naming
}

// naming is what the keys of one collection need.
type naming struct {
	registered []registered
	prefixes   []string
}

func (l *live) names(plans []capture.Plan) *names {
	return &names{live: l, plans: plans, collections: map[string]naming{}}
}

func (n *names) of(collection string) (naming, error) {
	if known, ok := n.collections[collection]; ok {
		return known, nil
	}
	made := naming{registered: n.live.engine.registered(collection)}
	for _, plan := range n.plans {
		if plan.Collection != collection {
			continue
		}
		prefix, err := n.live.prefix(plan.Collection, plan.Shape)
		if err != nil {
			return naming{}, err
		}
		made.prefixes = append(made.prefixes, prefix)
		if mutant.Active(mutant.KillAllShapes) {
			break
		}
	}
	n.collections[collection] = made
	return made, nil
}

// append adds the keys of one document, none with an error.
func (n *names) append(to []string, collection, key string) ([]string, error) {
	naming, err := n.of(collection)
	if err != nil {
		return to, err
	}
	for _, r := range naming.registered {
		if key, err = r.canonical(key); err != nil {
			return to, fmt.Errorf("collection %s: %w", collection, err)
		}
	}
	for _, prefix := range naming.prefixes {
		to = append(to, prefix+key)
	}
	return to, nil
}

// prefix begins the keys of a collection's shape in the shared cache.
func (l *live) prefix(collection, shape string) (string, error) {
	text, err := keytext.Append(nil, collection, shape)
	if err != nil {
		return "", err
	}
	return l.namespace + string(text) + "/", nil
}
