package docs

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/denormgen/denormgen/gen/directive"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the pages that are made from code; the run fails all the same, so that nobody does it unawares")

func TestAnnotationsPage(t *testing.T) {
	var want bytes.Buffer
	if err := directive.Markdown(&want); err != nil {
		t.Fatal(err)
	}
	made(t, "docs/reference/annotations.md", want.String())
}

// made compares a page with what it is made from, or rewrites it.
func made(t *testing.T, page, want string) {
	t.Helper()
	path := filepath.Join(root(t), filepath.FromSlash(page))
	got, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if string(got) == want {
		return
	}
	t.Errorf("%s is out of date; run go test ./internal/docs -update (-page +code):\n%s", page, cmp.Diff(string(got), want))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Error(err)
		}
	}
}
