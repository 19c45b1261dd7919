package expr_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/expr"
)

var update = flag.Bool("update", false, "rewrite the wanted output; the test fails all the same")

// TestErrors reads testdata/errors.txt: each expression stands on a line of its own, what is reported
// for it indented below, as "column+width code: message | help | fix".
func TestErrors(t *testing.T) {
	path := filepath.Join("testdata", "errors.txt")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(data)) {
		src := strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(src, "\t") {
			continue
		}
		_, report := parse(t, src, expr.WantBool)
		got.WriteString(line)
		for message := range strings.Lines(messages(report)) {
			got.WriteString("\t" + message)
		}
		if !report.HasErrors() {
			t.Errorf("Parse(%q) reports nothing", src)
		}
	}
	if got.String() == string(data) {
		return
	}
	t.Errorf("%s differs; look at the difference after go test -update", path)
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWantNumberRefusesOthers(t *testing.T) {
	for _, src := range []string{`Title`, `Approved`, `Rating > 3`, `CreatedAt`, `Token`, `"x"`} {
		if e, report := parse(t, src, expr.WantNumber); e != nil || report.Sorted()[0].Code != expr.CodeResult {
			t.Errorf("Parse(%q) = %v, %s", src, e, messages(report))
		}
	}
}

func TestThroughWithoutModel(t *testing.T) {
	s := scope()
	s.Through = nil
	var report diag.Report
	if _, ok := expr.Parse(`through.Role == "x"`, at, s, expr.WantBool, &report); ok || report.Sorted()[0].Code != expr.CodeThrough {
		t.Error(messages(&report))
	}
	if got := report.Sorted()[0].Primary; got.Col != 1 || got.Width != len("through.Role") {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "errors.txt"))
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "\t") {
			f.Add(strings.TrimSuffix(line, "\n"))
		}
	}
	for _, src := range []string{
		`Approved && !(Rating >= -3) || in(Status, "a", "b")`, `-(-Rating) > 0x1p100 - .5`,
		`like(Title, "50\\%_") == between(CreatedAt, "2024-01-02", "2024-01-02T03:04:05+02:00")`,
		"Rating / -2 % 3 == 1 // x", "(\nRating\n) == nil != Approved", `+Rating > +3`,
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		inside := func(offset, width int) diag.Span {
			if offset < 0 || width < 1 || offset+width > max(len(src), offset+1) {
				t.Errorf("span %d+%d outside of %q", offset, width, src)
			}
			return at(offset, width)
		}
		var report diag.Report
		e, ok := expr.Parse(src, inside, scope(), expr.WantAny, &report)
		if ok == report.HasErrors() {
			t.Fatalf("Parse(%q) = %v, with errors: %v", src, ok, report.HasErrors())
		}
		if !ok {
			return
		}
		again, ok := expr.Parse(e.String(), at, scope(), expr.WantAny, &report)
		if !ok || again.String() != e.String() || again.Kind() != e.Kind() {
			t.Fatalf("%q → %q → %v\n%s", src, e, again, messages(&report))
		}
	})
}
