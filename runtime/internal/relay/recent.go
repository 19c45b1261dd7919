package relay

import (
	"slices"
	"sync"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// recent remembers the end of the feed that this process has appended itself, and committed: its own consumers need
// not read it back.
type recent struct {
	mu        sync.Mutex
	stretches []stretch // each begins where the one before it ends
	size      int       // bytes of their events, about
}

// stretch is what one transaction appended. All of its rows have one stamp.
type stretch struct {
	from, to Position
	events   []Event
}

// What is remembered: the events of a large step, or many small steps of which no consumer is far behind.
const (
	maxRecent    = 4 << 20 // bytes
	maxStretches = 256
	eventBytes   = 96 // of an event, without its key
)

func (s *stretch) size() int {
	size := eventBytes * len(s.events)
	for i := range s.events {
		size += len(s.events[i].Key)
	}
	return size
}

// add remembers a stretch whose transaction has committed.
func (r *recent) add(s stretch) {
	if len(s.events) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.stretches); n > 0 && r.stretches[n-1].to != s.from {
		r.stretches, r.size = nil, 0
	}
	r.stretches = append(r.stretches, s)
	r.size += s.size()
	drop := 0
	for r.size > maxRecent || len(r.stretches)-drop > maxStretches {
		r.size -= r.stretches[drop].size()
		drop++
	}
	r.stretches = slices.Delete(r.stretches, 0, drop)
}

// page returns up to limit events after one position on the way to another, if all on that way are remembered.
func (r *recent) page(after, to Position, limit int) (Page, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	begin := slices.IndexFunc(r.stretches, func(s stretch) bool { return s.holds(after) && after != s.to })
	end := slices.IndexFunc(r.stretches, func(s stretch) bool { return s.holds(to) && to != s.from })
	if begin < 0 || end < begin || to.Seq <= after.Seq {
		return Page{}, false
	}
	var page Page
	for _, s := range r.stretches[begin : end+1] {
		first := max(after.Seq, s.from.Seq)
		last := min(to.Seq, s.to.Seq, first+int64(limit-len(page.Events)))
		page.Events = append(page.Events, s.events[first-s.from.Seq:last-s.from.Seq]...)
		page.To = Position{Epoch: s.to.Epoch, Seq: last, Stamp: s.to.Stamp}
		if len(page.Events) == limit {
			break
		}
	}
	page.More = page.To != to
	return page, true
}

// holds tells whether a position is where the stretch begins, or at one of its rows. A history that was rewound has
// other stamps.
func (s *stretch) holds(at Position) bool {
	if at == s.from {
		return true
	}
	within := at.Epoch == s.to.Epoch && s.from.Seq < at.Seq && at.Seq <= s.to.Seq
	return within && (at.Stamp == s.to.Stamp || mutant.Active(mutant.RecentStamp))
}
