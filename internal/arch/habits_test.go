package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxLines is where a hand-written file has more than one idea.
const maxLines = 400

// file is a text file of the repository.
type file struct {
	path    string // from the root, with slashes
	content []byte
}

// files are all text files of the repository, nested modules included.
func files(t *testing.T) []file {
	t.Helper()
	var list []file
	top := root(t)
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil || bytes.IndexByte(content, 0) >= 0 {
			return err
		}
		relative, err := filepath.Rel(top, path)
		list = append(list, file{path: filepath.ToSlash(relative), content: content})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (f file) isGo() bool { return strings.HasSuffix(f.path, ".go") }

func (f file) inTestdata() bool { return slices.Contains(strings.Split(f.path, "/"), "testdata") }

func (f file) generated() bool {
	return regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`).Match(f.content)
}

func TestFilesAreShort(t *testing.T) {
	for _, f := range files(t) {
		if !f.isGo() || f.inTestdata() || f.generated() {
			continue
		}
		if lines := bytes.Count(f.content, []byte("\n")); lines > maxLines {
			t.Errorf("%s has %d lines; %d are enough for one idea", f.path, lines, maxLines)
		}
	}
}

// TestNoHiddenState finds init functions and variables of packages, in generated code too. Allowed are
// sentinel errors, embedded files, assertions that a type implements an interface, and what is made once
// and never changes: regular expressions, templates, sync.OnceValue. The fixtures of tests are not looked at.
func TestNoHiddenState(t *testing.T) {
	for _, f := range files(t) {
		if !f.isGo() || f.inTestdata() {
			continue
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, f.path, f.content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Logf("left out: %v", err) // the compiler says it better
			continue
		}
		for _, declaration := range syntax.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				if declaration.Recv == nil && declaration.Name.Name == "init" {
					t.Errorf("%s: init runs behind the program's back", set.Position(declaration.Pos()))
				}
			case *ast.GenDecl:
				if declaration.Tok == token.VAR && !strings.HasSuffix(f.path, "_test.go") {
					checkVariables(t, set, declaration)
				}
			}
		}
	}
}

func checkVariables(t *testing.T, set *token.FileSet, declaration *ast.GenDecl) {
	t.Helper()
	for _, spec := range declaration.Specs {
		values, ok := spec.(*ast.ValueSpec)
		if !ok || embeds(declaration.Doc) || embeds(values.Doc) {
			continue
		}
		if kind, ok := values.Type.(*ast.Ident); ok && kind.Name == "error" {
			continue
		}
		for i, name := range values.Names {
			if name.Name == "_" || i < len(values.Values) && constant(values.Values[i]) {
				continue
			}
			t.Errorf("%s: variable %s belongs to the whole package; make it a constant, a function or a field", set.Position(name.Pos()), name.Name)
		}
	}
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// constant tells whether the initial value is one that nobody changes afterwards.
func constant(value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	callee, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := callee.X.(*ast.Ident)
	if !ok {
		return false
	}
	switch pkg.Name + "." + callee.Sel.Name {
	case "errors.New", "fmt.Errorf", "regexp.MustCompile", "template.Must", "sync.OnceValue", "sync.OnceValues", "sync.OnceFunc":
		return true
	default:
		return false
	}
}

// TestNoMachinePaths finds absolute paths of somebody's machine, this one's among them.
func TestNoMachinePaths(t *testing.T) {
	top := root(t)
	own := []string{top}
	if above := filepath.Dir(top); filepath.Dir(above) != above || len(above) > 2 {
		own = append(own, above)
	}
	for i, path := range own {
		own[i] = regexp.QuoteMeta(filepath.ToSlash(path)) + `\b`
	}
	private := regexp.MustCompile(`(^|[^\w./~-])(` + strings.Join(own, "|") + `|/home/\w|/Users/\w|/root/\w)`)
	for _, f := range files(t) {
		for i, line := range strings.Split(string(f.content), "\n") {
			if match := private.FindString(line); match != "" && f.path != "internal/arch/habits_test.go" {
				t.Errorf("%s:%d: %q is a path of one machine", f.path, i+1, strings.TrimSpace(match))
			}
		}
	}
}
