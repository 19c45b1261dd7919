// Package cli is the command denormgen: it reads the arguments, runs the generator, and says what
// became of it. It neither exits the process nor knows its standard streams, so that tests can run it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/denormgen/denormgen/gen/diag"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // errors in annotations, differences in check and diff, a disk that cannot be written
	exitUsage  = 2
)

// errFailed ends a command with exitFailed when everything has been said already.
var errFailed = errors.New("failed")

// usageError is a mistake in the arguments.
type usageError struct{ error }

// commandLine is what the arguments are parsed into.
type commandLine struct {
	globals

	Generate generate   `cmd:"" default:"withargs" help:"Write the generated code of packages (the default command)."`
	Check    check      `cmd:"" help:"Exit with 1 if generated code is missing, changed or no longer wanted."`
	Diff     diff       `cmd:"" help:"Print what generate would change as a unified diff, and exit with 1 if there is anything."`
	Explain  explain    `cmd:"" help:"Print documents, their queries, and what a change of a column touches."`
	SQL      sqlCommand `cmd:"" name:"sql" help:"Print the SQL that makes a database log what changes, as Engine.Install does, or write migrations."`
	Help     help       `cmd:"" help:"Print help on a command, or on the annotations: help annotations [verb]."`
	Version  version    `cmd:"" help:"Print the version."`
}

// globals are the flags that every command has.
type globals struct {
	Dir      string `short:"C" name:"dir" placeholder:"DIR" help:"Run as if started in DIR."`
	Format   string `default:"text" help:"How to print diagnostics: text, json or sarif."`
	Color    string `enum:"auto,always,never" default:"auto" help:"Colour diagnostics: auto, always or never."`
	Verbose  bool   `short:"v" help:"Say in one line what was done."`
	ShowHelp bool   `short:"h" name:"help" help:"Print this help."`
}

// session is one run of the command.
type session struct {
	globals
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	parser *kong.Kong
	dir    string // absolute
	// pending is what JSON and SARIF show at the end; ran tells that there is something to show, be it
	// an empty list.
	pending []*diag.Diagnostic
	ran     bool
}

// Run runs the command with the given arguments, without the program's name, and returns its exit
// code. It stops early when ctx ends; what is written to disk is complete or untouched even then.
func Run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	s := &session{ctx: ctx, stdout: stdout, stderr: stderr}
	code := s.exitCode(s.run(args))
	if err := s.finish(); err != nil {
		fmt.Fprintf(stderr, "denormgen: printing diagnostics: %v\n", err)
		return exitFailed
	}
	return code
}

// exitCode says what went wrong, if it has not been said yet.
func (s *session) exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintf(s.stderr, "denormgen: %v\nRun 'denormgen --help' for help.\n", err)
		return exitUsage
	default:
		s.fail(err)
		return exitFailed
	}
}

func (s *session) run(args []string) error {
	var line commandLine
	parser, err := kong.New(&line,
		kong.Name("denormgen"),
		kong.Description("Generates typed documents, the SQL that loads them, and their accessors from annotated structs. "+
			"Without a command it generates: denormgen for the package in the current directory, denormgen ./... for all below it."),
		kong.NoDefaultHelp(),
		kong.Writers(s.stdout, s.stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return fmt.Errorf("setting up the command line: %w", err)
	}
	s.parser = parser
	args = longFlags(parser.Model, args)
	parsed, err := parser.Parse(args)
	if err != nil {
		return usageError{err}
	}
	s.globals = line.globals
	if s.ShowHelp {
		return s.usage(args)
	}
	formats := []string{formatText, formatJSON, formatSARIF}
	if parsed.Selected().Name == "sql" {
		line.SQL.layout = s.takeLayout()
		formats = append(formats, layouts()...)
	}
	if !slices.Contains(formats, s.Format) {
		return usageError{fmt.Errorf("--format must be one of %s but got %q", strings.Join(formats, ", "), s.Format)}
	}
	if s.dir, err = directory(s.Dir); err != nil {
		return usageError{err}
	}
	return parsed.Run(s)
}

func directory(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("finding the current directory: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("-C %s: %w", dir, err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("-C %s: not a directory", dir)
	}
	return path, nil
}
