package denorm

import (
	"context"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// SinkStatus is where one collection in one sink stands.
type SinkStatus struct {
	Sink, Collection string
	// Shape is that of the documents which this program writes; Served tells that readers of the store find those.
	Shape  string
	Served bool
	// Holder is the process that serves it: host and process; "" for none. Here tells that it is this one.
	Holder string
	Here   bool
	// Position is up to where all changes are in the sink, "" where it was never filled. Behind is how many events follow.
	Position Position
	Behind   int64
	// SyncDue tells that all documents have to be written, and Sync how far a full sync has come that is under way, or
	// was interrupted; nil for none.
	SyncDue bool
	Sync    *SyncProgress
	// Aside are documents that the sink could not take, up to 100, those that wait longest for another attempt last.
	Aside []SinkFailure
}

// SinkFailure is a document that a sink could not take.
type SinkFailure struct {
	Key      string
	Attempts int
	Since    time.Time     // of the first attempt, by the clock of the database server
	Next     time.Duration // until the next attempt, 0 where none is made before the document changes, or Engine.Requeue
	Error    string
}

// status reads what the database knows of a target.
func (s *sinkTarget) status(ctx context.Context, head relay.Position) (SinkStatus, error) {
	status := SinkStatus{Sink: s.settings.name, Collection: s.target.Collection, Shape: s.target.Shape, Behind: head.Seq}
	state, err := s.look(ctx)
	if err != nil {
		return SinkStatus{}, err
	}
	status.Served = state.shapes.Serving == s.target.Shape
	if state.hold.Held {
		status.Holder, status.Here = processOf(state.hold.Holder), state.hold.Holder == s.holder
	}
	at, found, err := s.live.feed.LoadPosition(ctx, s.name)
	if err != nil {
		return SinkStatus{}, err
	}
	if found {
		status.Position, status.Behind = Position(at.String()), behind(head, at)
	}
	status.SyncDue = s.due(&state) || !found
	if state.sync.From != (Version{}) {
		progress := s.progress(state.sync)
		status.Sync = &progress
	}
	const most = 100
	failures, err := s.live.feed.Failures(ctx, s.name, false, most)
	for _, failure := range failures {
		status.Aside = append(status.Aside, SinkFailure{
			Key: failure.Key, Attempts: int(failure.Attempts), Since: failure.Since, Next: failure.Pause, Error: failure.Error,
		})
	}
	return status, err
}

func (s *sinkTarget) progress(state syncState) SyncProgress {
	return SyncProgress{
		Sink: s.settings.name, Collection: s.target.Collection, Written: state.Written, Removed: state.Removed, Total: state.Total, Begun: state.Begun,
	}
}
