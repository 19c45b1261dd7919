package model

import (
	"go/ast"
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/load"
)

// allDialects are those that SQL is generated for unless the package says otherwise, sorted.
func allDialects() []string { return []string{"mysql", "postgres", "sqlite"} }

// dialects reads `//denorm:options dialects=`.
func (r *resolver) dialects(pkg *load.Package) []string {
	var list []string
	for _, d := range r.directives(pkg) {
		arg, ok := d.Lookup("dialects")
		if d.Owner.Place != directive.OnPackage || d.Verb != "options" || !ok {
			continue
		}
		for _, w := range arg.Words() {
			if slices.Contains(allDialects(), w.Text) && !slices.Contains(list, w.Text) {
				list = append(list, w.Text) // others are reported by directive
			}
		}
	}
	if len(list) == 0 {
		return allDialects()
	}
	slices.Sort(list)
	return list
}

// collectTaken lists the names that the package's own files declare.
func (r *resolver) collectTaken(pkg *load.Package, out *Package) {
	take := func(taken map[string]diag.Span, name string, ident *ast.Ident) {
		if _, ok := taken[name]; !ok && ident.Name != "_" {
			taken[name] = r.span(pkg, ident)
		}
	}
	for _, file := range pkg.Files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil {
					take(out.Taken, decl.Name.Name, decl.Name)
				} else if recv := receiverType(decl); recv != nil {
					take(out.Methods, recv.Name+"."+decl.Name.Name, decl.Name)
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						take(out.Taken, spec.Name.Name, spec.Name)
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							take(out.Taken, name.Name, name)
						}
					}
				}
			}
		}
	}
}

// receiverType returns the identifier of the type that a method belongs to.
func receiverType(decl *ast.FuncDecl) *ast.Ident {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return nil
	}
	return fieldIdent(&ast.Field{Type: decl.Recv.List[0].Type})
}
