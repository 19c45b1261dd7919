package docs

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
)

// TestRuntimePage makes the reference page of the runtime from its source.
func TestRuntimePage(t *testing.T) {
	source := parseRuntime(t)
	var b bytes.Buffer
	b.WriteString("# The runtime\n\n<!-- Made from the source of package denorm; do not edit. -->\n\n" +
		"Methods of engines and collections: the package's own documentation, `go doc github.com/denormgen/denormgen/runtime`.\n")
	b.WriteString("\n## Options\n\nAll are arguments of `denorm.Open`. The default is as in the source.\n\n| option | default | meaning |\n|---|---|---|\n")
	options := source.options("Option")
	if len(options) < 15 {
		t.Errorf("only %d options were found", len(options))
	}
	b.WriteString(strings.Join(options, ""))
	for _, kind := range []struct{ result, of string }{{"SinkOption", "WithSink"}, {"SyncOption", "Engine.Sync"}} {
		options := source.options(kind.result)
		if len(options) < 3 {
			t.Errorf("only %d options of %s were found", len(options), kind.of)
		}
		b.WriteString("\n### Of " + kind.of + "\n\n| option | meaning |\n|---|---|\n")
		for _, option := range options {
			b.WriteString(strings.Replace(option, " |  | ", " | ", 1))
		}
	}
	b.WriteString("\n## Figures\n\n`engine.Stats()` costs no I/O. " + source.doc("Stats") + "\n\n| field | meaning |\n|---|---|\n")
	b.WriteString(strings.Join(source.fields("Stats"), ""))
	b.WriteString("\nThe packages `runtime/otelmetrics` and `runtime/prommetrics`, modules of their own, show them as:\n\n" +
		"| metric | kind | unit | meaning |\n|---|---|---|---|\n")
	for _, metric := range denorm.Metrics() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", metric.Name, metric.Kind, metric.Unit, metric.Help)
	}
	b.WriteString("\nNames of Prometheus have `_` for `.`, and end in `_total` and `_seconds` where they count and where they are times.\n")
	for _, name := range []string{"Status", "ConsumerStatus", "StoredPlan", "Aside", "SinkStatus", "SinkFailure", "SyncProgress"} {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n| field | meaning |\n|---|---|\n%s", name, source.doc(name), strings.Join(source.fields(name), ""))
	}
	b.WriteString("\n## Findings of Doctor\n\n`engine.Doctor` returns findings with a subject, a message, a remedy and a severity:\n\n" +
		"| severity | meaning |\n|---|---|\n" + strings.Join(source.constants("Severity"), ""))
	b.WriteString("\n## Events\n\n" + source.doc("Event") + " They come from `Watch`.\n\n| field | meaning |\n|---|---|\n")
	b.WriteString(strings.Join(source.fields("Event"), ""))
	b.WriteString("\n## What is logged\n\nBy the logger of `denorm.WithLogger`. No document, no key and no DSN is in it, but for the texts of errors of\n" +
		"the database. Each message begins with `denorm: `.\n\n| level | message |\n|---|---|\n")
	logged := source.logged()
	if len(logged) < 10 {
		t.Errorf("only %d messages were found", len(logged))
	}
	b.WriteString(strings.Join(logged, ""))
	b.WriteString("\n## Tables in the database\n\n")
	_, schema, _ := strings.Cut(read(t, "runtime/capture/schema.md"), "\n\n")
	b.WriteString("Everything that `Install` makes begins with `denorm_`; `Uninstall` removes it. On SQLite \"side\" is a file beside\n" +
		"the database, whose name ends in `-denorm`.\n\n" + schema)
	b.WriteString("\n## Frames in the shared cache\n\n" + source.frame() + "\n")
	b.WriteString("\n## Errors\n\nSee [errors](errors.md#of-the-runtime).\n")
	made(t, "docs/reference/runtime.md", b.String())
}

// runtimeSource is the parsed source of package denorm and of the relay.
type runtimeSource struct {
	t     *testing.T
	files []*ast.File // in order of their names
}

func parseRuntime(t *testing.T) runtimeSource {
	t.Helper()
	source := runtimeSource{t: t}
	for _, folder := range []string{"runtime", "runtime/internal/relay"} {
		paths, err := filepath.Glob(filepath.Join(root(t), filepath.FromSlash(folder), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			source.files = append(source.files, file)
		}
	}
	return source
}

// line is a comment as a cell of a table.
func line(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}

// options are the rows for the functions that return an Option.
func (s runtimeSource) options(result string) []string {
	var rows []string
	defaults := s.defaults()
	for _, file := range s.files {
		if file.Name.Name != "denorm" {
			continue
		}
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !returns(f, result) {
				continue
			}
			meaning := strings.TrimPrefix(line(f.Doc.Text()), f.Name.Name+" ")
			standard := ""
			if value, ok := defaults[sets(f)]; ok {
				standard = "`" + value + "`"
			}
			rows = append(rows, fmt.Sprintf("| `%s(%s)` | %s | %s |\n", f.Name.Name, parameters(f.Type.Params), standard, meaning))
		}
	}
	return rows
}

// returns tells whether a function returns one value of a type of the package.
func returns(f *ast.FuncDecl, name string) bool {
	if f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	result, ok := f.Type.Results.List[0].Type.(*ast.Ident)
	return ok && result.Name == name && f.Name.IsExported()
}

// defaults are the expressions of the function of that name, by field.
func (s runtimeSource) defaults() map[string]string {
	values := map[string]string{}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Name.Name != "defaults" {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if pair, ok := n.(*ast.KeyValueExpr); ok {
					var text bytes.Buffer
					if err := printer.Fprint(&text, token.NewFileSet(), pair.Value); err != nil {
						s.t.Error(err)
					}
					values[typeText(pair.Key)] = text.String()
				}
				return true
			})
		}
	}
	if len(values) < 10 {
		s.t.Errorf("only %d defaults were found", len(values))
	}
	return values
}

