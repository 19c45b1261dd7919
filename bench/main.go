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

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "less data and fewer rounds; keep nothing")
	dry := flags.Bool("dry", false, "keep nothing")
	page := flags.Bool("page", false, "measure nothing; write the page of what is kept")
	books := flags.Int("books", 20_000, "documents of the bookstore; 2,000 with -quick")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *page {
		return keep(nil)
	}
	chosen, err := choose(flags.Args(), *quick)
	if err != nil {
		return err
	}
	if *quick {
		*dry, *books = true, 2000
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	fresh := filepath.Join(folder, resultsFile)
	var failed error // what was measured before and behind it counts all the same
	for _, w := range chosen {
		fmt.Fprintf(os.Stderr, "== %s: %s\n", w.Name, w.Title)
		if err := w.measure(ctx, fresh, *books, *quick); err != nil {
			failed = errors.Join(failed, fmt.Errorf("measure %s: %w", w.Name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	list, err := readResults(fresh)
	if err != nil {
		return errors.Join(failed, err)
	}
	failed = errors.Join(failed, report.Print(out, list))
	if *dry {
		return failed
	}
	return errors.Join(failed, keep(list))
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
func (w workload) measure(ctx context.Context, results string, books int, quick bool) error {
	rounds := w.Rounds
	if quick && w.Quick != "" {
		rounds = w.Quick
	}
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark"+w.Benchmark+"$",
		"-benchtime", rounds, "-timeout", "0", "./workloads")
	command.Env = append(os.Environ(), measure.Results+"="+results, "BENCH_BOOKS="+strconv.Itoa(books), "DENORMGEN_REQUIRE_SERVERS=1")
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	return command.Run()
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
