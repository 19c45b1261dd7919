package denorm

import (
	"context"
	"errors"
	"time"
)

// Consumer follows the feed of changes: a cache, or another store that holds documents. The engine calls its
// methods from one goroutine at a time. An error is logged and the call repeated after a growing pause; other
// consumers go on meanwhile.
//
// Events are delivered at least once and in order. What they say is only that a document is not what it was:
// a consumer that wants the content loads it.
type Consumer interface {
	// Name identifies the consumer in logs and in Status.
	Name() string
	// Position returns how far the consumer has come, "" if it has to start anew.
	Position(ctx context.Context) (Position, error)
	// Apply takes the events after its Position, up to another one. Both ends are remembered by the consumer,
	// together with what the events did.
	Apply(ctx context.Context, events []Change, to Position) error
	// Reset tells that the feed does not lead from the consumer's Position to where it is now: nothing
	// that the consumer holds is known to be right. It goes on at a position.
	Reset(ctx context.Context, to Position) error
}

// Flusher is a Consumer that gathers events, so that a document which changes often is loaded once: Apply may only
// remember them. Flush is called when no more of them wait, and does what they ask for. After an error Position says
// from where to go on, at the latest from where Flush succeeded last.
type Flusher interface {
	Consumer
	Flush(ctx context.Context) error
}

// ErrStandby is returned by Position, with the position, where another process serves the consumer and this one has
// nothing to do but to ask again. Apply and Flush return it where another one has taken over meanwhile.
var ErrStandby = errors.New("another process serves the consumer")

// Change is an event of the feed: one document, or all of a collection, is not what it was.
type Change struct {
	Collection string
	// Key is the text of the document's key, as the feed has it; empty if All is set.
	Key string
	// All tells that every document of the collection may have changed, come or gone.
	All bool
	// Version is that of the event: a document loaded at this version or later shows the change.
	Version Version
	// At is when the relay noticed, by the clock of the database server; on SQLite, of its machine.
	At time.Time
}
