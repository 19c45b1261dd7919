package denorm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/wire"
)

// AggregateDefinition is what generated code tells the runtime about documents that are made of many. It must not
// change once it is registered.
type AggregateDefinition[D any] struct {
	// Name identifies the aggregate in the database and in messages, among collections as well.
	Name string
	// Shape is a hash of everything that a document's content depends on but the data.
	Shape string
	// Keys are those of all documents.
	Keys []string
	// From are the names of the collections that documents are made of.
	From []string
	// Build makes the document of a key. It may be called by several goroutines at once, for different keys. Skip, or a
	// nil pointer, says that there is no document.
	Build func(ctx context.Context, key string, from *Sources) (D, error)
}

// Aggregate gives access to documents that are made of all documents of other collections. It is safe for concurrent
// use. Errors are those of Collection.
//
// A document is made again when one that it is made of has changed, and somebody asks for it. In one process there is
// at most one build of a document at a time: all who ask while one is under way share the next. Documents are kept in
// caches as JSON: what encoding/json leaves out is not there in what comes from a cache.
type Aggregate[D any] struct {
	documents *Collection[string, D]
}

// RegisterAggregate makes an aggregate of an engine, as Register makes a collection.
func RegisterAggregate[D any](e *Engine, def *AggregateDefinition[D]) *Aggregate[D] {
	if def == nil {
		return &Aggregate[D]{Register[string, D](e, nil)}
	}
	return &Aggregate[D]{Register(e, &Definition[string, D]{
		Name:    def.Name,
		Shape:   def.Shape,
		Columns: []string{"key"},
		Key: KeyCodec[string]{
			Bind:  func(args []any, key string) []any { return append(args, key) },
			Read:  func(row Row) string { return row.Text(0) },
			Exact: true,
		},
		Encode:     wire.EncodeJSON[D],
		Decode:     wire.DecodeJSON[D],
		AppendJSON: appendMarshalled[D],
		origin: func(r *registration[string, D]) origin[string, D] {
			return &built[D]{r: r, def: def, turns: map[string]*turns[D]{}}
		},
	})}
}

func appendMarshalled[D any](dst []byte, doc *D) ([]byte, error) {
	text, err := json.Marshal(doc)
	return append(dst, text...), err
}

// Get returns the document of a key, or ErrNotFound. It may be shared with other callers and must not be changed.
func (a *Aggregate[D]) Get(ctx context.Context, key string) (D, error) {
	doc, err := a.documents.Get(ctx, key)
	if err != nil {
		return *new(D), err
	}
	return *doc, nil
}

// GetJSON returns the document of a key as json.Marshal writes it, like Collection.GetJSON.
func (a *Aggregate[D]) GetJSON(ctx context.Context, key string) ([]byte, Version, error) {
	return a.documents.GetJSON(ctx, key)
}

// Watch follows the events of the aggregate, like Collection.Watch.
func (a *Aggregate[D]) Watch(ctx context.Context, from Position) iter.Seq2[Event[string], error] {
	return a.documents.Watch(ctx, from)
}

// Invalidate tells all consumers that documents are not what they were, like Collection.Invalidate.
func (a *Aggregate[D]) Invalidate(ctx context.Context, keys ...string) error {
	return a.documents.Invalidate(ctx, keys...)
}

// Refresh does what Invalidate does, and makes the documents again.
func (a *Aggregate[D]) Refresh(ctx context.Context, keys ...string) error {
	return a.documents.Refresh(ctx, keys...)
}

// Sources are the documents that one build reads. They are for one call of Build, and one goroutine.
type Sources struct {
	guard *guard
	err   error
}

// Documents is the sequence of all documents of a source, like Collection.All. A build that met an error there fails,
// whatever it returns.
func Documents[K comparable, D any](ctx context.Context, from *Sources, c *Collection[K, D]) iter.Seq2[*D, error] {
	return func(yield func(*D, error) bool) {
		err := c.each(ctx, pageOptions{}, from.guard, func(_ K, doc *D) bool { return yield(doc, nil) })
		if err != nil {
			from.err = err
			yield(nil, err)
		}
	}
}

