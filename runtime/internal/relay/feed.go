package relay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// Position is a place in the feed: everything up to Seq of the life Epoch. Stamp is that of the row there,
// random, by which a history that was rewound is told. The zero Position is before everything.
type Position struct {
	Epoch, Seq, Stamp int64
}

// String renders a position as "epoch.seq.stamp".
func (p Position) String() string { return fmt.Sprintf("%d.%d.%d", p.Epoch, p.Seq, p.Stamp) }

// ParsePosition reads what String wrote.
func ParsePosition(text string) (Position, error) {
	parts := strings.Split(text, ".")
	var numbers [3]int64
	if len(parts) != len(numbers) {
		return Position{}, fmt.Errorf("position %q is not of the form epoch.seq.stamp", text)
	}
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return Position{}, fmt.Errorf("position %q is not of the form epoch.seq.stamp: %w", text, err)
		}
		numbers[i] = n
	}
	return Position{numbers[0], numbers[1], numbers[2]}, nil
}

// Event says that one document, or all of a collection, is not what it was.
type Event struct {
	Seq        int64
	Collection string
	Key        string    // its text, see KeyText
	All        bool      // all documents of the collection; Key is empty
	At         time.Time // when the relay appended it, by the clock of the server, or of the machine with the file
}

// Poll is one look at the log and the feed, by one statement.
type Poll struct {
	Head Position
	// Pending tells that there is work: visible changes, or an expansion under way.
	Pending bool
	// Newest is the newest visible change that waits, 0 for none. Once a later poll sees no change at or below it and
	// no expansion, all that was committed before this poll is in the feed.
	Newest int64
	// Oldest is the oldest visible change or, if an expansion is under way, 0 with Pending set.
	Oldest int64
	// Everything is the seq of the last event for all documents of some collection, Plans the version of
	// the stored plans.
	Everything, Plans int64
}

// Page is a stretch of the feed.
type Page struct {
	Events []Event
	To     Position // after the last event
	More   bool
	// Reset tells that what follows the asked position cannot be told: it was pruned, or history was
	// rewound. To is where to start anew, Events is empty.
	Reset bool
}

// Feed is the ordered list of events of one database. It is safe for concurrent use and by several
// processes.
type Feed interface {
	// Identity is the random name of the database's feed.
	Identity(ctx context.Context) (string, error)
	Poll(ctx context.Context) (Poll, error)
	// Relay does one bounded step: it turns a batch of changes into events. It reports false if another
	// process is at it, or there was nothing to do.
	Relay(ctx context.Context) (bool, error)
	// Read returns up to limit events after a position.
	Read(ctx context.Context, after Position, limit int) (Page, error)
	// Recent returns up to limit events on the way from one position to another, which Poll or Read has returned, without
	// asking the database: if this process appended them all and remembers them.
	Recent(after, to Position, limit int) (Page, bool)
	// Append adds events that are not from changes: for refresh, requeue and repair.
	Append(ctx context.Context, events []Event) (Position, error)
	// Generations returns, by collection, the seq of the last event for all of its documents.
	Generations(ctx context.Context) (map[string]int64, error)
	// Mark returns a point in the log that is not after the changes of a transaction that begins later.
	Mark(ctx context.Context) (int64, error)
	// Own returns the changes after a mark that q sees: those of its own transaction, and perhaps some of
	// others. Deferred triggers have fired.
	Own(ctx context.Context, q capture.Queryer, mark int64) ([]capture.Row, error)
	// Resolve finds the documents that changes touch, as the database is now. It reports false where there
	// are more than limit; then the events name whole collections instead.
	Resolve(ctx context.Context, changes []capture.Row, limit int) ([]Event, bool, error)
	// PlansChanged tells every process that the stored plans are not what they were.
	PlansChanged(ctx context.Context) error
	// Status is for people and metrics.
	Status(ctx context.Context) (Status, error)
	// Prune removes events that are older than retention and that no named consumer waits for, and those that wait
	// but are repeated by later ones.
	Prune(ctx context.Context, retention time.Duration) error
	// SavePosition and LoadPosition keep the position of a named consumer, ForgetPosition ends that. It is saved by
	// who holds that name, or fails with ErrNotHeld.
	SavePosition(ctx context.Context, consumer, holder string, at Position) error
	LoadPosition(ctx context.Context, consumer string) (Position, bool, error)
	ForgetPosition(ctx context.Context, consumer string) error
	// Hold gives a name to one holder for a time, or for longer to the one who has it; it returns who has it
	// then. Held only looks. Release gives it back. Note stores a text with it, or fails with ErrNotHeld.
	Hold(ctx context.Context, name, holder string, d time.Duration) (Hold, error)
	Held(ctx context.Context, name string) (Hold, error)
	Release(ctx context.Context, name, holder string) error
	Note(ctx context.Context, name, holder, body string) error
	// SaveFailures keeps documents that a named consumer could not take, until ForgetFailures. Failures returns up
	// to limit of them, those only that are due for another attempt or all, the ones that wait longest first.
	SaveFailures(ctx context.Context, consumer string, list []Failure) error
	Failures(ctx context.Context, consumer string, due bool, limit int) ([]Failure, error)
	ForgetFailures(ctx context.Context, consumer string, keys []string) error
	Close() error
}

// Status is the state of the feed.
type Status struct {
	Head      Position
	Backlog   int64         // changes that wait
	Age       time.Duration // of the oldest of them, since this process first saw it
	Work      int64         // expansions under way
	Aside     []Aside       // the newest of the changes that could not be resolved
	Consumers []ConsumerStatus
}

// Aside is a change that could not be resolved. The collection's documents were all declared changed.
type Aside struct {
	At         time.Time
	Collection string
	Error      string
}

// Hold is who has a name, which only one process can have at a time.
type Hold struct {
	Holder string
	Until  time.Time     // by the server's clock
	Held   bool          // somebody has it now: else Holder is who had it last
	Free   time.Duration // for how long nobody has had it
	Body   string        // as last noted by whoever had it
}

// Failure is a document that a consumer could not take.
type Failure struct {
	Key      string
	Attempts int64
	Since    time.Time     // of the first attempt, by the server's clock; set by SaveFailures where it is zero
	Pause    time.Duration // until the next attempt, from SaveFailures on; 0 means that none is made by itself
	Error    string
}

// ErrNotHeld tells that somebody else has the name, or nobody.
var ErrNotHeld = errors.New("another process has taken over")

// ConsumerStatus is where a named consumer stands.
type ConsumerStatus struct {
	Name   string
	At     Position
	Behind int64
	SeenAt time.Time
}
