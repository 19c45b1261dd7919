package directive

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/diag"
)

func FuzzParse(f *testing.F) {
	for _, v := range Verbs() {
		for line := range strings.SplitSeq(v.Example, "\n") {
			f.Add(line)
		}
	}
	for _, line := range []string{
		"//denorm:where \"\\u00e9 == \\x41\\101\"", "//denorm:include A order=X desc, Y all", "// denorm:key a", "//denorm:",
		"//denorm:include A \"where=\\\"\" as=``", "/* denorm: table a */", "//denorm:key ,,", "//denorm:sum L A * B as=\xff",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\r") {
			return
		}
		var report diag.Report
		s := &scanner{lineReader: lineReader{table: Verbs(), report: &report}}
		start := diag.Span{File: "f.go", Line: 3, Col: 5, Width: len(line)}
		within := func(what string, at diag.Span) {
			// At the end of a value points at the column behind it.
			if at.File != "f.go" || at.Line != 3 || at.Col < 5 || at.Width < 1 || at.Col+at.Width > 5+max(len(line), 1)+1 {
				t.Errorf("%s of %q is at %v+%d", what, line, at, at.Width)
			}
		}
		switch {
		case strings.HasPrefix(line, "/*"):
			s.blockComment(line, start)
		case isDirective(line):
			d, v, ok := s.verb(line, start)
			if ok && s.args(&d, v, line) {
				checkSpans(t, line, d, within)
			}
		case strings.HasPrefix(line, "//"):
			if m, ok := s.nearMiss(line); ok {
				s.reportNear(line, start, m)
			}
		}
		for _, d := range report.Sorted() {
			within("error "+string(d.Code), d.Primary)
			if d.Fix != nil {
				within("fix", d.Fix.Span)
			}
		}
	})
}

func checkSpans(t *testing.T, line string, d Directive, within func(string, diag.Span)) {
	within("verb", d.VerbSpan)
	for _, a := range append(d.Pos, d.Keyed...) {
		within("key", a.KeySpan)
		within("value", a.Span)
		if !a.Quoted && a.Value != "" {
			if got := line[a.Span.Col-5 : a.Span.Col-5+a.Span.Width]; got != a.Value {
				t.Errorf("the span of %q in %q covers %q", a.Value, line, got)
			}
		}
		for i := range len(a.Value) + 1 {
			within("byte", a.At(i, 1))
		}
		if utf8.ValidString(a.Value) {
			for _, w := range a.Words() {
				within("word", w.Span)
			}
		}
	}
}
