package command

import (
	"cmp"
	"fmt"
	"text/tabwriter"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// status shows where everything stands.
type status struct {
	JSON bool `name:"json" help:"Print the status as JSON."`
}

func (c *status) Run(s *session) error {
	if err := s.engine.Install(s.ctx); err != nil {
		return err
	}
	now, err := s.engine.Status(s.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.printJSON(now)
	}
	return s.printStatus(&now)
}

func (s *session) printStatus(now *denorm.Status) error {
	table := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintf(table, "feed\t%s\n", now.Head)
	fmt.Fprintf(table, "changes that wait\t%d\n", now.Backlog)
	fmt.Fprintf(table, "large changes under way\t%d\n", now.Expansions)
	if len(now.Sinks) > 0 {
		fmt.Fprintln(table, "\nSINK\tCOLLECTION\tSERVED BY\tBEHIND\tASIDE\tSYNC")
	}
	for i := range now.Sinks {
		sink := &now.Sinks[i]
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%s\n", sink.Sink, sink.Collection, cmp.Or(sink.Holder, "-"), sink.Behind, len(sink.Aside), syncing(sink))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for i := range now.Sinks {
		sink := &now.Sinks[i]
		for _, failure := range sink.Aside {
			next := "when it changes, or by requeue"
			if failure.Next > 0 {
				next = "in " + failure.Next.Round(time.Second).String()
			}
			if err := s.print("%s: %s %s was tried %d times since %s, again %s: %s\n", sink.Sink, sink.Collection, failure.Key,
				failure.Attempts, failure.Since.Format(time.DateTime), next, failure.Error); err != nil {
				return err
			}
		}
	}
	for _, aside := range now.Aside {
		if err := s.print("%s: a change of %s could not be resolved: %s\n", aside.At.Format(time.DateTime), aside.Collection, aside.Error); err != nil {
			return err
		}
	}
	return nil
}

// syncing tells how far a full sync is.
func syncing(sink *denorm.SinkStatus) string {
	switch {
	case sink.Sync != nil:
		return fmt.Sprintf("%d of %d", sink.Sync.Written, sink.Sync.Total)
	case sink.SyncDue:
		return "due"
	case !sink.Served:
		return "another release is served"
	default:
		return "done"
	}
}
