package denorm

import (
	"context"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Status is what goes on in the database's feed of changes, and who follows it.
type Status struct {
	// Running tells whether Engine.Run is under way in this process.
	Running bool
	// Head is the end of the feed.
	Head Position
	// Backlog is how many logged changes wait to be relayed, BacklogAge for how long the oldest of them has
	// waited since this process first saw it. Expansions are changes of very many documents that are under way.
	Backlog    int64
	BacklogAge time.Duration
	Expansions int64
	// Aside are the newest of the changes that could not be resolved, up to 100, the newest first.
	Aside []Aside
	// Consumers are those in this process, the caches first, and then the named ones of all processes by name.
	Consumers []ConsumerStatus
	// Sinks are those of this engine, by collection.
	Sinks []SinkStatus
	// Plans are the collections that the database keeps for all programs, by name.
	Plans []StoredPlan
}

// Aside is a change that could not be resolved. All documents of its collection were declared changed instead.
type Aside struct {
	At         time.Time // when the relay gave up, by the clock of the database server; on SQLite, of its machine
	Collection string
	Error      string
}

// ConsumerStatus is where a consumer of the feed stands.
type ConsumerStatus struct {
	Name string
	// InProcess tells that the consumer is one of this process: then SeenAt is zero.
	InProcess bool
	// Position is "" where it is not known. Behind is how many events follow it; from another life of the feed
	// that is all of them.
	Position Position
	Behind   int64
	// Age is how old what the consumer holds may be: no commit that is older is missing. It is -1 where that is
	// not known, as for all that are not caches of this process.
	Age time.Duration
	// SeenAt is when a named consumer last stored its position, by the clock of the database server; on
	// SQLite, of its machine.
	SeenAt time.Time
}

// StoredPlan says that a program depends on changes for a collection.
type StoredPlan struct {
	Collection  string
	Shape       string
	Application string    // see WithApplication
	SeenAt      time.Time // its last sign of life, by the clock of that program's machine
	// Here tells that this engine has the collection in this shape.
	Here bool
}

// Status reads the state of the feed and of its consumers. It is for people and for alarms: it costs some queries.
// Stats costs none. It returns an error before Install and after Close.
func (e *Engine) Status(ctx context.Context) (Status, error) {
	l, err := e.installed()
	if err != nil {
		return Status{}, fmt.Errorf("read the status of denorm: %w", err)
	}
	feed, err := l.feed.Status(ctx)
	if err != nil {
		return Status{}, fmt.Errorf("read the status of denorm: %w", err)
	}
	status := Status{
		Running: l.running.Load(), Head: Position(feed.Head.String()),
		Backlog: feed.Backlog, BacklogAge: feed.Age, Expansions: feed.Work,
		Consumers: l.consumers(feed),
	}
	for _, sink := range l.sinks {
		one, err := sink.status(ctx, feed.Head)
		if err != nil {
			return Status{}, fmt.Errorf("read the status of denorm: %w", err)
		}
		status.Sinks = append(status.Sinks, one)
	}
	for _, aside := range feed.Aside {
		status.Aside = append(status.Aside, Aside(aside))
	}
	stored, err := capture.Plans(ctx, e.db)
	if err != nil {
		return Status{}, fmt.Errorf("read the status of denorm: %w", err)
	}
	here := map[[2]string]bool{}
	for _, plan := range e.plansOf() {
		here[[2]string{plan.Collection, plan.Shape}] = true
	}
	for _, plan := range stored {
		status.Plans = append(status.Plans, StoredPlan{
			Collection: plan.Collection, Shape: plan.Shape, Application: plan.Application, SeenAt: plan.SeenAt,
			Here: here[[2]string{plan.Collection, plan.Shape}],
		})
	}
	return status, nil
}

// consumers are those of this process, then the named ones.
func (l *live) consumers(feed relay.Status) []ConsumerStatus {
	var list []ConsumerStatus
	now := time.Now()
	for _, f := range l.followers {
		one := ConsumerStatus{Name: f.consumer.Name(), InProcess: true, Age: -1, Behind: behind(feed.Head, relay.Position{})}
		if at := f.position(); at != (relay.Position{}) {
			one.Position, one.Behind = Position(at.String()), behind(feed.Head, at)
		}
		if f.gauge != nil {
			one.Age = age(f.gauge, now)
		}
		list = append(list, one)
	}
	for _, named := range feed.Consumers {
		list = append(list, ConsumerStatus{
			Name: named.Name, Position: Position(named.At.String()), Behind: behind(feed.Head, named.At), Age: -1, SeenAt: named.SeenAt,
		})
	}
	return list
}

// behind is how many events lead from a position to the head.
func behind(head, at relay.Position) int64 {
	if at.Epoch != head.Epoch {
		return head.Seq
	}
	return max(head.Seq-at.Seq, 0)
}
