package golden

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/denormgen/denormgen/gen"
	"github.com/google/go-cmp/cmp"
)

// content returns what the generator would write in dir, by path below it.
func content(t *testing.T, dir string, patterns ...string) map[string]string {
	t.Helper()
	result := generate(t, dir, patterns...)
	for _, d := range result.Report.Sorted() {
		t.Errorf("%s: %s", d.Primary, d.Message)
	}
	files := map[string]string{}
	for _, f := range result.Files {
		files[within(dir, f.Path)] = string(f.Content)
	}
	if len(files) == 0 {
		t.Error("nothing was generated")
	}
	return files
}

// write puts files below dir, each changed on the way.
func write(t *testing.T, dir string, files map[string]string, change func(string) string) {
	t.Helper()
	for path, content := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(path)), []byte(change(content)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// properties checks what holds for the generated code of all scenarios as such.
func properties(t *testing.T, list []*Scenario, dir string, result gen.Result) {
	fresh := map[string]string{}
	for _, f := range result.Files {
		fresh[within(dir, f.Path)] = string(f.Content)
	}
	t.Run("nothing but the input shows", func(t *testing.T) {
		if diff := cmp.Diff(fresh, content(t, put(t, list), "./...")); diff != "" {
			t.Errorf("two runs in two folders differ (-first +second):\n%s", diff)
		}
	})
	t.Run("packages are independent", func(t *testing.T) {
		for path, alone := range content(t, dir, "./packages", "./through_composite", "./view") {
			if diff := cmp.Diff(fresh[path], alone); diff != "" {
				t.Errorf("%s differs (-together +alone):\n%s", path, diff)
			}
		}
	})
	whole := func(s string) string { return s }
	cut := func(s string) string { return s[:2*len(s)/3] }
	for name, change := range map[string]func(string) string{"own output": whole, "broken output": cut} {
		t.Run(name, func(t *testing.T) {
			write(t, dir, fresh, change)
			if diff := cmp.Diff(fresh, content(t, dir, "./...")); diff != "" {
				t.Errorf("what the run before has left shows (-without +with):\n%s", diff)
			}
		})
	}
}
