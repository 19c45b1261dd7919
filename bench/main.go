package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/bench/report"
)

const (
	resultsFile = "results.jsonl"
	docs        = "../docs"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	quick, dry, page bool
	books            []int
	on               []string // databases; all if there are none
	names            []string
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "less data and fewer rounds; keep nothing")
	flags.BoolVar(&o.dry, "dry", false, "keep nothing")
	flags.BoolVar(&o.page, "page", false, "measure nothing; write the page of what is kept")
	flags.Func("books", "documents of the bookstore, or several `numbers` with commas (20000, with -quick 2000)", func(text string) error {
		for number := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(number)
			if err != nil || n <= 0 {
				return fmt.Errorf("%q is no number of books", number)
			}
			o.books = append(o.books, n)
		}
		return nil
	})
	flags.Func("on", "the `databases` to measure, with commas (all), for workloads with a table for each", func(text string) error {
		for name := range strings.SplitSeq(text, ",") {
			if !slices.Contains(databases(), name) {
				return fmt.Errorf("no database is called %q; there are %s", name, strings.Join(databases(), ", "))
			}
			o.on = append(o.on, name)
		}
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.names = flags.Args()
	usual := 20_000
	if o.quick {
		o.dry, usual = true, 2000
	}
	if o.books == nil {
		o.books = []int{usual}
	}
	return o, nil
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.page {
		return keep(nil)
	}
	chosen, err := choose(o.names, o.quick)
	if err != nil {
		return err
	}
	list, failed := measureAll(ctx, chosen, o)
	failed = errors.Join(failed, report.Print(out, list))
	if o.dry {
		return failed
	}
	return errors.Join(failed, keep(list))
}

// measureAll returns what was measured, before and behind a failure, too.
func measureAll(ctx context.Context, chosen []workload, o options) ([]measure.Result, error) {
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	program, fresh := filepath.Join(folder, "workloads.test"), filepath.Join(folder, resultsFile)
	if err := command(ctx, "go", "test", "-c", "-o", program, "./workloads").Run(); err != nil {
		return nil, fmt.Errorf("compile the workloads: %w", err)
	}
	var failed error
	for _, w := range chosen {
		for _, books := range w.sizes(o.books) {
			if ctx.Err() != nil {
				break
			}
			fmt.Fprintf(os.Stderr, "== %s: %s\n", w.Name, w.Title)
			if err := w.measure(ctx, program, fresh, books, o); err != nil {
				failed = errors.Join(failed, fmt.Errorf("measure %s: %w", w.Name, err))
			}
		}
	}
	list, err := readResults(fresh)
	return list, errors.Join(failed, err)
}

// choose returns the workloads of the given names, in the order of all.
func choose(names []string, quick bool) ([]workload, error) {
	all := workloads()
	if len(names) == 0 {
		return slices.DeleteFunc(all, func(w workload) bool { return quick && w.Quick == "" }), nil
	}
	var known []string
	for _, w := range all {
		known = append(known, w.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, strings.ToLower(name)) {
			return nil, fmt.Errorf("no workload is called %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(all, func(w workload) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, w.Name) })
	}), nil
}

// measure runs the benchmarks of a workload in a process of their own.
func (w workload) measure(ctx context.Context, program, results string, books int, o options) error {
	rounds, pattern := w.Rounds, "^Benchmark"+w.Benchmark+"$"
	if o.quick && w.Quick != "" {
		rounds = w.Quick
	}
	if o.on != nil {
		pattern += "/^(" + strings.Join(o.on, "|") + ")$"
	}
	benchmark := command(ctx, program, "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", rounds, "-test.timeout", "0")
	benchmark.Dir = "workloads"
	benchmark.Env = append(os.Environ(), measure.Results+"="+results, "BENCH_BOOKS="+strconv.Itoa(books), "DENORMGEN_REQUIRE_SERVERS=1")
	return benchmark.Run()
}

// command says what it has to say beside our results.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	made := exec.CommandContext(ctx, name, args...)
	made.Stdout, made.Stderr = os.Stderr, os.Stderr
	return made
}

func readResults(path string) ([]measure.Result, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return measure.Read(file)
}

// keep adds results to those that are kept, and writes the page of all.
func keep(list []measure.Result) error {
	kept, err := readResults(resultsFile)
	if err != nil {
		return err
	}
	all := measure.Latest(append(kept, list...))
	report.Sort(all)
	if err := measure.Write(resultsFile, all); err != nil {
		return err
	}
	return report.WritePage(docs, all)
}
