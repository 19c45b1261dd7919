package golden

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite what the scenarios want; the run fails all the same, so that nobody does it unawares")

// outputs is the folder of the committed generated code, one folder a scenario.
const outputs = "testdata/output"

// scenarios reads those that want errors, or those that want documents.
func scenarios(t *testing.T, failing bool) []*Scenario {
	t.Helper()
	all, err := Read("scenario")
	if err != nil {
		t.Fatal(err)
	}
	var list []*Scenario
	for _, s := range all {
		if s.Fails() == failing {
			list = append(list, s)
		}
	}
	if len(list) < 40 {
		t.Errorf("only %d scenarios of this kind, want at least 40", len(list))
	}
	return list
}

// put makes a module of scenarios in a temporary folder.
func put(t *testing.T, list []*Scenario) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	repo, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if err := Module(dir, repo); err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if err := s.Extract(dir); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// environment builds the module as it is, without touching the network more than the cache needs.
func environment() []string { return append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off") }

// TestErrors generates all failing scenarios in one run and compares what is said of each.
func TestErrors(t *testing.T) {
	list := scenarios(t, true)
	dir := put(t, list)
	result, err := gen.Run(context.Background(), gen.Options{Dir: dir, Patterns: []string{"./..."}, Env: environment()})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Files) > 0 {
		t.Errorf("%d files were generated although there are errors", len(result.Files))
	}
	said := map[string][]*diag.Diagnostic{}
	for _, d := range result.Report.Sorted() {
		below, err := filepath.Rel(dir, d.Primary.File)
		if err != nil || strings.HasPrefix(below, "..") {
			t.Errorf("%s: %s: outside of every scenario", d.Primary, d.Message)
			continue
		}
		name, _, _ := strings.Cut(filepath.ToSlash(below), "/")
		said[name] = append(said[name], d)
	}
	for _, s := range list {
		t.Run(s.Name, func(t *testing.T) {
			var text bytes.Buffer
			if err := diag.Text(&text, said[s.Name], diag.Disk(filepath.Join(dir, s.Name))); err != nil {
				t.Fatal(err)
			}
			compare(t, s, "errors.txt", text.String())
			for _, d := range said[s.Name] {
				if d.Help == "" && d.Fix == nil {
					t.Errorf("%s: %s: offers no way out", d.Primary, d.Message)
				}
			}
		})
	}
}

// compare checks one part of a scenario, or rewrites it.
func compare(t *testing.T, s *Scenario, part, got string) {
	t.Helper()
	want, _ := s.Part(part)
	if got == want {
		return
	}
	t.Errorf("%s of %s differs (-want +got):\n%s", part, s.File, cmp.Diff(want, got))
	if *update {
		if err := s.SetPart(part, got); err != nil {
			t.Error(err)
		}
	}
}

// TestDocuments generates, builds and runs all successful scenarios as one binary, and compares the
// generated code with the committed one and the documents with the wanted ones on every database. What holds for
// generated code as such is looked at in the same folder, for what was built is found again only there.
func TestDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles all that is generated, which takes minutes")
	}
	list := scenarios(t, false)
	dir := put(t, list)
	result, err := gen.Run(context.Background(), gen.Options{Dir: dir, Patterns: []string{"./..."}, Env: environment()})
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if err := diag.Text(&said, result.Report.Sorted(), diag.Disk(dir)); err != nil {
		t.Fatal(err)
	}
	if said.Len() > 0 {
		t.Fatalf("nothing was to be said, but:\n%s", said.String())
	}
	committed(t, dir, result)
	binary := build(t, dir, result)

	on := func(name, driver string, dsn func(*testing.T) string) {
		t.Run(name, func(t *testing.T) { documents(t, list, result, binary, name, driver, dsn(t)) })
	}
	on("sqlite", "sqlite", func(t *testing.T) string { return t.TempDir() })
	on("postgres", "pgx", func(t *testing.T) string { return testservers.PostgresDSN(t) })
	on("mysql", "mysql", func(t *testing.T) string { return testservers.MySQLDSN(t) })
	t.Run("properties", func(t *testing.T) { properties(t, list, dir, result) })
}

// committed compares the generated files with those below outputs.
func committed(t *testing.T, dir string, result gen.Result) {
	t.Helper()
	wanted := map[string]bool{}
	for _, f := range result.Files {
		below, err := filepath.Rel(dir, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Path, f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(outputs, below)
		wanted[path] = true
		have, err := os.ReadFile(path)
		if err == nil && bytes.Equal(have, f.Content) {
			continue
		}
		t.Errorf("%s differs (-committed +generated):\n%s", path, cmp.Diff(string(have), string(f.Content)))
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := filepath.WalkDir(outputs, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || wanted[path] {
			return err
		}
		t.Errorf("%s is committed but no scenario makes it", path)
		if *update {
			return os.Remove(path)
		}
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// build compiles everything that was generated, vets and tests some of it, and returns the binary.
func build(t *testing.T, dir string, result gen.Result) string {
	t.Helper()
	source, err := mainProgram(result)
	if err != nil {
		t.Fatal(err)
	}
	harness, err := os.ReadFile("testdata/harness/harness.go")
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{"main.go": source, "harness/harness.go": harness} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(dir, "golden.exe")
	// Each generated test would be compiled apart and linked to a binary of its own, so a few are.
	test := []string{"test", "./depth", "./by_below", "./limit_nested", "./through_composite", "./transform"}
	for _, args := range [][]string{{"build", "-o", binary, "."}, test} {
		command := exec.Command("go", args...)
		command.Dir, command.Env = dir, environment()
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	return binary
}

// documents runs the binary on one database.
func documents(t *testing.T, list []*Scenario, result gen.Result, binary, dialect, driver, dsn string) {
	schemas := map[string][]string{}
	for _, s := range list {
		if !generatedFor(result, s, dialect) {
			continue
		}
		statements, err := s.Schema(dialect)
		if err != nil {
			t.Fatal(err)
		}
		schemas[s.Name] = statements
	}
	input, err := json.Marshal(schemas)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(binary)
	command.Env = append(os.Environ(), "GOLDEN_DRIVER="+driver, "GOLDEN_DSN="+dsn)
	command.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("running the scenarios: %v\n%s", err, stderr.String())
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("reading the documents: %v", err)
	}
	for _, s := range list {
		if schemas[s.Name] == nil {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			text, err := indent(got[s.Name])
			if err != nil {
				t.Fatal(err)
			}
			compare(t, s, "want.json", text)
			if strings.Contains(text, `"error":`) || !strings.Contains(text, "{\n") {
				t.Errorf("no documents: %s", text)
			}
		})
	}
}

// generatedFor tells whether a scenario's own package has been generated for a dialect.
func generatedFor(result gen.Result, s *Scenario, dialect string) bool {
	for _, p := range result.Plans {
		if p.Package.Path != module+"/"+s.Name {
			continue
		}
		for _, d := range p.Package.Dialects {
			if d == dialect {
				return true
			}
		}
	}
	return false
}
