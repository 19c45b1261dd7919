package denorm

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// bounds are the typed bounds of a stretch of a collection.
type bounds[K comparable] struct {
	after, before *K
	prefix        []any
}

func newBounds[K comparable](o pageOptions) (bounds[K], error) {
	b := bounds[K]{prefix: o.prefix}
	if o.after != nil {
		key, err := asKey[K](o.after)
		if err != nil {
			return b, err
		}
		b.after = &key
	}
	if o.before != nil {
		key, err := asKey[K](o.before)
		if err != nil {
			return b, err
		}
		b.before = &key
	}
	return b, nil
}

// window returns the statement's shape for bounds.
func (b bounds[K]) window() window {
	return window{prefix: len(b.prefix), after: b.after != nil, before: b.before != nil}
}

// bind returns the values of a window, in the composer's order.
func (b bounds[K]) bind(c composer, codec KeyCodec[K]) ([]any, error) {
	if len(b.prefix) > len(c.statements.Roots.Key) {
		return nil, fmt.Errorf("%w: Prefix has %d values, the key %d columns",
			ErrValue, len(b.prefix), len(c.statements.Roots.Key))
	}
	args := slices.Clone(b.prefix)
	for _, key := range []*K{b.after, b.before} {
		if key == nil {
			continue
		}
		start := len(args)
		if args = codec.Bind(args, *key); c.repeatsFirst() {
			args = slices.Insert(args, start, args[start])
		}
	}
	if err := keyValues(c.dialect, args); errors.Is(err, errImpossible) {
		return nil, fmt.Errorf("%w: a bound of the page: %w", ErrValue, err)
	} else if err != nil {
		return nil, err
	}
	return args, nil
}

// pageRoots loads the roots of one page and then their children by key.
type pageRoots[K comparable, D any] struct {
	r        *registration[K, D]
	bounds   bounds[K]
	size     int
	ahead    int  // roots read beyond size, to see whether there are more
	backward bool // take the highest keys of the bounds
	around   bool // find out what lies on the side that the page was entered from

	source  *keySource
	probes  []statement
	more    bool // something lies beyond the page
	entered bool // something lies on the side that it was entered from
	holds   bool // the page is not empty; first and last are its ends
	first   K
	last    K
}

// load runs the page as one batch.
func (p *pageRoots[K, D]) load(ctx context.Context) (*Level[K, D], error) {
	r, c := p.r, p.r.cache.composer
	args, err := p.bounds.bind(c, r.def.Key)
	if err != nil {
		return nil, r.loadError("", "", err)
	}
	text, err := r.asText(ctx, nil)
	if err != nil {
		return nil, r.loadError("", "", err)
	}
	window := p.bounds.window()
	window.descending = p.backward
	roots, err := r.statements(ctx, statementKind{page: true, window: window, text: text})
	if err != nil {
		return nil, err
	}
	// All statements are prepared before the snapshot begins: preparing takes a connection.
	children, err := r.statements(ctx, statementKind{keys: p.listSize(), text: text})
	if err != nil {
		return nil, err
	}
	if p.around {
		if p.probes, err = r.statements(ctx, statementKind{probe: true, window: p.probe().window(), text: text}); err != nil {
			return nil, err
		}
	}
	limit := p.size + p.ahead
	source := &keySource{
		roots:    call{statements: roots, args: append(args, limit)},
		children: call{statements: children},
	}
	return r.run(ctx, nil, source, limit, p)
}

// listSize is the size of the key list for the children of any page of this size.
func (p *pageRoots[K, D]) listSize() int {
	if p.r.cache.composer.usesArray() {
		return 2
	}
	return padded(p.size)
}

// found takes the roots of the page: it cuts off the one that was read ahead and binds the others'
// keys for the children.
func (p *pageRoots[K, D]) found(keys []K) (from, to int, err error) {
	to = len(keys)
	p.more, p.entered, p.holds = to > p.size, false, to > 0
	if p.more {
		if p.backward {
			from = to - p.size
		} else {
			to = p.size
		}
	}
	keys = keys[from:to]
	if len(keys) == 0 {
		return from, to, nil
	}
	p.first, p.last = keys[0], keys[len(keys)-1]
	c := p.r.cache.composer
	args, err := p.bindFound(c, keys)
	p.source.children.args, p.source.children.keys = args, len(keys)
	return from, to, err
}

// bindFound binds keys that came from the database for the statement of listSize.
func (p *pageRoots[K, D]) bindFound(c composer, keys []K) ([]any, error) {
	if c.usesArray() {
		var values []any
		for _, key := range keys {
			values = p.r.def.Key.Bind(values, key)
		}
		if err := keyValues(c.dialect, values); err != nil {
			return nil, err
		}
		return arrays(values, len(c.statements.Roots.Key)), nil
	}
	list, _, err := bindKeys(c, p.r.def.Key.Bind, keys, padded(p.size))
	if err == nil && list.keys < len(keys) {
		err = fmt.Errorf("%w: a key from the database cannot be bound", ErrValue)
	}
	return list.args, err
}

// probe returns the bounds of what lies on the side that the page was entered from.
func (p *pageRoots[K, D]) probe() bounds[K] {
	probe := bounds[K]{prefix: p.bounds.prefix}
	if p.backward {
		probe.after = &p.last
	} else {
		probe.before = &p.first
	}
	return probe
}

// look probes that side, in the page's own snapshot if it has one. A page from the start, and an empty one,
// need no look.
func (p *pageRoots[K, D]) look(ctx context.Context) error {
	if !p.around || !p.holds || p.bounds.after == nil && p.bounds.before == nil {
		return nil
	}
	args, err := p.probe().bind(p.r.cache.composer, p.r.def.Key)
	if err == nil {
		var one int
		p.entered, err = p.r.value(ctx, p.source.session, "(probe)", &p.probes[0], args, &one)
	}
	if err != nil {
		return p.r.loadError("(probe)", "", err)
	}
	return nil
}

// neighbours returns where to go on After and back Before.
func (p *pageRoots[K, D]) neighbours(keys []K) (next, prev *K) {
	onward, back := p.more, p.entered
	if p.backward {
		onward, back = back, onward
	}
	first, last := p.first, p.last
	if onward {
		next = &last
	}
	if back {
		prev = &first
	}
	return next, prev
}
