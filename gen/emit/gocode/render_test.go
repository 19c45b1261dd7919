package gocode

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/plan"
)

var update = flag.Bool("update", false, "write the golden files; the run fails all the same")

var cases = map[string]func() *plan.Plan{
	"simple":  simplePlan,
	"tree":    treePlan,
	"keys":    keysPlan,
	"depth":   depthPlan,
	"names":   namesPlan,
	"forms":   formsPlan,
	"members": membersPlan,
}

// The golden files are Go files beside the models they were made for, so that they can be compiled.
func TestGolden(t *testing.T) {
	for name, build := range cases {
		t.Run(name, func(t *testing.T) {
			p := build()
			files, err := Render(p, fakeSQL(p, "sqlite", "postgres", "mysql"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				compare(t, filepath.Join("testdata", name, f.Name), f.Content)
			}
		})
	}
}

func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err == nil && bytes.Equal(got, want) {
		return
	}
	if !*update {
		t.Errorf("%s is not what Render returns; look at the difference with -update and git diff", path)
		return
	}
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Errorf("%s is refreshed; run again without -update", path)
}

// Generated code passes vet and its own tests.
func TestCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles six packages")
	}
	args := []string{"test", "-vet=all"}
	for name := range cases {
		args = append(args, "./"+filepath.Join("testdata", name))
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestSameBytes(t *testing.T) {
	first := render(t, treePlan())
	for range 5 {
		for i, f := range render(t, treePlan()) {
			if !bytes.Equal(f.Content, first[i].Content) {
				t.Fatalf("%s differs from run to run", f.Name)
			}
		}
	}
}

func render(t testing.TB, p *plan.Plan) []File {
	t.Helper()
	files, err := Render(p, fakeSQL(p, "sqlite", "postgres", "mysql"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestMismatch(t *testing.T) {
	p := treePlan()
	for name, spoil := range map[string]func(map[string]map[*plan.Collection]Statements){
		"unknown dialect": func(sql map[string]map[*plan.Collection]Statements) { sql["oracle"] = nil },
		"no statements":   func(sql map[string]map[*plan.Collection]Statements) { delete(sql["sqlite"], p.Collections[0]) },
		"6 statements for": func(sql map[string]map[*plan.Collection]Statements) {
			s := sql["sqlite"][p.Collections[0]]
			s.Loaders = s.Loaders[1:]
			sql["sqlite"][p.Collections[0]] = s
		},
	} {
		sql := fakeSQL(p, "sqlite")
		spoil(sql)
		if _, err := Render(p, sql); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
