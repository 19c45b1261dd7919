package model

import (
	"go/ast"
	"go/doc"
	"go/printer"
	"go/token"
	"go/types"
	"iter"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/load"
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
			c.suggestCollection(t.errorf(CodeTransformUnknown, name.Span, "there is no collection %s in this package", name.Value), wordOf(name))
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

// suggestCollection helps with a name that no collection of the package has.
func (c *collector) suggestCollection(d *diag.Diagnostic, name directive.Word) {
	names := make([]string, len(c.drafts))
	for i, d := range c.drafts {
		names[i] = d.Name
	}
	if suggest(d, name, names); d.Help == "" {
		d.WithHelp("declare it by a line //denorm:collection NAME above a model")
	}
}

// transform checks the signature by syntax alone: the document's type does not exist before the first run.
func (c *collector) transform(t trail, d *draft, line *directive.Directive) {
	decl := line.Owner.Func
	at := c.resolver.span(c.pkg, decl.Name)
	wrong := uncallable(decl)
	switch {
	case wrong != "":
	case !c.takesDocument(decl.Type.Params, line.Owner.File, d.Doc):
		wrong = "its parameters are " + parameters(decl)
	case !c.returnsError(decl.Type.Results):
		wrong = "it does not return one error"
	}
	if wrong != "" {
		t.errorf(CodeTransformSignature, at, "%s cannot be the transform of %s: %s", decl.Name.Name, d.Name, wrong).
			WithHelp("write func %s(ctx context.Context, doc *%s) error", decl.Name.Name, d.Doc)
		return
	}
	d.Transform = &Transform{Name: decl.Name.Name, Body: c.function(decl), Span: at}
}

// uncallable says why generated code cannot call a function, "" if it can.
func uncallable(decl *ast.FuncDecl) string {
	switch {
	case decl.Recv != nil:
		return "it is a method"
	case decl.Type.TypeParams != nil:
		return "it has type parameters"
	case decl.Name.Name == "_":
		return "it has no name"
	case decl.Body == nil:
		return "it has no body"
	}
	return ""
}

// parameters is how a function's parameters are written, on one line, for messages.
func parameters(decl *ast.FuncDecl) string {
	return strings.TrimPrefix(types.ExprString(&ast.FuncType{Params: decl.Type.Params}), "func")
}

// function is a function's source without its comment.
func (c *collector) function(decl *ast.FuncDecl) string {
	bare := *decl
	bare.Doc = nil
	return c.print(&bare)
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
	return ok && ident.Name == document && isOf(params.List[0].Type, file, "context", "Context")
}

func (c *collector) returnsError(results *ast.FieldList) bool {
	return results.NumFields() == 1 && c.isPredeclared(results.List[0].Type, "error")
}

// isPredeclared tells whether a type expression is that type, which the package may hide.
func (c *collector) isPredeclared(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name && c.pkg.Types.Scope().Lookup(name) == nil
}

// isOf tells whether an expression is the name of a package with a path of one word, under the file's imports.
func isOf(e ast.Expr, file *ast.File, of, name string) bool {
	written, pkg := "", "."
	switch e := e.(type) {
	case *ast.Ident:
		written = e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			written, pkg = e.Sel.Name, x.Name
		}
	}
	if written != name {
		return false
	}
	for _, imp := range file.Imports {
		if path, err := strconv.Unquote(imp.Path.Value); err != nil || path != of {
			continue
		}
		if imp.Name == nil && pkg == of || imp.Name != nil && imp.Name.Name == pkg {
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
	for group, spec := range typeSpecs(pkg) {
		if spec.Name.Name == e.Name {
			text := spec.Doc.Text()
			if text == "" && !group.Lparen.IsValid() {
				text = group.Doc.Text()
			}
			return new(doc.Package).Synopsis(text)
		}
	}
	return ""
}

// typeSpecs goes through the types that the user's files declare, each with the declaration that it is a part of.
func typeSpecs(pkg *load.Package) iter.Seq2[*ast.GenDecl, *ast.TypeSpec] {
	return func(yield func(*ast.GenDecl, *ast.TypeSpec) bool) {
		for _, file := range pkg.Files {
			for _, decl := range file.Decls {
				group, ok := decl.(*ast.GenDecl)
				if !ok || group.Tok != token.TYPE {
					continue
				}
				for _, spec := range group.Specs {
					if !yield(group, spec.(*ast.TypeSpec)) {
						return
					}
				}
			}
		}
	}
}
