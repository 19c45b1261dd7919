package model

import (
	"go/ast"
	"go/doc"
	"go/printer"
	"go/token"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/directive"
)

// transforms gives collections the functions that have the last word on their documents.
func (c *collector) transforms(lines []directive.Directive) {
	for i := range lines {
		line := &lines[i]
		if line.Verb != "transform" || len(line.Pos) == 0 || line.Owner.Func == nil {
			continue
		}
		name := line.Pos[0]
		t := c.trail.below("transform " + name.Value)
		d := c.draft(name.Value)
		if d == nil && (c.wrong[name.Value] || c.resolver.misread[c.pkg]) {
			continue // its collection may be among what was reported
		}
		if d == nil {
			names := make([]string, len(c.drafts))
			for i, d := range c.drafts {
				names[i] = d.Name
			}
			at := t.errorf(CodeTransformUnknown, name.Span, "there is no collection %s in this package", name.Value)
			if suggest(at, wordOf(name), names); at.Help == "" {
				at.WithHelp("declare it by a line //denorm:collection NAME above a model")
			}
			continue
		}
		if d.Transform != nil {
			t.errorf(CodeTransformDuplicate, name.Span, "%s has a transform already", name.Value).
				WithRelated(d.Transform.Span, "the first one").WithHelp("call one function from the other and remove this line")
			continue
		}
		c.transform(t, d, line)
	}
}

// transform checks the signature by syntax alone: the document's type does not exist before the first run.
func (c *collector) transform(t trail, d *draft, line *directive.Directive) {
	decl := line.Owner.Func
	at := c.resolver.span(c.pkg, decl.Name)
	wrong := ""
	switch {
	case decl.Recv != nil:
		wrong = "it is a method"
	case decl.Type.TypeParams != nil:
		wrong = "it has type parameters"
	case decl.Body == nil:
		wrong = "it has no body"
	case !c.takesDocument(decl.Type.Params, line.Owner.File, d.Doc):
		wrong = "its parameters are " + strings.TrimPrefix(c.print(&ast.FuncType{Params: decl.Type.Params}), "func")
	case !c.returnsError(decl.Type.Results):
		wrong = "it does not return one error"
	}
	if wrong != "" {
		t.errorf(CodeTransformSignature, at, "%s cannot be the transform of %s: %s", decl.Name.Name, d.Name, wrong).
			WithHelp("write func %s(ctx context.Context, doc *%s) error", decl.Name.Name, d.Doc)
		return
	}
	bare := *decl
	bare.Doc = nil
	d.Transform = &Transform{Name: decl.Name.Name, Body: c.print(&bare), Span: at}
}

func (c *collector) takesDocument(params *ast.FieldList, file *ast.File, document string) bool {
	if params.NumFields() != 2 || len(params.List) != 2 {
		return false
	}
	star, ok := params.List[1].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	ident, ok := star.X.(*ast.Ident)
	return ok && ident.Name == document && isContext(params.List[0].Type, file)
}

func (c *collector) returnsError(results *ast.FieldList) bool {
	if results.NumFields() != 1 {
		return false
	}
	ident, ok := results.List[0].Type.(*ast.Ident)
	return ok && ident.Name == "error" && c.pkg.Types.Scope().Lookup("error") == nil
}

// isContext tells whether a type expression is context.Context under the file's imports.
func isContext(e ast.Expr, file *ast.File) bool {
	name, pkg := "", "."
	switch e := e.(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			name, pkg = e.Sel.Name, x.Name
		}
	}
	if name != "Context" {
		return false
	}
	for _, imp := range file.Imports {
		if path, err := strconv.Unquote(imp.Path.Value); err != nil || path != "context" {
			continue
		}
		if imp.Name == nil && pkg == "context" || imp.Name != nil && imp.Name.Name == pkg {
			return true
		}
	}
	return false
}

// print returns a node's source in one canonical form, "" where it cannot be printed.
func (c *collector) print(node ast.Node) string {
	var b strings.Builder
	if err := printer.Fprint(&b, c.pkg.Fset, node); err != nil {
		return ""
	}
	return b.String()
}

// commentOf is the first sentence of a model's doc comment, "" if there is none.
func (c *collector) commentOf(e *Entity) string {
	pkg := c.resolver.byPath[e.Pkg]
	if pkg == nil {
		return ""
	}
	for _, file := range pkg.Files {
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE {
				continue
			}
			for _, spec := range gen.Specs {
				if s := spec.(*ast.TypeSpec); s.Name.Name == e.Name {
					text := s.Doc.Text()
					if text == "" && !gen.Lparen.IsValid() {
						text = gen.Doc.Text()
					}
					return new(doc.Package).Synopsis(text)
				}
			}
		}
	}
	return ""
}