// sets is the field that an option sets.
func sets(option *ast.FuncDecl) (field string) {
	ast.Inspect(option, func(n ast.Node) bool {
		if set, ok := n.(*ast.AssignStmt); ok {
			if target, ok := set.Lhs[0].(*ast.SelectorExpr); ok {
				field = target.Sel.Name
			}
		}
		return true
	})
	return field
}

func parameters(list *ast.FieldList) string {
	var texts []string
	for _, field := range list.List {
		for _, name := range field.Names {
			texts = append(texts, name.Name+" "+typeText(field.Type))
		}
	}
	return strings.Join(texts, ", ")
}

// typeText writes a type as source does.
func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return typeText(e.X) + "." + e.Sel.Name
	case *ast.StarExpr:
		return "*" + typeText(e.X)
	default:
		return "..."
	}
}

// types calls a function with every type.
func (s runtimeSource) types(see func(doc string, spec *ast.TypeSpec)) {
	for _, file := range s.files {
		if file.Name.Name != "denorm" {
			continue
		}
		for _, declaration := range file.Decls {
			if general, ok := declaration.(*ast.GenDecl); ok && general.Tok == token.TYPE {
				for _, spec := range general.Specs {
					see(general.Doc.Text(), spec.(*ast.TypeSpec))
				}
			}
		}
	}
}

// doc is the comment of a type.
func (s runtimeSource) doc(name string) string {
	text := ""
	s.types(func(doc string, spec *ast.TypeSpec) {
		if spec.Name.Name == name {
			text = line(doc)
		}
	})
	if text == "" {
		s.t.Errorf("type %s was not found", name)
	}
	return text
}

// fields are the rows for the fields of a struct.
func (s runtimeSource) fields(name string) []string {
	var rows []string
	s.types(func(_ string, spec *ast.TypeSpec) {
		body, ok := spec.Type.(*ast.StructType)
		if !ok || spec.Name.Name != name {
			return
		}
		for _, field := range body.Fields.List {
			var names []string
			for _, name := range field.Names {
				names = append(names, "`"+name.Name+"`")
			}
			cell, meaning := strings.Join(names, ", "), line(field.Doc.Text()+" "+field.Comment.Text())
			if last := len(rows) - 1; meaning == "" && last >= 0 && strings.Contains(rows[last], field.Names[0].Name) {
				rows[last] = strings.Replace(rows[last], "` |", "`, "+cell+" |", 1) // what stands above is about both
				continue
			}
			rows = append(rows, fmt.Sprintf("| %s | %s |\n", cell, meaning))
		}
	})
	return rows
}

// constants are the rows for the constants of a type.
func (s runtimeSource) constants(of string) []string {
	var rows []string
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			value, ok := n.(*ast.ValueSpec)
			if !ok || value.Type == nil || typeText(value.Type) != of || len(value.Values) != 1 || file.Name.Name != "denorm" {
				return true
			}
			if text, ok := literal(value.Values[0]); ok {
				rows = append(rows, fmt.Sprintf("| `%s` | %s |\n", text, line(value.Comment.Text())))
			}
			return true
		})
	}
	return rows
}

// logged are the rows for the messages, by level.
func (s runtimeSource) logged() []string {
	levels := []string{"Debug", "Info", "Warn", "Error"}
	var rows []string
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			level := strings.TrimSuffix(method.Sel.Name, "Context")
			if !slices.Contains(levels, level) {
				return true
			}
			for _, arg := range call.Args {
				text, ok := literal(arg)
				message, ours := strings.CutPrefix(text, "denorm: ")
				if ok && ours && strings.Trim(message, "%s ") != "" {
					rows = append(rows, fmt.Sprintf("| %s | %s |\n", level, said(message)))
				}
			}
			return true
		})
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// frame tells the form of cached values, with the places that the source has.
func (s runtimeSource) frame() string {
	places := map[string]string{}
	text := ""
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.CONST || !strings.HasPrefix(general.Doc.Text(), "The head of a frame") {
				continue
			}
			text = general.Doc.Text()
			for _, spec := range general.Specs {
				value := spec.(*ast.ValueSpec)
				if basic, ok := value.Values[0].(*ast.BasicLit); ok {
					places[value.Names[0].Name] = basic.Value
				}
			}
		}
	}
	table := "| byte | what |\n|---|---|\n| 0 | magic, four bytes: `ff 64 6e 00` |\n" +
		"| 4 | format, " + places["frameFormat"] + " |\n"
	for _, place := range [][2]string{
		{"frameCodecAt", "codec: 1 the generated binary form, 2 one that the application chose, whose name begins the body"},
		{"frameFlagsAt", "flags: 1 there is no such document, and no body"},
		{"frameShapeAt", "length of the shape"},
		{"frameEpochAt", "epoch of the version at which the document was loaded"},
		{"frameSeqAt", "its number in that epoch"},
		{"frameBodyAt", "length of the body"},
		{"frameSumAt", "checksum"},
		{"frameHead", "shape, then body"},
	} {
		if places[place[0]] == "" {
			s.t.Errorf("constant %s was not found", place[0])
		}
		table += fmt.Sprintf("| %s | %s |\n", places[place[0]], place[1])
	}
	return strings.TrimSpace(regexp.MustCompile(`\n\n+`).ReplaceAllString(text, "\n\n")) + "\n\n" + table +
		"\nAnything odd counts as a miss."
}
