package denorm

import "context"

// pages loads one page after the other. Ahead, it begins the next one, on another connection, as soon as the roots of a
// page tell where it ends.
type pages[K comparable, D any] struct {
	r     *registration[K, D]
	size  int
	guard *guard
	ahead bool
	next  *pageAhead[K, D] // nil for none
}

// pageAhead is a page that is being loaded, or was.
type pageAhead[K comparable, D any] struct {
	*task[*Level[K, D]]
	after  *K
	ends   chan K // the last key of a full page, closed without one where there is no full page
	cancel context.CancelFunc
}

// at returns the page of some bounds.
func (p *pages[K, D]) at(ctx context.Context, bounds bounds[K]) (*Level[K, D], error) {
	if !p.ahead {
		roots := &pageRoots[K, D]{r: p.r, bounds: bounds, size: p.size, guard: p.guard}
		return roots.load(ctx)
	}
	page := p.next
	if page == nil || !sameKey(page.after, bounds.after) { // a page that was loaded again may end elsewhere
		p.close()
		page = p.begin(ctx, bounds)
	}
	p.next = nil
	if last, full := <-page.ends; full && !sameKey(page.after, &last) {
		onward := bounds
		onward.after = &last
		p.next = p.begin(ctx, onward)
	}
	defer page.cancel()
	level, err := page.wait()
	if err == nil && ctx.Err() != nil { // since the page was read ahead
		err = p.r.loadError("", "", ctx.Err())
	}
	return level, err
}

func (p *pages[K, D]) begin(ctx context.Context, bounds bounds[K]) *pageAhead[K, D] {
	ctx, cancel := context.WithCancel(ctx)
	page := &pageAhead[K, D]{after: bounds.after, ends: make(chan K, 1), cancel: cancel}
	roots := &pageRoots[K, D]{r: p.r, bounds: bounds, size: p.size, onward: func(last K) {
		select {
		case page.ends <- last:
		default: // the page is being loaded again
		}
	}}
	page.task = begin(func() (*Level[K, D], error) {
		defer close(page.ends)
		return roots.load(ctx)
	})
	return page
}

// close ends what is being loaded.
func (p *pages[K, D]) close() {
	if p.next != nil {
		p.next.cancel()
		<-p.next.done
		p.next = nil
	}
}

func sameKey[K comparable](a, b *K) bool {
	return a == b || a != nil && b != nil && *a == *b
}
