package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	quickStartPage = "README.md"
	module         = "github.com/denormgen/denormgen"
)

// TestQuickStart follows the README in an empty folder, with this repository in the place of the published
// module.
func TestQuickStart(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	proxy := os.Getenv("GOPROXY")
	ran := 0
	for _, b := range blocks(t, quickStartPage) {
		switch {
		case b.kind != "quick start":
		case b.arg != "":
			path := filepath.Join(dir, filepath.FromSlash(b.arg))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(strings.Join(b.lines, "\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		case b.info == "sh":
			for _, line := range b.lines {
				quickStart(t, dir, proxy, strings.Fields(line))
				ran++
			}
		default:
			ran++
			got := strings.Split(strings.TrimRight(goCommand(t, dir, strings.Fields(strings.TrimPrefix(b.lines[0], "$ "))...), "\n"), "\n")
			if !slices.Equal(got, b.lines[1:]) {
				t.Errorf("%s:%d: the program prints\n%s", b.page, b.line, strings.Join(got, "\n"))
			}
		}
	}
	if ran < 5 {
		t.Errorf("the README has %d commands for its quick start", ran)
	}
	if out, err := exec.CommandContext(t.Context(), "gofmt", "-l", dir).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("gofmt: %v\n%s", err, out)
	}
	goCommand(t, dir, "go", "vet", "./...")
	goCommand(t, dir, "go", "test", "./...")
	goCommand(t, dir, "go", "tool", "denormgen", "check", "./...")
}

// quickStart runs one command. Behind `go mod init` it puts this repository in the place of the module,
// with its checksums.
func quickStart(t *testing.T, dir, proxy string, words []string) {
	t.Helper()
	if slices.Contains(words, "-tool") {
		// Nothing to look up: the replaced module says which versions it needs, and they are in the cache.
		t.Setenv("GOPROXY", "file://"+filepath.ToSlash(t.TempDir()))
		goCommand(t, dir, words...)
		t.Setenv("GOPROXY", proxy)
		return
	}
	goCommand(t, dir, words...)
	if !slices.Contains(words, "init") {
		return
	}
	goCommand(t, dir, "go", "mod", "edit", "-replace="+module+"="+root(t), "-require="+module+"@v0.0.0-00010101000000-000000000000")
	sums, err := os.ReadFile(filepath.Join(root(t), "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644); err != nil {
		t.Fatal(err)
	}
}
