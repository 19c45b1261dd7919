package command

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// verify compares documents.
type verify struct {
	Collections []string      `arg:"" name:"collection" optional:"" help:"Collections; all by default."`
	Store       []string      `placeholder:"NAME" help:"Compare only this: 'local cache', 'shared cache' or a sink. It may be repeated."`
	Sample      int           `placeholder:"N" help:"Compare N documents of each collection, picked by chance; all by default."`
	Wait        time.Duration `default:"10s" help:"For how long a document has to differ without changing: what is in flight arrives meanwhile."`
	JSON        bool          `name:"json" help:"Print the result as JSON."`
}

func (c *verify) Run(s *session) error {
	if err := s.engine.Install(s.ctx); err != nil {
		return err
	}
	var found *denorm.Verification
	err := s.following(func() (err error) {
		found, err = s.engine.Verify(s.ctx, denorm.VerifyCollections(c.Collections...), denorm.VerifyStores(c.Store...),
			denorm.VerifySample(c.Sample), denorm.VerifyWait(c.Wait))
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.printJSON(found)
	} else {
		err = s.printVerification(found)
	}
	if err == nil && found.Differing() > 0 {
		err = fmt.Errorf("%w: %d documents differ", ErrFound, found.Differing())
	}
	return err
}

// following calls a function while this process follows changes, as any does, for else no cache would answer.
func (s *session) following(call func() error) error {
	status, err := s.engine.Status(s.ctx)
	if err != nil {
		return err
	}
	if status.Running {
		return call()
	}
	ctx, stop := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.engine.Run(ctx) }()
	s.catchUp()
	err = call()
	stop()
	return errors.Join(err, <-ended)
}

// catchUp waits until the caches answer, but not for long: a cache that does not is a part of the result.
func (s *session) catchUp() {
	const patience = 5 * time.Second
	for begun := time.Now(); s.engine.Stats().LocalAge < 0 && s.engine.Stats().SharedAge < 0; time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > patience || s.ctx.Err() != nil {
			return
		}
	}
}

func (s *session) printVerification(found *denorm.Verification) error {
	table := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "STORE\tCOLLECTION\tCOMPARED\tDIFFER\tBEHIND\tMOVING")
	for _, one := range found.Stores {
		if one.Skipped != "" {
			fmt.Fprintf(table, "%s\t%s\t-\t-\t-\t-\t%s\n", one.Store, one.Collection, one.Skipped)
			continue
		}
		note := ""
		if one.Stopped {
			note = "\ttoo many differ: the rest was not compared"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d%s\n", one.Store, one.Collection, one.Compared, one.Differing, one.Behind, one.Moving, note)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, one := range found.Stores {
		for _, difference := range one.Differences {
			if err := s.print("%s: %s %s %s\n", one.Store, one.Collection, difference.Key, describe(difference)); err != nil {
				return err
			}
		}
	}
	return nil
}

func describe(d denorm.Difference) string {
	switch {
	case d.Missing:
		return "is missing"
	case d.Gone:
		return "is there, and not in the database any more"
	default:
		return "differs at " + d.Path
	}
}
