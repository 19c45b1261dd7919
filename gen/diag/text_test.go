package diag

import (
	"fmt"
	"strings"
	"testing"
)

const base = "/src/shop"

func text(t *testing.T, source string, list ...*Diagnostic) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, list, Memory(base, map[string]string{base + "/models/book.go": source})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func span(line, col, width int) Span {
	return Span{File: base + "/models/book.go", Line: line, Col: col, Width: width}
}

func TestText(t *testing.T) {
	source := "package models\n\n\t//denorm:include Reviews ordr=Title\n\tname\t= \"日本\" + x\n"
	for _, c := range []struct {
		name string
		d    *Diagnostic
		want string
	}{
		{
			name: "everything",
			d: (&Diagnostic{Code: "unknown-key", Severity: Error, Primary: span(3, 27, 4), Message: `"include" has no key "ordr"`}).
				WithPath("collection books", "include Reviews").
				WithRelated(span(1, 9, 6), "the package is here").
				WithSuggestion("ordr", []string{"as", "order"}).
				WithHelp("second line").
				WithFix(span(3, 27, 4), "order"),
			want: `models/book.go:3:27: error: "include" has no key "ordr" [unknown-key]
   3 |     //denorm:include Reviews ordr=Title
     |                              ^^^^
  in collection books > include Reviews
  models/book.go:1:9: the package is here
   1 | package models
     |         ------
  help: did you mean "order"?
  help: second line
  fix:
   3 |     //denorm:include Reviews order=Title
`,
		},
		{
			name: "tab within the line, warning",
			d:    &Diagnostic{Code: "x", Severity: Warning, Primary: span(4, 7, 1), Message: "m"},
			want: "models/book.go:4:7: warning: m [x]\n   4 |     name    = \"日本\" + x\n     |             ^\n",
		},
		{
			name: "behind wide characters",
			d:    &Diagnostic{Code: "x", Severity: Error, Primary: span(4, 20, 1), Message: "m"},
			want: "models/book.go:4:20: error: m [x]\n   4 |     name    = \"日本\" + x\n     |                        ^\n",
		},
		{
			name: "behind the end of the line",
			d:    &Diagnostic{Code: "x", Severity: Error, Primary: span(1, 99, 5), Message: "m"},
			want: "models/book.go:1:99: error: m [x]\n   1 | package models\n     |               ^\n",
		},
		{
			name: "no such line",
			d:    &Diagnostic{Code: "x", Severity: Error, Primary: span(99, 1, 1), Message: "m"},
			want: "models/book.go:99:1: error: m [x]\n",
		},
		{
			name: "no such file",
			d:    &Diagnostic{Code: "x", Severity: Error, Primary: Span{File: "/y.go", Line: 1, Col: 1, Width: 1}, Message: "m"},
			want: "/y.go:1:1: error: m [x]\n",
		},
		{
			name: "no place, several lines, control characters",
			d:    &Diagnostic{Severity: Error, Message: "first\nsecond \x1b[31m"},
			want: "error: first\n    second \uFFFD[31m\n",
		},
		{
			name: "fix removes the line",
			d:    (&Diagnostic{Code: "x", Severity: Error, Primary: span(1, 1, 1), Message: "m"}).WithFix(span(1, 1, 14), ""),
			want: "models/book.go:1:1: error: m [x]\n   1 | package models\n     | ^\n  fix: remove the line\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := text(t, source, c.d); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestCarets draws every span of some lines and compares what stands above the marks with the span.
func TestCarets(t *testing.T) {
	long := strings.Repeat("0123456789", 50)
	for _, line := range []string{"a b c", long, long[:lineWidth], long[:lineWidth+1]} {
		for from := range len(line) {
			for _, width := range []int{1, 7, 150} {
				to := min(from+width, len(line))
				shown, marks := draw(line, from, to, '^')
				if len(shown) > lineWidth+2*len(ellipsis) || len(marks) > lineWidth+2*len(ellipsis) {
					t.Fatalf("%d..%d of %d: too wide: %q", from, to, len(line), shown)
				}
				start := strings.IndexByte(marks, '^')
				if got := shown[start:len(marks)]; !strings.HasPrefix(line[from:to], got) || got == "" {
					t.Fatalf("%d..%d of %d: %q is marked", from, to, len(line), got)
				}
			}
		}
	}
}

func TestTextOfSeveral(t *testing.T) {
	one := &Diagnostic{Severity: Error, Message: "one"}
	if got, want := text(t, "", one, one), "error: one\n\nerror: one\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestName(t *testing.T) {
	for _, c := range []struct{ base, file, want string }{
		{"/a/b", "/a/b/c.go", "c.go"},
		{"/src/b", "/src/c/d.go", "../c/d.go"},
		{"/a/b/c/d", "/e.go", "/e.go"},
		{"", "/e.go", "/e.go"},
		{"/a", "", ""},
	} {
		if got := Disk(c.base).Name(c.file); got != c.want {
			t.Errorf("%s in %s: got %s, want %s", c.file, c.base, got, c.want)
		}
	}
}

func ExampleText() {
	d := &Diagnostic{Code: "unknown-field", Severity: Error, Message: `Book has no field "Titel"`,
		Primary: Span{File: "book.go", Line: 1, Col: 15, Width: 5}}
	d.WithSuggestion("Titel", []string{"ID", "Title"})
	var b strings.Builder
	if err := Text(&b, []*Diagnostic{d}, Memory("", map[string]string{"book.go": "//denorm:omit Titel"})); err != nil {
		fmt.Println(err)
	}
	fmt.Print(b.String())
	// Output:
	// book.go:1:15: error: Book has no field "Titel" [unknown-field]
	//    1 | //denorm:omit Titel
	//      |               ^^^^^
	//   help: did you mean "Title"?
}
