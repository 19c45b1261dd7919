package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/output"
)

// patterns are the packages that a command works on.
type patterns struct {
	Packages []string `arg:"" optional:"" help:"Packages as for go build; the one in the current directory by default."`
}

type generate struct{ patterns }

// Run writes the generated code.
func (c *generate) Run(s *session) error {
	start := time.Now()
	if err := c.misspelled(); err != nil {
		return err
	}
	result, changes, err := s.changes(c.Packages)
	if err != nil {
		return err
	}
	if err := output.Write(changes); err != nil {
		return err
	}
	if s.Verbose {
		fmt.Fprintf(s.stderr, "denormgen: %s (%s)\n", summary(result, changes), time.Since(start).Round(time.Millisecond))
	}
	return nil
}

// misspelled catches `denormgen chek`, which reads as a package.
func (c *generate) misspelled() error {
	if len(c.Packages) == 0 || strings.ContainsAny(c.Packages[0], "./\\") {
		return nil
	}
	word := c.Packages[0]
	near := diag.Suggest(word, []string{"generate", "check", "diff", "explain", "sql", "help", "version"})
	if near == "" {
		return nil
	}
	return usageError{fmt.Errorf("unknown command %q: did you mean %q? (a package in a folder of that name is ./%s)", word, near, word)}
}

func summary(result gen.Result, changes []output.Change) string {
	count := map[output.Kind]int{}
	for _, change := range changes {
		count[change.Kind]++
	}
	collections := 0
	for _, p := range result.Plans {
		collections += len(p.Collections)
	}
	return fmt.Sprintf("%s in %s; files: %d created, %d updated, %d removed, %d unchanged",
		counted(collections, "collection"), counted(len(result.Plans), "package"),
		count[output.Create], count[output.Update], count[output.Orphan], count[output.Same])
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// changes runs the generator and compares its output with the disk. It prints what there is to say, and
// returns errFailed after errors.
func (s *session) changes(packages []string) (gen.Result, []output.Change, error) {
	result, err := s.generate(gen.Options{Patterns: packages})
	if err != nil {
		return result, nil, err
	}
	changes, err := output.Changes(result.Files, result.Dirs)
	return result, changes, err
}

func (s *session) generate(options gen.Options) (gen.Result, error) {
	options.Dir = s.dir
	result, err := gen.Run(s.ctx, options)
	if err != nil {
		return result, err
	}
	var outcome error
	if result.Report.HasErrors() {
		outcome = errFailed
	}
	if err := s.report(result.Report.Sorted(), outcome); err != nil {
		return result, err
	}
	if len(result.Plans) == 0 && s.Format == formatText {
		fmt.Fprintf(s.stderr, "denormgen: no collection is declared in %s: write //denorm:collection above a struct "+
			"(see denormgen help annotations)\n", described(options.Patterns))
	}
	return result, nil
}

func described(packages []string) string {
	if len(packages) == 0 {
		return "the package in the current directory"
	}
	return strings.Join(packages, " ")
}
