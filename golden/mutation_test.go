package golden

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/diag"
	"golang.org/x/tools/txtar"
)

// rounds is how many mutants TestMutations makes of each scenario, unless DENORMGEN_MUTATIONS says
// otherwise. With that the code generated for sound mutants is compiled, too.
const rounds = 2

// TestMutations breaks the directives and tags of all scenarios and checks that the generator answers
// each mutant with generated code, or with errors that have a place and a way out.
func TestMutations(t *testing.T) {
	all, err := Read("scenario")
	if err != nil {
		t.Fatal(err)
	}
	n, compile := rounds, false
	if text := os.Getenv("DENORMGEN_MUTATIONS"); text != "" {
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		compile = true
	}
	for seed := range n {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			var mutants []*Scenario
			for i, s := range all {
				mutants = append(mutants, mutate(s, rand.New(rand.NewPCG(uint64(seed), uint64(i)))))
			}
			dir := put(t, mutants)
			wrong := map[string]bool{}
			for _, d := range generate(t, dir, "./...").Report.Sorted() {
				checkPlaces(t, dir, d)
				name, _, _ := strings.Cut(within(dir, d.Primary.File), "/")
				wrong[name] = wrong[name] || d.Severity == diag.Error
			}
			if wrong[""] {
				return // reported
			}
			// One error keeps the whole run from writing: the sound ones run on their own.
			var sound []string
			for _, s := range mutants {
				if !wrong[s.Name] && declares(s) {
					sound = append(sound, "./"+s.Name+"/...")
				}
			}
			result := generate(t, dir, sound...)
			if result.Report.HasErrors() {
				t.Errorf("mutants without errors have some on their own: %s", result.Report.Sorted()[0].Message)
			}
			if compile {
				compileMutants(t, dir, result, sound)
			}
			t.Logf("%d of %d mutants are sound, %d files generated", len(sound), len(mutants), len(result.Files))
		})
	}
}

// declares tells whether a scenario has a collection.
func declares(s *Scenario) bool {
	return slices.ContainsFunc(s.Archive.Files, func(f txtar.File) bool {
		return strings.HasSuffix(f.Name, ".go") && bytes.Contains(f.Data, []byte("//denorm:collection "))
	})
}

// generate runs the generator and turns a panic into a failure.
func generate(t *testing.T, dir string, patterns ...string) gen.Result {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("the generator panics: %v\n%s", r, debug.Stack())
		}
	}()
	result, err := gen.Run(context.Background(), gen.Options{Dir: dir, Patterns: patterns, Env: environment()})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func compileMutants(t *testing.T, dir string, result gen.Result, packages []string) {
	t.Helper()
	for _, f := range result.Files {
		if err := os.WriteFile(f.Path, f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", append([]string{"build"}, packages...)...)
	command.Dir, command.Env = dir, environment()
	out, _ := command.CombinedOutput() // what the mutation broke in the user's own files is no matter
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, ".gen.go:") {
			t.Errorf("what was generated does not compile: %s", line)
		}
	}
}

// within is a file's path below dir, "" for one that lies elsewhere.
func within(dir, file string) string {
	below, err := filepath.Rel(dir, file)
	if err != nil || strings.HasPrefix(below, "..") {
		return ""
	}
	return filepath.ToSlash(below)
}

// checkPlaces fails where a place of a diagnostic is none of its file, or there is no way out.
func checkPlaces(t *testing.T, dir string, d *diag.Diagnostic) {
	t.Helper()
	problem := func(format string, args ...any) {
		t.Errorf("%s %s [%s]: %s", within(dir, d.Primary.File), d.Message, d.Code, fmt.Sprintf(format, args...))
	}
	spans := []diag.Span{d.Primary}
	for _, r := range d.Related {
		spans = append(spans, r.Span)
	}
	if d.Fix != nil {
		spans = append(spans, d.Fix.Span)
	}
	for _, at := range spans {
		text, err := os.ReadFile(at.File)
		if err != nil || within(dir, at.File) == "" {
			problem("%s is no file of the scenario", at)
			continue
		}
		lines := strings.Split(string(text), "\n")
		if at.Line < 1 || at.Line > len(lines) || at.Col < 1 || at.Width < 1 || at.Col > len(lines[at.Line-1])+2 { // the parser finds the end of a file there
			problem("%s+%d lies outside of the file", at, at.Width)
		}
	}
	if d.Help == "" && d.Fix == nil {
		problem("offers no way out")
	}
	if d.Message == "" || strings.ContainsRune(d.Message, '\n') || d.Code == "" {
		problem("has no message of one line")
	}
}