// built are documents that are made of others.
type built[D any] struct {
	r     *registration[string, D]
	def   *AggregateDefinition[D]
	keys  []string // sorted
	turns map[string]*turns[D]
}

func (b *built[D]) prepare() error {
	b.keys = slices.Compact(slices.Sorted(slices.Values(b.def.Keys)))
	if len(b.keys) == 0 || len(b.def.From) == 0 || b.def.Build == nil {
		return errors.New("the generated definition is not complete; run go generate")
	}
	for _, key := range b.keys {
		b.turns[key] = &turns[D]{}
	}
	return nil
}

func (b *built[D]) plan() capture.Plan {
	return capture.Plan{Collection: b.def.Name, Shape: b.def.Shape, Exact: true, Of: b.def.From, Keys: b.keys}
}

// byKeys builds documents, one after the other.
func (b *built[D]) byKeys(ctx context.Context, q Queryer, keys []string, guard *guard) (*Level[string, D], error) {
	if q != nil {
		return nil, b.r.loadError("", "", errors.New("documents that are made of many are not read through a queryer"))
	}
	level := &Level[string, D]{}
	for _, key := range b.keys {
		if !slices.Contains(keys, key) {
			continue
		}
		made, err := b.turns[key].take(ctx, func(ctx context.Context) (build[D], error) { return b.build(ctx, key) })
		if err != nil {
			return nil, b.r.loadError("", key, err)
		}
		if guard != nil {
			guard.noteOf(made.guard)
		}
		if !made.absent {
			level.keys, level.items = append(level.keys, key), append(level.items, made.doc)
		}
	}
	return level, nil
}

// build makes one document.
func (b *built[D]) build(ctx context.Context, key string) (made build[D], err error) {
	if l := b.r.engine.live.Load(); l != nil {
		if made.guard, err = b.look(ctx, l); err != nil {
			return made, err
		}
	}
	from := &Sources{guard: made.guard}
	made.doc, err = b.def.Build(ctx, key, from)
	switch {
	case from.err != nil && !mutant.Active(mutant.SourceErrors):
		return made, fmt.Errorf("read what it is made of: %w", from.err)
	case errors.Is(err, Skip):
		made.absent, err = true, nil
	case err == nil:
		made.absent = isNil(made.doc)
	}
	return made, causedBy(ctx, err)
}

// look begins a guard, which a build that reads no batch needs, too.
func (b *built[D]) look(ctx context.Context, l *live) (g *guard, err error) {
	if g = l.guard(l.known.Load().head); g == nil {
		return nil, nil
	}
	session, err := b.r.engine.snapshot(ctx)
	if err != nil {
		return nil, causedBy(ctx, err)
	}
	err = g.look(ctx, session)
	session.end(ctx, err == nil)
	return g, causedBy(ctx, err)
}

// page returns all documents behind a key: there are few.
func (b *built[D]) page(ctx context.Context, after *string, _ int, guard *guard) (*Level[string, D], error) {
	keys := b.keys
	if after != nil {
		at, found := slices.BinarySearch(keys, *after)
		if found {
			at++
		}
		keys = keys[at:]
	}
	return b.byKeys(ctx, nil, keys, guard)
}

func (b *built[D]) count(context.Context) (int, error) { return len(b.keys), b.r.ready() }

func (b *built[D]) sample(_ context.Context, n int) ([]string, error) {
	picked := slices.Clone(b.keys)
	rand.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
	picked = picked[:min(n, len(picked))]
	for i, key := range picked {
		var err error
		if picked[i], err = b.r.name(key); err != nil {
			return nil, b.r.loadError("(sample)", key, err)
		}
	}
	return picked, nil
}
