package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/runtime/capture"
)

type sqlCommand struct {
	patterns
	Dialect     string `enum:",sqlite,postgres,mysql" default:"" placeholder:"DIALECT" help:"The database: sqlite, postgres or mysql (MariaDB as well); may be left out where the packages generate for one alone."`
	DSN         string `name:"dsn" env:"DENORMGEN_DSN" placeholder:"DSN" help:"Look at this database, which is only read: what foreign keys, keys and types ask for is known then, and what serves others there is kept."`
	Out         string `placeholder:"DIR" help:"Write files into DIR instead of printing."`
	Down        bool   `help:"Print what takes all of it back (format plain)."`
	Application string `default:"default" placeholder:"NAME" help:"What the program calls itself by denorm.WithApplication."`

	layout string // how to write the statements
}

// The values of --format that say how sql writes its statements.
const (
	layoutPlain   = "plain"
	layoutGoose   = "goose"
	layoutMigrate = "migrate"
)

func layouts() []string { return []string{layoutPlain, layoutGoose, layoutMigrate} }

// takeLayout takes out of --format how statements are to be written: it shares the flag with the diagnostics.
func (s *session) takeLayout() string {
	if !slices.Contains(layouts(), s.Format) {
		return layoutPlain
	}
	layout := s.Format
	s.Format = formatText
	return layout
}

// Help is what help sql prints below the first line.
func (*sqlCommand) Help() string {
	return `The statements are those that Engine.Install runs, which finds nothing left to do after them: so the program itself ` +
		`needs no right to define anything. Run them again when go generate has changed what is watched. Of goose and migrate, ` +
		`each run adds the next migration, unless the last one says the same.

The flag --format says how to write them: plain (the default) is for the shell of the database, goose is one file for goose, ` +
		`migrate are two files for golang-migrate, which has to send each as a whole, as it does by default. ` +
		`The other formats say how to print diagnostics.`
}

const (
	codeUnseen  diag.Code = "sql-unseen"
	codeRefused diag.Code = "sql-refused"
)

// Run prints or writes the statements.
func (c *sqlCommand) Run(s *session) error {
	if err := c.fits(); err != nil {
		return usageError{err}
	}
	options := gen.Options{Patterns: c.Packages}
	if c.Dialect != "" {
		options.Dialects = []string{c.Dialect}
	}
	result, err := s.generate(options)
	if err != nil {
		return err
	}
	if len(result.Plans) == 0 {
		return errFailed
	}
	dialect, err := c.dialect(result)
	if err != nil {
		return usageError{err}
	}
	plans := capturePlans(result, string(dialect))
	var there surroundings
	if c.DSN != "" {
		if there, err = look(s.ctx, dialect, c.DSN, s.dir, plans); err != nil {
			return err
		}
	}
	statements, problems, err := capture.ScriptBeside(dialect, c.Application, plans, there.catalog, there.present)
	if err != nil {
		return fmt.Errorf("rendering statements: %w", err)
	}
	problems = together(problems)
	if err := s.tell(problems); err != nil {
		return err
	}
	return c.write(s, script{dialect: dialect, statements: statements, problems: problems})
}

// fits finds flags that say nothing together.
func (c *sqlCommand) fits() error {
	switch {
	case c.Down && (c.layout != layoutPlain || c.Out != ""):
		return fmt.Errorf("--down is for --format=plain without --out: all else has both directions")
	case c.layout == layoutMigrate && c.Out == "":
		return fmt.Errorf("--format=migrate makes two files: say by --out where")
	}
	return nil
}

// dialect is the one asked for, or the only one that the packages generate.
func (c *sqlCommand) dialect(result gen.Result) (capture.Dialect, error) {
	if c.Dialect != "" {
		return capture.Dialect(c.Dialect), nil
	}
	generated := map[string]bool{}
	for _, p := range result.Plans {
		for _, dialect := range p.Package.Dialects {
			generated[dialect] = true
		}
	}
	names := slices.Sorted(maps.Keys(generated))
	if len(names) != 1 {
		return "", fmt.Errorf("say by --dialect which database is meant: the packages generate for %s", strings.Join(names, ", "))
	}
	return capture.Dialect(names[0]), nil
}

// tell says what could not be seen. It returns errFailed where something cannot be watched at all.
func (s *session) tell(problems []capture.Problem) error {
	report := &diag.Report{}
	var outcome error
	for _, problem := range problems {
		add := report.Warnf
		code := codeUnseen
		if problem.Severity == capture.Refused {
			add, code, outcome = report.Errorf, codeRefused, errFailed
		}
		told := add(code, diag.Span{}, "%s", problem.Message)
		if problem.Remedy != "" {
			told.WithHelp("%s", problem.Remedy)
		}
	}
	return s.report(report.Sorted(), outcome)
}

// together makes one of problems that differ in the table alone.
func together(problems []capture.Problem) []capture.Problem {
	var list []capture.Problem
	tables := map[capture.Problem][]string{}
	for _, problem := range problems {
		same := problem
		if strings.Contains(problem.Message, problem.Table.String()) {
			list = append(list, problem)
			continue
		}
		same.Table = capture.Table{}
		if tables[same] == nil {
			list = append(list, same)
		}
		tables[same] = append(tables[same], problem.Table.String())
	}
	for i, problem := range list {
		if names := tables[problem]; len(names) > 0 {
			list[i].Message = strings.Join(slices.Compact(names), ", ") + ": " + problem.Message
		}
	}
	return list
}
