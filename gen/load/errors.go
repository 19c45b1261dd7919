package load

import (
	"bytes"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"golang.org/x/tools/go/packages"
)

const (
	helpModule   = "run denormgen inside a module: `go mod init example.com/name` makes one"
	helpParse    = "repair the file: nothing is generated for a package that does not parse"
	helpConflict = "keep one package in a folder; tests of another name belong into files that end in _test.go"
	helpPackage  = "name packages as for `go build`: ., ./models, ./... or an import path"
)

// reportPackage tells what is wrong with a package and whether it can be used. The go command, the
// parser and the type checker tell the same thing in turns; each is told once.
func reportPackage(p *packages.Package, dir string, found *scanned, report *diag.Report) bool {
	parsed := map[string]bool{}
	broken := !parses(p)
	usable := len(p.Syntax) > 0 && p.Types != nil
	for _, e := range p.Errors {
		at := position(e.Pos, dir)
		message := strings.TrimSpace(e.Msg)
		switch {
		case e.Kind == packages.TypeError, isOwnName(at.File), strings.HasPrefix(message, "# "):
			// A type error is kept with the package. "# pkg" begins the compiler's version of the same.
		case e.Kind == packages.ParseError:
			if !parsed[at.File] { // what follows from the first is guesswork
				parsed[at.File] = true
				message, _, _ = strings.Cut(message, "\n") // the rest is source
				report.Errorf(CodeParse, at, "%s", message).
					WithHelp(helpParse)
			}
		case strings.Contains(message, "found packages "):
			reportConflict(p, message, report)
		case strings.Contains(message, "import cycle not allowed"):
			reportCycle(p, at, report)
		case broken && strings.Contains(message, "expected "), usable && at.File == "" && len(p.TypeErrors) > 0:
			// The go command met what the parser tells better.
		case found.widened[p.Dir] && strings.Contains(message, "build constraints exclude all Go files"):
		default:
			reportListed(p, at, message, usable, report)
		}
	}
	return usable
}

// parses tells whether all of the user's files of a package parse.
func parses(p *packages.Package) bool {
	return !slices.ContainsFunc(p.Errors, func(e packages.Error) bool {
		return e.Kind == packages.ParseError && !isOwnName(position(e.Pos, "").File)
	})
}

// reportListed tells what the go command said about a package.
func reportListed(p *packages.Package, at diag.Span, message string, usable bool, report *diag.Report) {
	if at.File == "" {
		at.File = p.Dir
	}
	message, _, _ = strings.Cut(message, "\n")
	message = strings.TrimSuffix(strings.TrimPrefix(message, "stat "), "; to add it:")
	file, nul := strings.CutSuffix(strings.TrimPrefix(message, "read "), ": unexpected NUL in input")
	switch {
	case nul:
		report.Errorf(CodeParse, nulByte(file), "unexpected zero byte").WithHelp(helpParse)
	case strings.Contains(message, "go.mod file not found"), strings.Contains(message, "does not contain main module"),
		strings.Contains(message, "outside main module"), strings.Contains(message, "outside available modules"):
		report.Errorf(CodeNoModule, at, "loading %s: %s", p.PkgPath, message).
			WithHelp(helpModule)
	case strings.Contains(message, "no Go files"), strings.Contains(message, "build constraints exclude all"):
		report.Errorf(CodeNoGoFiles, at, "loading %s: %s", p.PkgPath, message).
			WithHelp("name a package that holds annotated structs, or ./... for all of them")
	case usable:
		// An import that cannot be found matters where a field needs it, and is told there.
	default:
		report.Errorf(CodeNoPackage, at, "loading %s: %s", p.PkgPath, message).
			WithHelp(helpPackage)
	}
}

// nulByte finds the zero byte for which the go command does not read a file.
func nulByte(file string) diag.Span {
	at := diag.Span{File: file, Line: 1, Col: 1, Width: 1}
	if src, err := os.ReadFile(file); err == nil {
		if i := bytes.IndexByte(src, 0); i >= 0 {
			at.Line += bytes.Count(src[:i], []byte{'\n'})
			at.Col += i - bytes.LastIndexByte(src[:i], '\n') - 1
		}
	}
	return at
}

