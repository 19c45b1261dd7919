package docs

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestErrorsPage makes the page of diagnostics from the calls that report them.
func TestErrorsPage(t *testing.T) {
	messages := diagnostics(t)
	if len(messages) < 50 {
		t.Errorf("only %d codes were found", len(messages))
	}
	var b bytes.Buffer
	b.WriteString("# Errors\n\n<!-- Made from the calls that report diagnostics; do not edit. -->\n\n")
	b.WriteString("## Of the generator\n\n" +
		"What the generator says has a place (`file:line:col`), the line with a caret below the wrong word, what led\n" +
		"there, and a way out. The code in brackets names the kind of problem. It never changes its meaning, so that\n" +
		"scripts can rely on it; `--format=json` and `--format=sarif` print it in a field of its own. All errors of a\n" +
		"run are reported, and nothing is written when there is one.\n\n" +
		"| code | what is said, with … for names and numbers |\n|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(messages)) {
		list := messages[code]
		slices.Sort(list)
		fmt.Fprintf(&b, "| `%s` | %s |\n", code, strings.Join(slices.Compact(list), "<br>"))
	}
	b.WriteString("\n## Of the runtime\n\n" +
		"The runtime returns errors that wrap these; test for them with `errors.Is`. A `*denorm.LoadError`\n" +
		"(`errors.As`) tells collection, path, key and column.\n\n| error | meaning |\n|---|---|\n")
	for _, line := range sentinels(t) {
		b.WriteString(line)
	}
	made(t, "docs/reference/errors.md", b.String())
}

// diagnostics are the messages that the generator's packages report, by code.
func diagnostics(t *testing.T) map[string][]string {
	t.Helper()
	set := token.NewFileSet()
	byPackage := map[string][]*ast.File{}
	err := filepath.WalkDir(filepath.Join(root(t), "gen"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "testdata" {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		byPackage[filepath.Dir(path)] = append(byPackage[filepath.Dir(path)], file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]string{}
	for _, files := range byPackage {
		codes(files, constants)
	}
	messages := map[string][]string{}
	for _, files := range byPackage {
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if code, message, ok := reported(call, constants); ok {
						messages[code] = append(messages[code], message)
					}
				}
				return true
			})
		}
	}
	return messages
}

// codes adds the constants of type diag.Code by their names.
func codes(files []*ast.File, into map[string]string) {
	for _, file := range files {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.CONST {
				continue
			}
			for _, spec := range general.Specs {
				value, ok := spec.(*ast.ValueSpec)
				if !ok || len(value.Values) != 1 {
					continue
				}
				if text, ok := literal(value.Values[0]); ok && strings.HasPrefix(strings.ToLower(value.Names[0].Name), "code") {
					into[value.Names[0].Name] = text
				}
			}
		}
	}
}

// reported tells whether a call reports a diagnostic: it has a code, a place and a message behind each other.
func reported(call *ast.CallExpr, constants map[string]string) (code, message string, ok bool) {
	for i, arg := range call.Args {
		text, literalCode := literal(arg)
		switch arg := arg.(type) {
		case *ast.Ident:
			text = constants[arg.Name]
		case *ast.SelectorExpr:
			text = constants[arg.Sel.Name]
		}
		name := ""
		switch fun := call.Fun.(type) {
		case *ast.SelectorExpr:
			name = fun.Sel.Name
		case *ast.Ident:
			name = fun.Name
		}
		if text == "" || literalCode && !strings.HasSuffix(strings.ToLower(name), "rrorf") && !strings.HasSuffix(name, "arnf") {
			continue
		}
		for _, at := range []int{i + 2, i + 1} {
			if at >= len(call.Args) {
				continue
			}
			if format, found := literal(call.Args[at]); found && format != "%s" {
				return text, said(format), true
			}
		}
	}
	return "", "", false
}

func literal(e ast.Expr) (string, bool) {
	if sum, ok := e.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		x, okX := literal(sum.X)
		y, okY := literal(sum.Y)
		if !okX && !okY {
			return "", false
		}
		if !okX {
			x = "%s"
		}
		if !okY {
			y = "%s"
		}
		return x + y, true
	}
	basic, ok := e.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(basic.Value)
	return text, err == nil
}

// said is a message with dots in the place of what varies.
func said(format string) string {
	text := regexp.MustCompile(`%[-+# 0-9.]*q`).ReplaceAllString(format, `"…"`)
	text = regexp.MustCompile(`%[-+# 0-9.]*[svdTtfgx]`).ReplaceAllString(text, "…")
	return strings.NewReplacer("%%", "%", "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}

// sentinels are the rows for the runtime's errors, from their comments.
func sentinels(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root(t), "runtime", "errors.go"), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.VAR {
			continue
		}
		for _, spec := range general.Specs {
			value := spec.(*ast.ValueSpec)
			meaning := strings.Join(strings.Fields(value.Doc.Text()), " ")
			meaning = strings.TrimPrefix(meaning, value.Names[0].Name+" ")
			rows = append(rows, fmt.Sprintf("| `denorm.%s` | %s |\n", value.Names[0].Name, meaning))
		}
	}
	return rows
}
