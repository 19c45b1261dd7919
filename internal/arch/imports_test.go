package arch

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// rule is what the packages of one folder may import beside the standard library.
type rule struct {
	own     []string // folders of this module
	modules []string // import paths of others
	never   []string // packages of the standard library that it must not see
}

// rules has a row per folder; packages below one without a row of their own follow it too.
func rules() map[string]rule {
	const (
		packages = "golang.org/x/tools/go/packages"
		jennifer = "github.com/dave/jennifer/jen"
		sqlx     = "github.com/jmoiron/sqlx"
	)
	syntax := []string{"go/ast", "go/types", "go/parser"}
	return map[string]rule{
		// The drivers are for denormgen sql --dsn. They stand here, so that gen/cli links none.
		"cmd/denormgen": {
			own:     []string{"gen/cli"},
			modules: []string{"github.com/go-sql-driver/mysql", "github.com/jackc/pgx/v5/stdlib", "modernc.org/sqlite"},
		},
		"gen/cli": {
			own:     []string{"gen", "gen/diag", "gen/directive", "gen/emit/sqltext", "gen/explain", "gen/model", "gen/output", "gen/plan", "runtime/capture"},
			modules: []string{"github.com/alecthomas/kong", "github.com/mattn/go-isatty"},
			never:   syntax,
		},
		"gen": {
			own:   []string{"gen/load", "gen/directive", "gen/model", "gen/plan", "gen/emit", "gen/output", "gen/diag"},
			never: syntax,
		},
		"gen/diag":      {},
		"gen/load":      {own: []string{"gen/diag"}, modules: []string{packages}},
		"gen/directive": {own: []string{"gen/diag"}, never: []string{"go/types"}},
		"gen/expr":      {own: []string{"gen/diag"}, never: []string{"go/types"}},
		"gen/model":     {own: []string{"gen/load", "gen/directive", "gen/expr", "gen/diag"}},
		"gen/plan":      {own: []string{"gen/model", "gen/expr", "gen/diag"}, never: syntax},
		"gen/explain":   {own: []string{"gen/plan", "gen/model", "gen/expr", "gen/diag"}, never: syntax},
		// Emit reads the parts of a plan that model and expr define.
		"gen/emit/gocode": {
			own: []string{"gen/plan", "gen/model", "gen/expr", "gen/diag", "gen/output"}, modules: []string{jennifer}, never: syntax,
		},
		"gen/emit/sqltext": {own: []string{"gen/plan", "gen/model", "gen/expr", "gen/diag", "templates"}, never: syntax},
		"gen/output":       {own: []string{"gen/diag"}, modules: []string{"github.com/aymanbagabas/go-udiff"}, never: syntax},
		"templates":        {},
		"runtime":          {own: []string{"runtime"}, modules: []string{sqlx}, never: syntax},
		// Both sides render DDL by it.
		"runtime/capture":         {never: syntax},
		"runtime/capture/captest": {own: []string{"runtime/capture"}, never: syntax},
		"runtime/internal/local":  {own: []string{"runtime/internal/mutant"}, modules: []string{"github.com/maypok86/otter/v2"}, never: syntax},
		// It is linked by tests only.
		"runtime/denormtest": {
			own:     []string{"runtime"},
			modules: []string{sqlx, "github.com/aymanbagabas/go-udiff", "github.com/google/go-cmp/cmp", "github.com/google/go-cmp/cmp/cmpopts"},
			never:   syntax,
		},
		"runtime/rediscache": {own: []string{"runtime"}, modules: []string{"github.com/redis/go-redis/v9"}, never: syntax},
		"runtime/pgxpipeline": {
			own: []string{"runtime"},
			modules: []string{
				"github.com/jackc/pgx/v5", "github.com/jackc/pgx/v5/pgconn", "github.com/jackc/pgx/v5/pgtype", "github.com/jackc/pgx/v5/stdlib",
			},
			never: syntax,
		},
		"runtime/sinks/memcachedsink": {own: []string{"runtime"}, modules: []string{"github.com/bradfitz/gomemcache/memcache"}, never: syntax},
		"runtime/sinks/redissink":     {own: []string{"runtime"}, modules: []string{"github.com/redis/go-redis/v9"}, never: syntax},
		"runtime/command": {
			own:     []string{"runtime"},
			modules: []string{"github.com/alecthomas/kong", "github.com/mattn/go-isatty", "github.com/schollz/progressbar/v3"},
			never:   syntax,
		},
		"example": {
			own: []string{"runtime", "example"},
			modules: []string{
				sqlx, "modernc.org/sqlite", "github.com/jackc/pgx/v5/stdlib", "github.com/redis/go-redis/v9", "github.com/alicebob/miniredis/v2",
			},
			never: syntax,
		},
	}
}

// TestDependenciesPointOneWay holds the direct imports of every package, those of its tests aside, to the
// rules.
func TestDependenciesPointOneWay(t *testing.T) {
	table := rules()
	used := map[string]bool{}
	for _, p := range list(t, "./...") {
		if p.Module == nil || !p.Module.Main {
			continue
		}
		path := p.path()
		// Helpers of tests may import what they need; what imports them is looked at below.
		if p.Name == "" || within(path, []string{"internal", "golden"}) {
			continue
		}
		rule, ok := owner(table, path)
		if !ok {
			t.Errorf("%s has no row in the table of rules: say what it may import", path)
			continue
		}
		used[path] = true
		for _, imported := range p.Imports {
			checkImport(t, path, imported, rule)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(table)) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(used)), func(folder string) bool { return within(folder, []string{path}) }) {
			t.Logf("the rule for %s concerns no package yet", path)
		}
	}
}

func checkImport(t *testing.T, path, imported string, rule rule) {
	t.Helper()
	if folder, ok := strings.CutPrefix(imported, own+"/"); ok {
		// A row names single packages, but for those of several: emit, runtime, example.
		if allowed(folder, path, rule.own) {
			return
		}
		t.Errorf("%s imports %s; it may import %s of this module", path, folder, oneOf(rule.own))
		return
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		if slices.Contains(rule.never, imported) {
			t.Errorf("%s imports %s, which it must not see", path, imported)
		}
		return
	}
	if !slices.Contains(rule.modules, imported) {
		t.Errorf("%s imports %s; it may import %s of other modules", path, imported, oneOf(rule.modules))
	}
}

// allowed tells whether a folder stands in the list, or lies below one that stands for several packages.
func allowed(folder, importer string, list []string) bool {
	if slices.Contains(list, folder) {
		return true
	}
	several := []string{"gen/emit", "runtime", "example"}
	for _, above := range several {
		if slices.Contains(list, above) && strings.HasPrefix(folder, above+"/") {
			return true
		}
	}
	return strings.HasPrefix(folder, importer+"/internal/")
}

func oneOf(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

// TestRuntimeKnowsNoGenerator looks at everything that the runtime reaches, and that the generator reaches
// of the runtime.
func TestRuntimeKnowsNoGenerator(t *testing.T) {
	for _, p := range list(t, "-deps", "./runtime") {
		if p.Module != nil && p.Module.Main && !within(p.path(), []string{"runtime"}) {
			t.Errorf("the runtime reaches %s", p.ImportPath)
		}
	}
	for _, p := range list(t, "-deps", "./cmd/denormgen") {
		if p.Module != nil && p.Module.Main && within(p.path(), []string{"runtime"}) && p.path() != "runtime/capture" {
			t.Errorf("the generator reaches %s; it may reach runtime/capture", p.ImportPath)
		}
	}
}
