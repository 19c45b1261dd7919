package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// own is the path of this module.
const own = "github.com/denormgen/denormgen"

// listed is what `go list` tells about a package.
type listed struct {
	ImportPath string
	Name       string
	Standard   bool
	Imports    []string
	Module     *struct {
		Path string
		Main bool
	}
}

// path is the package's folder in this module.
func (p listed) path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, own), "/")
}

// list runs `go list -e`, which answers for packages that do not compile too.
func list(t *testing.T, args ...string) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-e", "-json=ImportPath,Name,Standard,Imports,Module"}, args...)...)
	command.Dir = root(t)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	var packages []listed
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatalf("reading what go list says: %v", err)
		}
		packages = append(packages, p)
	}
}

// root is the folder of this module.
func root(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// owner finds the row for a package in a table by folder: its own, or that of the nearest folder above.
func owner[V any](table map[string]V, path string) (V, bool) {
	for {
		if row, ok := table[path]; ok {
			return row, true
		}
		cut := strings.LastIndexByte(path, '/')
		if cut < 0 {
			var none V
			return none, false
		}
		path = path[:cut]
	}
}

// within tells whether a path is one of the folders or below one.
func within(path string, folders []string) bool {
	for _, folder := range folders {
		if path == folder || strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}