// TestFixes applies the fixes that the failing scenarios offer and checks that what they are for is gone.
func TestFixes(t *testing.T) {
	list := scenarios(t, true)
	dir := put(t, list)
	applied := map[string][]*diag.Diagnostic{}
	for _, d := range slices.Backward(generate(t, dir, "./...").Report.Sorted()) {
		if d.Fix == nil {
			continue
		}
		file := d.Fix.Span.File
		later := applied[file]
		if len(later) > 0 && later[len(later)-1].Fix.Span.Line == d.Fix.Span.Line {
			continue // one fix a line: they may overlap
		}
		applied[file] = append(later, d)
		if err := apply(d.Fix); err != nil {
			t.Fatal(err)
		}
	}
	left := map[string]bool{}
	identity := func(d *diag.Diagnostic) string {
		return fmt.Sprintf("%s:%d: %s [%s]", within(dir, d.Primary.File), d.Primary.Line, d.Message, d.Code)
	}
	for _, d := range generate(t, dir, "./...").Report.Sorted() {
		left[identity(d)] = true
	}
	fixes := 0
	for _, list := range applied {
		for _, d := range list {
			fixes++
			if left[identity(d)] {
				t.Errorf("%s: the fix %q does not help", identity(d), d.Fix.Text)
			}
		}
	}
	if fixes < 20 {
		t.Errorf("only %d fixes were tried", fixes)
	}
}

func apply(fix *diag.Fix) error {
	text, err := os.ReadFile(fix.Span.File)
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	line := lines[fix.Span.Line-1]
	from := fix.Span.Col - 1
	lines[fix.Span.Line-1] = line[:from] + fix.Text + line[min(from+fix.Span.Width, len(line)):]
	return os.WriteFile(fix.Span.File, []byte(strings.Join(lines, "\n")), 0o644)
}

// tokenPattern finds what a mutation takes away, doubles, moves or garbles.
var tokenPattern = regexp.MustCompile(`[A-Za-z0-9_]+|[^A-Za-z0-9_\s]`)

// mutate returns the scenario with one to three changes in the directives, tags and fields of one Go file.
func mutate(s *Scenario, random *rand.Rand) *Scenario {
	archive := &txtar.Archive{}
	var goFiles []int
	for i, f := range s.Archive.Files {
		archive.Files = append(archive.Files, txtar.File{Name: f.Name, Data: bytes.Clone(f.Data)})
		if strings.HasSuffix(f.Name, ".go") {
			goFiles = append(goFiles, i)
		}
	}
	file := &archive.Files[goFiles[random.IntN(len(goFiles))]]
	lines := strings.Split(string(file.Data), "\n")
	for range 1 + random.IntN(2) {
		lines = mutateLine(lines, random)
	}
	file.Data = []byte(strings.Join(lines, "\n"))
	return &Scenario{Name: s.Name, File: s.File, Archive: archive}
}

func mutateLine(lines []string, random *rand.Rand) []string {
	var candidates []int
	for i, line := range lines {
		switch {
		case strings.Contains(line, "//denorm:"):
			candidates = append(candidates, i, i, i, i)
		case strings.HasPrefix(line, "\t"), strings.HasPrefix(line, "type "), strings.HasPrefix(line, "func "):
			candidates = append(candidates, i)
		}
	}
	if len(candidates) == 0 {
		return lines
	}
	at := candidates[random.IntN(len(candidates))]
	tokens := tokenPattern.FindAllStringIndex(lines[at], -1)
	if random.IntN(8) == 0 || len(tokens) == 0 {
		if random.IntN(2) == 0 {
			return slices.Delete(lines, at, at+1)
		}
		return slices.Insert(lines, at, lines[at])
	}
	// A directive's slashes and name are mutated less often than its arguments.
	first := 0
	if strings.Contains(lines[at], "//denorm:") && len(tokens) > 5 && random.IntN(6) > 0 {
		first = 5
	}
	pick := tokens[first+random.IntN(len(tokens)-first)]
	word := lines[at][pick[0]:pick[1]]
	lines[at] = lines[at][:pick[0]] + garble(word, lines, random) + lines[at][pick[1]:]
	return lines
}

// garble returns what may stand in the place of a word.
func garble(word string, lines []string, random *rand.Rand) string {
	odd := []string{"", " ", ",", ".", "=", "\"", "`", "'", "\\", ";", "--", "*", "(", ")", "é", "\x00", "\xff", "nil", "0", "-1",
		"99999999999999999999", "through.", "all", "as=X", "where=\"ID > 0\"", "type", "func", "_", "ID", "//", "[]", "**", "interface{}"}
	switch random.IntN(6) {
	case 0:
		return ""
	case 1:
		return word + word
	case 2:
		return word + " " + word
	case 3: // a word from elsewhere in the file
		line := lines[random.IntN(len(lines))]
		if words := tokenPattern.FindAllString(line, -1); len(words) > 0 {
			return words[random.IntN(len(words))]
		}
		return word
	case 4:
		i := random.IntN(len(word) + 1)
		return word[:i] + odd[random.IntN(len(odd))] + word[i:]
	default:
		return odd[random.IntN(len(odd))]
	}
}
