// Package command gives a program of your own the commands that look after its documents, for only that program knows
// their types:
//
//	status                      where the feed, the caches and the sinks stand
//	sync SINK [COLLECTION...]   write all documents into a sink anew
//	verify [COLLECTION...]      compare caches and sinks with the database
//	requeue SINK [COLLECTION...]  try documents again that a sink could not take
//	doctor                      what is missing, old, slow or bypassed
//	install                     make the database log what documents depend on
//
// A program that does nothing else is
//
//	func main() { command.Main("shop-denorm", shop.Open) }
//
// and one with a command line already hands the arguments on that are not its own. With cobra:
//
//	&cobra.Command{Use: "denorm", DisableFlagParsing: true, RunE: func(cmd *cobra.Command, args []string) error {
//		return command.Run(cmd.Context(), engine, args)
//	}}
//
// with kong a field `Args []string` with the tags `arg:"" optional:"" passthrough:""`, and with urfave/cli a command
// with SkipFlagParsing.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	denorm "github.com/denormgen/denormgen/runtime"
)

var (
	// ErrFound is what verify and doctor return where they found something wrong, which they have printed.
	ErrFound = errors.New("something is wrong")
	// ErrUsage means that the arguments are not understood.
	ErrUsage = errors.New("wrong usage")
)

// Option says how commands talk.
type Option func(*settings)

type settings struct {
	name           string
	stdout, stderr io.Writer
	logger         *slog.Logger
}

// Name is what help calls the command; "denorm" by default.
func Name(name string) Option { return func(s *settings) { s.name = name } }

// Output says where results go, and where progress does; by default the standard streams of the process.
func Output(stdout, stderr io.Writer) Option {
	return func(s *settings) { s.stdout, s.stderr = stdout, stderr }
}

// Logger says where progress is logged if it does not go to a terminal; by default slog.Default.
func Logger(logger *slog.Logger) Option { return func(s *settings) { s.logger = logger } }

// commandLine is what the arguments are parsed into.
type commandLine struct {
	Status  status  `cmd:"" help:"Show where the feed, the caches and the sinks stand."`
	Sync    sync    `cmd:"" help:"Write all documents into a sink anew. What was interrupted is gone on with."`
	Verify  verify  `cmd:"" help:"Compare what caches and sinks hold with documents that are built anew. Exits with 1 if some differ."`
	Requeue requeue `cmd:"" help:"Try documents again that a sink could not take."`
	Doctor  doctor  `cmd:"" help:"Show what is missing, old, slow or bypassed. Exits with 1 if something may make documents stale."`
	Install install `cmd:"" help:"Make the database log what documents depend on."`
}

// session is one run of a command.
type session struct {
	settings
	ctx    context.Context
	engine *denorm.Engine
}

// Run runs one command with its arguments. It returns when that is done or the context ends. Everything but doctor
// installs first, which needs no rights where everything is in place.
func Run(ctx context.Context, engine *denorm.Engine, args []string, opts ...Option) error {
	s := &session{settings: settings{name: "denorm", stdout: os.Stdout, stderr: os.Stderr, logger: slog.Default()}, ctx: ctx, engine: engine}
	for _, opt := range opts {
		opt(&s.settings)
	}
	helped := false
	parser, err := kong.New(&commandLine{}, kong.Name(s.name), kong.Description("Looks after documents in caches and other stores."),
		kong.Writers(s.stdout, s.stderr), kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		return fmt.Errorf("set up the command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	switch {
	case helped:
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w; %s --help tells more", ErrUsage, err, s.name)
	}
	return parsed.Run(s)
}

// Main runs a program that has only these commands: its arguments are those of Run. Its exit code is 0 if all is well, 1
// if a command failed or found something, and 2 if its arguments are not understood. An interrupt ends the command.
func Main(name string, open func(ctx context.Context) (*denorm.Engine, error)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := exitCode(run(ctx, name, open), os.Stderr, name)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, name string, open func(ctx context.Context) (*denorm.Engine, error)) (err error) {
	engine, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	return Run(ctx, engine, os.Args[1:], Name(name))
}

func exitCode(err error, stderr io.Writer, name string) int {
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, ErrFound):
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
	}
	if errors.Is(err, ErrUsage) {
		return 2
	}
	return 1
}

// install makes the database log changes.
type install struct{}

func (*install) Run(s *session) error { return s.engine.Install(s.ctx) }

// requeue tries documents again.
type requeue struct {
	Sink        string   `arg:"" optional:"" help:"Name of the sink."`
	Collections []string `arg:"" name:"collection" optional:"" help:"Collections; all by default."`
}

func (r *requeue) Run(s *session) error {
	if err := s.engine.Install(s.ctx); err != nil {
		return err
	}
	n, err := s.engine.Requeue(s.ctx, r.Sink, r.Collections...)
	if err != nil {
		return err
	}
	return s.print("%d documents will be tried again by the process that serves %s\n", n, r.Sink)
}

func (s *session) print(format string, args ...any) error {
	_, err := fmt.Fprintf(s.stdout, format, args...)
	return err
}

// printJSON prints a result for programs.
func (s *session) printJSON(result any) error {
	encoder := json.NewEncoder(s.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}