// importCycle returns the packages that a package imports on the way to itself, nil if there are none.
func importCycle(p *packages.Package) []string {
	for _, e := range p.Errors {
		_, stack, ok := strings.Cut(e.Msg, "import stack: [")
		if !ok || !strings.Contains(e.Msg, "import cycle not allowed") {
			continue
		}
		stack, _, _ = strings.Cut(stack, "]")
		return strings.Fields(stack)
	}
	return nil
}

// reportCycle tells of a package that imports itself, at the import that begins the way.
func reportCycle(p *packages.Package, at diag.Span, report *diag.Report) {
	stack := importCycle(p)
	if at.File == "" {
		at.File = p.Dir
	}
	for _, f := range p.Syntax {
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if i := slices.Index(stack, p.PkgPath); err == nil && i >= 0 && i+1 < len(stack) && stack[i+1] == imported {
				pos := p.Fset.PositionFor(spec.Path.Pos(), false)
				at = diag.Span{File: pos.Filename, Line: pos.Line, Col: pos.Column, Width: len(spec.Path.Value)}
			}
		}
	}
	report.Errorf(CodeImportCycle, at, "packages import each other: %s", strings.Join(stack, ", ")).
		WithHelp("move what both need into a package of its own")
}

// reportConflict tells of files that disagree about the package's name, unless only files of earlier runs
// do.
func reportConflict(p *packages.Package, message string, report *diag.Report) {
	if userPackageName(p) != "" {
		return
	}
	var first, odd *ast.Ident
	for _, f := range p.Syntax {
		switch {
		case isOwnName(p.Fset.PositionFor(f.FileStart, false).Filename):
		case first == nil:
			first = f.Name
		case odd == nil && f.Name.Name != first.Name:
			odd = f.Name
		}
	}
	if odd == nil {
		if i := strings.LastIndex(message, " in "); i >= 0 {
			message = message[:i]
		}
		report.Errorf(CodeConflict, diag.Span{File: p.Dir}, "%s in one folder", message).WithHelp(helpConflict)
		return
	}
	report.Errorf(CodeConflict, identSpan(p, odd), "package %s stands in the folder of package %s", odd.Name, first.Name).
		WithRelated(identSpan(p, first), "the first package is here").
		WithHelp(helpConflict)
}

func identSpan(p *packages.Package, name *ast.Ident) diag.Span {
	at := p.Fset.PositionFor(name.Pos(), false)
	return diag.Span{File: at.Filename, Line: at.Line, Col: at.Column, Width: len(name.Name)}
}

// userPackageName returns the name in which the user's own files agree, or "".
func userPackageName(p *packages.Package) string {
	name := ""
	for _, f := range p.Syntax {
		if isOwnName(p.Fset.PositionFor(f.FileStart, false).Filename) {
			continue
		}
		if name != "" && f.Name.Name != name {
			return ""
		}
		name = f.Name.Name
	}
	return name
}

// position parses file:line:col as the go command prints it.
func position(text, dir string) diag.Span {
	if text == "" || text == "-" {
		return diag.Span{}
	}
	var numbers []int
	for len(numbers) < 2 {
		i := strings.LastIndexByte(text, ':')
		if i < 0 {
			break
		}
		n, err := strconv.Atoi(text[i+1:])
		if err != nil {
			break
		}
		text, numbers = text[:i], append(numbers, n)
	}
	at := diag.Span{File: text}
	if !filepath.IsAbs(text) {
		at.File = filepath.Join(dir, text)
	}
	switch len(numbers) {
	case 1:
		at.Line, at.Col, at.Width = numbers[0], 1, 1
	case 2:
		at.Line, at.Col, at.Width = numbers[1], numbers[0], 1
	}
	return at
}
