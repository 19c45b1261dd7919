package model

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/load"
)

// scanDirectives reads the directives of a package, file by file.
func scanDirectives(pkg *load.Package, report *diag.Report) []directive.Directive {
	var list []directive.Directive
	for _, file := range pkg.Files {
		list = append(list, directive.Scan(pkg.Fset, file, report)...)
	}
	return list
}

// line is a line of a file.
type line struct {
	file string
	line int
}

// noteBroken remembers the fields and types with a directive that was reported: what is missing there
// need not be reported again.
func (r *resolver) noteBroken(pkg *load.Package, report *diag.Report) {
	wrong := map[line]bool{}
	for _, d := range report.Sorted() {
		if d.Severity == diag.Error {
			wrong[line{d.Primary.File, d.Primary.Line}] = true
		}
	}
	if len(wrong) == 0 {
		return
	}
	r.misread[pkg] = true
	note := func(doc *ast.CommentGroup, ident *ast.Ident) {
		if doc == nil || ident == nil {
			return
		}
		obj := pkg.Info.Defs[ident]
		for _, c := range doc.List {
			p := pkg.Fset.PositionFor(c.Pos(), false)
			if obj != nil && wrong[line{p.Filename, p.Line}] {
				r.brokenDoc[obj] = true
			}
		}
	}
	for _, file := range pkg.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				note(n.Doc, fieldIdent(n))
				note(n.Comment, fieldIdent(n))
			case *ast.TypeSpec:
				note(n.Doc, n.Name)
			case *ast.GenDecl:
				if len(n.Specs) == 1 {
					if spec, ok := n.Specs[0].(*ast.TypeSpec); ok {
						note(n.Doc, spec.Name)
					}
				}
			}
			return true
		})
	}
}

// broken tells that a directive of a field or type was reported.
func (r *resolver) broken(obj types.Object) bool { return r.brokenDoc[obj] }

// suggestModel suggests a model for a name that is none.
func (r *resolver) suggestModel(d *diag.Diagnostic, pkg *load.Package, at diag.Span, name string) {
	var names []string
	for _, d := range r.declared {
		if d.pkg == pkg {
			names = append(names, d.entity.Name)
		} else {
			names = append(names, d.pkg.Name+"."+d.entity.Name)
		}
	}
	slices.Sort(names)
	suggest(d, directive.Word{Text: name, Span: at}, names)
	if d.Help == "" {
		d.WithHelp("a model is a struct with //denorm:table or //denorm:collection, or one that a relation leads to")
	}
}
