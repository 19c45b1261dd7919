package golden

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// stages are the packages whose problems a user's source can provoke.
var stages = []string{"directive", "expr", "load", "model"}

// elsewhere are the codes that no scenario can provoke, and where they are tested.
var elsewhere = map[string]string{
	"canceled":    "gen/cli: needs a run that is ended",
	"load":        "gen/load: needs a go command that fails",
	"no-go-files": "gen/load: needs a pattern of its own",
	"no-module":   "gen/load: needs a folder outside of the module",
	"no-package":  "gen/load: needs a pattern of its own",
}

// TestCodes fails where a kind of problem has no scenario, or a scenario a kind that does not exist.
func TestCodes(t *testing.T) {
	all := codes(t)
	said := map[string]string{}
	for _, s := range scenarios(t, true) {
		text, _ := s.Part("errors.txt")
		for _, match := range regexp.MustCompile(`(?m): (?:error|warning): .* \[([a-z-]+)\]$`).FindAllStringSubmatch(text, -1) {
			said[match[1]] = s.Name
		}
	}
	for _, code := range all {
		_, excused := elsewhere[code]
		_, shown := said[code]
		switch {
		case !shown && !excused:
			t.Errorf("no scenario shows %q", code)
		case shown && excused:
			t.Errorf("scenario %s shows %q, which is said to be tested elsewhere", said[code], code)
		}
	}
	for code, name := range said {
		if !slices.Contains(all, code) {
			t.Errorf("scenario %s wants %q, which no stage declares", name, code)
		}
	}
}

// codes returns the codes that the stages declare, and fails where one is written out instead.
func codes(t *testing.T) []string {
	t.Helper()
	var list []string
	fset := token.NewFileSet()
	for _, stage := range stages {
		files, err := filepath.Glob(filepath.Join("..", "gen", stage, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no source of %s: %v", stage, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					list = append(list, declaredCodes(n)...)
				case *ast.CallExpr:
					f, ok := n.Fun.(*ast.SelectorExpr)
					if ok && !isPackage(f.X, "fmt") && slices.Contains([]string{"Errorf", "Warnf", "errorf"}, f.Sel.Name) && len(n.Args) > 2 && literal(n.Args[0]) != "" {
						t.Errorf("%s: the code %s is no constant", fset.Position(n.Pos()), literal(n.Args[0]))
					}
				}
				return true
			})
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func declaredCodes(spec *ast.ValueSpec) []string {
	kind, ok := spec.Type.(*ast.SelectorExpr)
	if !ok || kind.Sel.Name != "Code" {
		return nil
	}
	var list []string
	for _, value := range spec.Values {
		list = append(list, literal(value))
	}
	return list
}

func isPackage(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

func literal(e ast.Expr) string {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(l.Value)
	if err != nil {
		return ""
	}
	return text
}
