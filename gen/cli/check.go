package cli

import (
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/output"
)

const codeStale diag.Code = "stale-output"

type check struct{ patterns }

// Run lists the generated files that are not what they should be.
func (c *check) Run(s *session) error {
	_, changes, err := s.changes(c.Packages)
	if err != nil {
		return err
	}
	stale := output.Stale(changes)
	if len(stale) == 0 {
		return nil
	}
	remedy := c.remedy(s)
	if s.Format != formatText {
		report := &diag.Report{}
		for _, change := range stale {
			report.Errorf(codeStale, diag.Span{File: change.Path}, "generated file is %s", state(change.Kind)).
				WithHelp("run %s", remedy)
		}
		return s.report(report.Sorted(), errFailed)
	}
	for _, change := range stale {
		fmt.Fprintf(s.stdout, "%s: %s\n", output.Relative(s.dir, change.Path), state(change.Kind))
	}
	fmt.Fprintf(s.stderr, "denormgen: generated code is not up to date: run %s\n", remedy)
	return errFailed
}

// remedy is the command that brings the files up to date.
func (c *check) remedy(s *session) string {
	words := []string{"denormgen"}
	if s.Dir != "" {
		words = append(words, "-C", s.Dir)
	}
	return strings.Join(append(words, c.Packages...), " ")
}

func state(kind output.Kind) string {
	switch kind {
	case output.Create:
		return "missing"
	case output.Orphan:
		return "no longer wanted"
	default:
		return "out of date"
	}
}

type diff struct{ patterns }

// Run prints the differences.
func (c *diff) Run(s *session) error {
	_, changes, err := s.changes(c.Packages)
	if err != nil {
		return err
	}
	if len(output.Stale(changes)) == 0 {
		return nil
	}
	if err := output.Diff(s.stdout, changes, s.dir); err != nil {
		return err
	}
	return errFailed
}
