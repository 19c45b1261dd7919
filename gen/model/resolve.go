package model

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/load"
)

// Resolve turns packages into a Schema. It reports every problem that it finds and goes on; where the
// report has errors, the Schema is fit for finding more of them only.
func Resolve(packages []*load.Package, report *diag.Report) *Schema {
	var found diag.Report
	schema := resolve(packages, &found)
	for _, d := range found.Sorted() {
		if !followsFromSyntax(packages, d) {
			into := report.Errorf(d.Code, d.Primary, "%s", d.Message)
			*into = *d
		}
	}
	return schema
}

// followsFromSyntax tells whether a problem may only come from a package that cannot be read: it lies in
// that package, or is a type missing in one that imports it.
func followsFromSyntax(packages []*load.Package, d *diag.Diagnostic) bool {
	broken := map[string]bool{}
	for _, p := range packages {
		broken[p.Path] = p.Broken
	}
	return slices.ContainsFunc(packages, func(p *load.Package) bool {
		i := slices.Index(p.FileNames, d.Primary.File)
		if i < 0 || p.Broken {
			return i >= 0
		}
		return d.Code == CodeUnknownType && slices.ContainsFunc(p.Files[i].Imports, func(spec *ast.ImportSpec) bool {
			path, err := strconv.Unquote(spec.Path.Value)
			return err == nil && broken[path]
		})
	})
}

func resolve(packages []*load.Package, report *diag.Report) *Schema {
	r := newResolver(packages, report)
	r.findModels()
	for d := range r.pending() {
		r.within(d, func() { r.resolveEntity(d) })
	}
	r.resolveRelations()
	r.resolveExpressions()
	r.resolveComputed()
	schema := &Schema{}
	for _, pkg := range packages {
		if !pkg.Requested || !r.declaresCollections(pkg) {
			continue
		}
		out := r.describePackage(pkg)
		r.resolveCollections(pkg, out)
		r.checkImportable(out)
		schema.Packages = append(schema.Packages, out)
	}
	slices.SortFunc(schema.Packages, func(a, b *Package) int { return cmp.Compare(a.Path, b.Path) })
	return schema
}

// resolver holds what is known during one Resolve.
type resolver struct {
	report   *diag.Report
	packages []*load.Package
	byPath   map[string]*load.Package
	scanned  map[*load.Package][]directive.Directive
	onType   map[*types.TypeName][]*directive.Directive
	onField  map[*types.Var][]*directive.Directive

	brokenDoc map[types.Object]bool
	misread   map[*load.Package]bool // has directives that were reported

	declared []*declared // in order of discovery, which is that of resolution
	byType   map[*types.TypeName]*declared
	byEntity map[*Entity]*declared
	columnOf map[*Column]*field
}

func newResolver(packages []*load.Package, report *diag.Report) *resolver {
	r := &resolver{
		report:    report,
		packages:  packages,
		byPath:    map[string]*load.Package{},
		scanned:   map[*load.Package][]directive.Directive{},
		onType:    map[*types.TypeName][]*directive.Directive{},
		onField:   map[*types.Var][]*directive.Directive{},
		brokenDoc: map[types.Object]bool{},
		misread:   map[*load.Package]bool{},
		byType:    map[*types.TypeName]*declared{},
		byEntity:  map[*Entity]*declared{},
		columnOf:  map[*Column]*field{},
	}
	for _, pkg := range packages {
		r.byPath[pkg.Path] = pkg
	}
	for _, pkg := range packages {
		r.attach(pkg)
	}
	return r
}

// directives returns the directives of a package, file by file, in order.
func (r *resolver) directives(pkg *load.Package) []directive.Directive {
	if list, ok := r.scanned[pkg]; ok {
		return list
	}
	var found diag.Report
	list := scanDirectives(pkg, &found)
	for _, d := range found.Sorted() {
		r.adopt(d)
	}
	r.noteBroken(pkg, &found)
	r.scanned[pkg] = list
	return list
}

// attach finds the objects that a package's directives belong to.
func (r *resolver) attach(pkg *load.Package) {
	list := r.directives(pkg)
	for i := range list {
		d := &list[i]
		switch d.Owner.Place {
		case directive.OnType:
			if obj, ok := pkg.Info.Defs[d.Owner.Type.Name].(*types.TypeName); ok {
				r.onType[obj] = append(r.onType[obj], d)
			}
		case directive.OnField:
			if obj, ok := pkg.Info.Defs[fieldIdent(d.Owner.Field)].(*types.Var); ok {
				r.onField[obj] = append(r.onField[obj], d)
			}
		}
	}
}

// fieldIdent returns the identifier that names a field, the type's for an embedded one.
func fieldIdent(f *ast.Field) *ast.Ident {
	if len(f.Names) > 0 {
		return f.Names[0]
	}
	t := f.Type
	for {
		switch x := t.(type) {
		case *ast.Ident:
			return x
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.SelectorExpr:
			return x.Sel
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		default:
			return nil
		}
	}
}

// entityByName returns the model of that name in pkg, or "other.Name" for one in a package that pkg
// imports; nil if there is none.
func (r *resolver) entityByName(pkg *load.Package, name string) *Entity {
	obj := r.lookupType(pkg, name)
	if obj == nil {
		return nil
	}
	if d := r.byType[obj]; d != nil {
		return d.entity
	}
	return nil
}

// column returns the column of that Go field, or nil.
func (e *Entity) column(field string) *Column {
	for _, c := range e.Columns {
		if c.Field == field {
			return c
		}
	}
	return nil
}

// relation returns the relation of that Go field, or nil.
func (e *Entity) relation(name string) *Relation {
	for _, rel := range e.Relations {
		if rel.Name == name {
			return rel
		}
	}
	return nil
}

// computed returns the computed method of that name, or nil.
func (e *Entity) computed(name string) *Computed {
	for _, c := range e.Computed {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// failed tells that the field or method of that name exists and was reported as wrong, so that
// nobody needs to complain that it is neither column nor relation.
func (r *resolver) failed(e *Entity, name string) bool {
	d := r.byEntity[e]
	return d != nil && d.failed[name]
}

// span returns the place of a node.
func (r *resolver) span(pkg *load.Package, node ast.Node) diag.Span {
	return spanOf(pkg.Fset, node.Pos(), int(node.End()-node.Pos()))
}

func spanOf(fset *token.FileSet, pos token.Pos, width int) diag.Span {
	p := fset.PositionFor(pos, false)
	return diag.Span{File: p.Filename, Line: p.Line, Col: p.Column, Width: max(width, 1)}
}

// objectSpan returns the place of an object's name.
func (r *resolver) objectSpan(obj types.Object) diag.Span {
	if len(r.packages) == 0 || !obj.Pos().IsValid() {
		return diag.Span{}
	}
	return spanOf(r.packages[0].Fset, obj.Pos(), len(obj.Name()))
}
