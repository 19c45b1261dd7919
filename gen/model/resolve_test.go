package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/load"
	"golang.org/x/tools/txtar"
)

// resolveSource writes a module example.com/m made of a txtar archive (or one file m.go) and
// resolves its packages.
func resolveSource(t *testing.T, source string, patterns ...string) (*Schema, *diag.Report, string) {
	t.Helper()
	dir := t.TempDir()
	if !strings.Contains(source, "-- ") {
		source = "-- m.go --\n" + source
	}
	archive := txtar.Parse([]byte(source))
	archive.Files = append(archive.Files, txtar.File{Name: "go.mod", Data: []byte("module example.com/m\n\ngo 1.26\n")})
	for _, f := range archive.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	report := &diag.Report{}
	packages := load.Load(t.Context(), load.Options{Dir: dir, Patterns: patterns}, report)
	return Resolve(packages, report), report, dir
}

// mustResolve resolves a source without problems and returns its models by name.
func mustResolve(t *testing.T, source string, patterns ...string) map[string]*Entity {
	t.Helper()
	schema, report, dir := resolveSource(t, source, patterns...)
	for _, d := range report.Sorted() {
		t.Errorf("%s", printDiagnostic(d, dir))
	}
	models := map[string]*Entity{}
	for _, p := range schema.Packages {
		for _, e := range p.Entities {
			models[e.Name] = e
		}
	}
	if len(models) == 0 {
		t.Fatal("no models")
	}
	return models
}

func printDiagnostic(d *diag.Diagnostic, dir string) string {
	at := d.Primary
	at.File = strings.TrimPrefix(at.File, dir+"/")
	text := at.String() + ": " + string(d.Code) + ": " + d.Message
	if d.Help != "" {
		text += "\n    " + strings.ReplaceAll(d.Help, "\n", "\n    ")
	}
	return text
}
