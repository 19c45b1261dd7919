package load

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"golang.org/x/tools/go/packages"
)

// warnLeftOut tells of files in a package's folder whose annotations are not read: tests, and what
// build constraints exclude.
func warnLeftOut(p *packages.Package, report *diag.Report) {
	for _, name := range p.IgnoredFiles {
		if at, ok := firstDirective(name); ok && !strings.HasSuffix(name, "_test.go") {
			report.Warnf(CodeLeftOut, at, "build constraints exclude this file, and its annotations with it").
				WithHelp("models stand in files that every build has; GOFLAGS=-tags=... generates for one build")
		}
	}
	if len(p.GoFiles) == 0 {
		return
	}
	tests, err := filepath.Glob(filepath.Join(filepath.Dir(p.GoFiles[0]), "*_test.go"))
	if err != nil { // a folder whose name is a bad pattern
		return
	}
	slices.Sort(tests)
	for _, name := range tests {
		if at, ok := firstDirective(name); ok {
			report.Warnf(CodeLeftOut, at, "this is a test file, whose annotations are not read").
				WithHelp("move the model to a file that does not end in _test.go, or to a package for tests")
		}
	}
}

// firstDirective finds the first annotation of a file that stands in a comment.
func firstDirective(name string) (diag.Span, bool) {
	const prefix = "//denorm:"
	src, err := os.ReadFile(name)
	if err != nil || isOwnName(name) || !bytes.Contains(src, []byte(prefix)) {
		return diag.Span{}, false
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return diag.Span{}, false
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, prefix) {
				pos := fset.PositionFor(c.Pos(), false)
				return diag.Span{File: name, Line: pos.Line, Col: pos.Column, Width: len(strings.TrimSpace(c.Text))}, true
			}
		}
	}
	return diag.Span{}, false
}
