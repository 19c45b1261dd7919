package docs

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/cli"
	"github.com/google/go-cmp/cmp"
)

// TestBlocks checks every fenced block but those of the quick start.
func TestBlocks(t *testing.T) {
	for _, page := range pages(t) {
		t.Run(page, func(t *testing.T) {
			for _, b := range blocks(t, page) {
				b.check(t)
			}
		})
	}
}

func (b block) check(t *testing.T) {
	t.Helper()
	known := []string{"go", "sql", "json", "text", "console", "sh", "yaml"}
	if !slices.Contains(known, b.info) {
		t.Errorf("%s:%d: %q is none of %s", b.page, b.line, b.info, strings.Join(known, ", "))
		return
	}
	switch b.kind {
	case "from":
		if text := strings.Split(read(t, b.arg), "\n"); !occurs(b.lines, text) {
			t.Errorf("%s:%d: the block does not stand in %s", b.page, b.line, b.arg)
		}
	case "run in":
		b.run(t)
	case "commands":
		b.commands(t)
	case "quick start":
		if b.page != quickStartPage {
			t.Errorf("%s:%d: the quick start is in %s", b.page, b.line, quickStartPage)
		}
	default:
		t.Errorf("%s:%d: the block has no mark that says where it comes from (see the package's comment)", b.page, b.line)
	}
}

// run compares what a command prints.
func (b block) run(t *testing.T) {
	t.Helper()
	if len(b.lines) == 0 || !strings.HasPrefix(b.lines[0], "$ ") {
		t.Errorf("%s:%d: the block does not begin with a $ and a command", b.page, b.line)
		return
	}
	command := strings.TrimPrefix(b.lines[0], "$ ")
	got := strings.Split(strings.TrimRight(b.output(t, command), "\n"), "\n")
	if want := b.lines[1:]; !matches(want, got) {
		t.Errorf("%s:%d: %s prints something else (-page +printed):\n%s", b.page, b.line, command, cmp.Diff(want, got))
		if *update && len(split(want)) == 1 {
			b.rewrite(t, append(b.lines[:1:1], got...))
		}
	}
}

// rewrite replaces the block's lines in its page.
func (b block) rewrite(t *testing.T, lines []string) {
	t.Helper()
	fenced := func(lines []string) string {
		return "```" + b.info + "\n" + strings.Join(lines, "\n") + "\n```\n"
	}
	text := strings.Replace(read(t, b.page), fenced(b.lines), fenced(lines), 1)
	if err := os.WriteFile(filepath.Join(root(t), filepath.FromSlash(b.page)), []byte(text), 0o644); err != nil {
		t.Error(err)
	}
}

// output runs a command: denormgen in this process, both of its streams together, and others as they are,
// without what they log. Arguments have no spaces and no quotes.
func (b block) output(t *testing.T, command string) string {
	t.Helper()
	dir := filepath.Join(root(t), filepath.FromSlash(b.arg))
	words := strings.Fields(strings.TrimPrefix(command, "go tool "))
	if words[0] == "denormgen" {
		t.Setenv("COLUMNS", "100") // help is wrapped to the width of the terminal
		return denormgen(t, dir, words[1:])
	}
	return goCommand(t, dir, words...)
}

func denormgen(t *testing.T, dir string, args []string) string {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chdir(dir); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.Chdir(here); err != nil {
			t.Fatal(err)
		}
	}()
	var out bytes.Buffer
	cli.Run(t.Context(), args, nil, &out, &out)
	return out.String()
}

// goCommand runs the go command and returns what it prints to standard output.
func goCommand(t *testing.T, dir string, words ...string) string {
	t.Helper()
	if words[0] != "go" {
		t.Fatalf("%q is not run by this test", strings.Join(words, " "))
	}
	process := exec.CommandContext(context.WithoutCancel(t.Context()), "go", words[1:]...)
	process.Dir = dir
	process.Env = append(os.Environ(), "GOWORK=off", "PWD="+dir)
	var stderr bytes.Buffer
	process.Stderr = &stderr
	stdout, err := process.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(words, " "), err, stdout, stderr.String())
	}
	return string(stdout)
}

// commands checks that each line is a command that is known to work.
func (b block) commands(t *testing.T) {
	t.Helper()
	for _, line := range b.lines {
		command, _, _ := strings.Cut(line, "  #")
		command = strings.TrimSpace(command)
		if command == "" {
			continue
		}
		if _, ok := tried()[command]; !ok {
			t.Errorf("%s:%d: %q is on no list of commands that a test or CI runs", b.page, b.line, command)
		}
	}
}

// tried says for every command of a "commands" block who runs it.
func tried() map[string]string {
	const (
		ci         = ".ci/run"
		quickStart = "TestQuickStart"
		blocks     = "TestBlocks"
	)
	return map[string]string{
		"go test ./...":              ci,
		"go run ./example/bookstore": blocks,
		"go get -tool github.com/denormgen/denormgen/cmd/denormgen": quickStart + ", with a replace directive in go.mod",
		"go generate ./...":               quickStart,
		"go tool denormgen check ./...":   quickStart,
		"make generate":                   "whoever changes the generator; the step check of " + ci + " sees what it would do",
		"go test ./golden":                ci,
		"go test ./golden -update":        ci + ", without the flag",
		"go test ./internal/docs -update": ci + ", without the flag",

		"go run ./example/live":                                  "its own test, as far as a terminal is not needed",
		"go run ./example/live -demo":                            "its own test",
		"go run ./example/sync":                                  "its own test",
		"go test ./runtime/internal/relay -run TestSchedules -v": ci + ", with all others",
		`go tool denormgen sql -dialect postgres -format goose -dsn "$DSN" -out migrations ./...`:                                                      "TestSQLLeavesInstallNothing, on SQLite",
		"COHERENCE_SEED=1 COHERENCE_WRITES=500 COHERENCE_SETTLES=10 go test ./internal/coherence -run '^TestCoherence$/^sqlite$/^local$' -v":           ci + ", with other numbers",
		"COHERENCE_SEED=11001 COHERENCE_WRITES=11500 COHERENCE_SETTLES=115 go test ./internal/coherence -run '^TestCoherence$/^sqlite$' -timeout 0 -v": ci + ", with other numbers",
		"COHERENCE_SEED=31000 COHERENCE_CASES=50000 go test ./internal/coherence -run '^TestPrecision$/^sqlite$' -timeout 0 -v":                        ci + ", with other numbers",
		"COHERENCE_SEED=21000 COHERENCE_KILLS=500 go test ./internal/coherence -run '^TestKilledProcesses$/^sqlite$' -timeout 0 -v":                    ci + ", with other numbers",
		"RELAY_SEED=1000 RELAY_SCHEDULES=5000 go test ./runtime/internal/relay -run '^TestSchedules$' -timeout 0 -v":                                   ci + ", with other numbers",
		"cd bench && go test -run '^$' -bench 'W2/postgres' -benchtime 100x -cpuprofile cpu.out ./workloads":                                           "make bench, with other flags",
		"DENORMGEN_MUTANTS=1 go test ./internal/mutants -count=1 -v -timeout 20m":                                                                      ci,
	}
}
