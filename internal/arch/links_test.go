package arch

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestProgramLinks lists the modules that a program links which uses one generated collection on SQLite.
func TestProgramLinks(t *testing.T) {
	want := []string{
		own,
		"github.com/jmoiron/sqlx",
		// The local cache.
		"github.com/maypok86/otter/v2",
		// The pure Go driver of SQLite and what it needs.
		"modernc.org/sqlite", "modernc.org/libc", "modernc.org/mathutil", "modernc.org/memory",
		"github.com/dustin/go-humanize", "github.com/google/uuid", "github.com/mattn/go-isatty",
		"github.com/ncruces/go-strftime", "github.com/remyoudompheng/bigfft", "golang.org/x/sys",
	}
	const program = "internal/arch/testdata/onecollection"
	modules, packages := links(t, "./"+program)
	for _, module := range slices.Sorted(maps.Keys(modules)) {
		if !slices.Contains(want, module) {
			t.Errorf("the program links %s, for %s", module, strings.Join(modules[module], ", "))
		}
	}
	for _, p := range packages {
		path := strings.TrimPrefix(p, own+"/")
		if path != program && within(path, []string{"gen", "cmd", "templates", "internal"}) {
			t.Errorf("the program links %s", p)
		}
	}
	t.Logf("a program that uses one collection on SQLite links %d packages of %d modules:", len(packages), len(modules))
	for _, module := range slices.Sorted(maps.Keys(modules)) {
		t.Logf("  %s (%d)", module, len(modules[module]))
	}
}

// TestRuntimeLinks holds the runtime itself to the standard library, sqlx and the local cache.
func TestRuntimeLinks(t *testing.T) {
	modules, _ := links(t, "./runtime")
	for module, packages := range modules {
		if !slices.Contains([]string{own, "github.com/jmoiron/sqlx", "github.com/maypok86/otter/v2"}, module) {
			t.Errorf("the runtime links %s, for %s", module, strings.Join(packages, ", "))
		}
	}
}

// links are the packages that are not of the standard library among all that a package depends on,
// itself included, and the same by module.
func links(t *testing.T, path string) (modules map[string][]string, packages []string) {
	t.Helper()
	modules = map[string][]string{}
	for _, p := range list(t, "-deps", path) {
		if p.Standard {
			continue
		}
		packages = append(packages, p.ImportPath)
		if p.Module == nil {
			t.Errorf("%s belongs to no module: is it missing?", p.ImportPath)
			continue
		}
		modules[p.Module.Path] = append(modules[p.Module.Path], p.ImportPath)
	}
	return modules, packages
}
