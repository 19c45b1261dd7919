package model

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// reached is the source of the package's declarations that a function leads to by what it names, and what these name:
// functions, methods, constants, variables and types, without comments. A name whose meaning is not known, because the
// type before it is yet to be generated, stands for every method that is so called.
func (c *collector) reached(decl *ast.FuncDecl) string {
	r := reach{collector: c, seen: map[ast.Node]bool{decl: true}}
	ast.Inspect(decl, r.visit)
	slices.Sort(r.texts) // the names of files say nothing
	return strings.Join(r.texts, "\n")
}

type reach struct {
	*collector
	seen  map[ast.Node]bool
	texts []string
}

func (r *reach) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		ast.Inspect(n.X, r.visit)
		r.method(n.Sel)
		return false
	case *ast.Ident:
		r.name(n)
	}
	return true
}

// name follows a name to what is declared by it in the package, unless it means something else.
func (r *reach) name(at *ast.Ident) {
	if obj := r.pkg.Info.ObjectOf(at); obj != nil && obj.Parent() != r.pkg.Types.Scope() {
		return
	}
	r.each(func(node ast.Node, name *ast.Ident, receiver string) {
		if receiver == "" && name.Name == at.Name {
			r.add(node)
		}
	})
}

// method follows the name behind a dot.
func (r *reach) method(at *ast.Ident) {
	obj := r.pkg.Info.Uses[at]
	method, ok := obj.(*types.Func)
	switch {
	case !ok && obj != nil, ok && method.Pkg() != r.pkg.Types: // a field, or another package
	case ok && !types.IsInterface(method.Signature().Recv().Type()):
		r.methods(func(name *ast.Ident, _ string) bool { return r.pkg.Info.Defs[name] == method.Origin() })
	default:
		r.methods(func(name *ast.Ident, _ string) bool { return name.Name == at.Name })
	}
}

func (r *reach) methods(wanted func(name *ast.Ident, receiver string) bool) {
	r.each(func(node ast.Node, name *ast.Ident, receiver string) {
		if receiver != "" && wanted(name, receiver) {
			r.add(node)
		}
	})
}

// add takes a declaration once, with what it names. A type comes with its methods: encoding/json and sort call some.
func (r *reach) add(node ast.Node) {
	if r.seen[node] {
		return
	}
	r.seen[node] = true
	if decl, ok := node.(*ast.FuncDecl); ok {
		r.texts = append(r.texts, tokens(r.function(decl)))
	} else {
		r.texts = append(r.texts, tokens(r.print(node)))
	}
	ast.Inspect(node, r.visit)
	if spec, ok := node.(*ast.TypeSpec); ok {
		r.methods(func(_ *ast.Ident, receiver string) bool { return receiver == spec.Name.Name })
	}
}

// each calls a function for all that the package declares. A constant is its whole group: a line may repeat the one above.
func (r *reach) each(do func(node ast.Node, name *ast.Ident, receiver string)) {
	for _, file := range r.pkg.Files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				do(decl, decl.Name, receiverName(decl))
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						do(spec, spec.Name, "")
					case *ast.ValueSpec:
						var node ast.Node = spec
						if decl.Tok == token.CONST {
							node = decl
						}
						for _, name := range spec.Names {
							do(node, name, "")
						}
					}
				}
			}
		}
	}
}

// receiverName is the name of the type that a method is of, "" for a function.
func receiverName(decl *ast.FuncDecl) string {
	if of := receiverType(decl); of != nil {
		return of.Name
	}
	return ""
}
