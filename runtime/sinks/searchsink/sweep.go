package searchsink

import (
	"context"
	"fmt"
	"net/http"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	// tombstoneLife is twice what is asked of a sink, for the clocks of writers may differ.
	tombstoneLife = 2 * time.Hour
	sweepEvery    = 10 * time.Minute
	sweepMost     = 5000
)

// sweep removes tombstones that are old, now and then. What fails is done the next time.
func (s *Sink) sweep(ctx context.Context, target *denorm.SinkTarget) {
	p, err := s.place(target)
	if err != nil || !s.sweepDue(p.index) {
		return
	}
	// One that somebody writes over in the same moment is left alone: the engine compares sequence numbers itself.
	path := p.path(fmt.Sprintf("_delete_by_query?conflicts=proceed&max_docs=%d", sweepMost))
	query := fmt.Sprintf(`{"query":{"range":{"denorm_sink.gone":{"lt":%d}}}}`, time.Now().Add(-tombstoneLife).UnixMilli())
	answer, err := ask[struct {
		Deleted int `json:"deleted"`
	}](ctx, s, http.MethodPost, path, []byte(query))
	if err == nil && answer.Deleted == sweepMost { // there are more
		s.mu.Lock()
		delete(s.swept, p.index)
		s.mu.Unlock()
	}
}

// sweepDue tells whether tombstones of an index are to be looked for, at most once in a while.
func (s *Sink) sweepDue(index string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if last, ok := s.swept[index]; ok && now.Sub(last) < sweepEvery {
		return false
	}
	s.swept[index] = now
	return true
}
