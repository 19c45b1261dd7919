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

// pageRoots loads one page.
type pageRoots[K comparable, D any] struct {
	r        *registration[K, D]
	bounds   bounds[K]
	size     int
	ahead    int  // roots read beyond size, to see whether there are more
	backward bool // take the highest keys of the bounds
	around   bool // find out what lies on the side that the page was entered from
	guard    *guard
	onward   func(last K) // called where the page is full, before the children are loaded; nil for nobody

	source  *keySource
	probes  []statement
	args    []any // of the bounds
	more    bool  // something lies beyond the page
	entered bool  // something lies on the side that it was entered from
	holds   bool  // the page is not empty; first and last are its ends
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
	p.args = slices.Clip(args)
	limit := p.size + p.ahead
	text, err := r.asText(ctx, nil, limit)
	if err != nil {
		return nil, r.loadError("", "", err)
	}
	window := p.bounds.window()
	window.descending = p.backward
	if window.ofMany, err = r.ofMany(ctx); err != nil {
		return nil, r.loadError("", "", err)
	}
	set, err := r.statements(ctx, statementKind{page: true, window: window, text: text})
	if err != nil {
		return nil, err
	}
	// All statements are prepared before the snapshot begins: preparing takes a connection.
	if p.looks() {
		if p.probes, err = r.statements(ctx, statementKind{probe: true, window: p.probe(), text: text}); err != nil {
			return nil, err
		}
	}
	return r.run(ctx, nil, &keySource{statements: set, args: append(p.args, limit), guard: p.guard}, limit, p)
}

// found takes the roots of the page and cuts off the one that was read ahead, whose children then find no
// parent.
func (p *pageRoots[K, D]) found(keys []K) (from, to int) {
	to = len(keys)
	p.more, p.entered, p.holds = to > p.size, false, to > 0
	if p.more {
		if p.backward {
			from = to - p.size
		} else {
			to = p.size
		}
	}
	if p.holds {
		p.first, p.last = keys[from], keys[to-1]
	}
	if p.onward != nil && to-from == p.size {
		p.onward(p.last)
	}
	return from, to
}

// probe returns the window of what lies on the side that the page was entered from. Between its bound and the page there is
// nothing, so it is known before the page is.
func (p *pageRoots[K, D]) probe() window {
	w := p.bounds.window()
	w.after, w.before, w.including = w.before, w.after, true
	return w
}

// looks tells whether a page looks at what lies around it. From the start there is nothing.
func (p *pageRoots[K, D]) looks() bool {
	return p != nil && p.around && (p.bounds.after != nil || p.bounds.before != nil)
}

// queries are those of look.
func (p *pageRoots[K, D]) queries() []PipelineQuery {
	if !p.looks() {
		return nil
	}
	return []PipelineQuery{{SQL: p.probes[0].text, Args: p.args}}
}

// look probes that side, in the page's own snapshot if it has one. An empty page needs no look.
func (p *pageRoots[K, D]) look(ctx context.Context) (err error) {
	if !p.looks() || !p.holds {
		return nil
	}
	var one int
	if p.entered, err = p.r.value(ctx, p.source.session, "(probe)", &p.probes[0], p.args, &one); err != nil {
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
