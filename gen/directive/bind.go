package directive

import (
	"go/ast"
	"go/token"
	"slices"
)

// site is what a comment group belongs to: an owner, or the reason why it has none.
type site struct {
	owner  Owner
	reason string // completes `"denorm:table" stands ...`
	help   string // overrides the verb's own places
}

// sites finds what each comment group of a file belongs to.
type sites struct {
	fset  *token.FileSet
	file  *ast.File
	bound map[*ast.CommentGroup]site
	code  map[int]token.Pos // line to where its first code begins
}

func bind(fset *token.FileSet, file *ast.File) *sites {
	s := &sites{fset: fset, file: file, bound: map[*ast.CommentGroup]site{}}
	s.set(file.Doc, site{owner: Owner{Place: OnPackage}})
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			s.set(d.Doc, site{owner: Owner{Place: OnFunc, Func: d}})
		case *ast.GenDecl:
			s.general(d)
		}
	}
	return s
}

func (s *sites) set(doc *ast.CommentGroup, at site) {
	if doc != nil {
		at.owner.File = s.file
		s.bound[doc] = at
	}
}

func (s *sites) general(d *ast.GenDecl) {
	if d.Tok == token.TYPE {
		if d.Lparen.IsValid() {
			s.set(d.Doc, site{reason: "above a group of types", help: "write it inside of the parentheses, directly above one struct type"})
		}
		for _, spec := range d.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			doc := t.Doc
			if !d.Lparen.IsValid() {
				doc = d.Doc
			}
			s.typeSpec(t, doc)
		}
		return
	}
	reason := map[token.Token]string{
		token.IMPORT: "above an import", token.CONST: "above a constant", token.VAR: "above a variable",
	}[d.Tok]
	s.set(d.Doc, site{reason: reason})
	for _, spec := range d.Specs {
		switch v := spec.(type) {
		case *ast.ImportSpec:
			s.set(v.Doc, site{reason: reason})
		case *ast.ValueSpec:
			s.set(v.Doc, site{reason: reason})
		}
	}
}

func (s *sites) typeSpec(t *ast.TypeSpec, doc *ast.CommentGroup) {
	switch body := t.Type.(type) {
	case *ast.StructType:
		s.set(doc, site{owner: Owner{Place: OnType, Type: t}})
		s.fields(t, body)
	case *ast.InterfaceType:
		s.set(doc, site{reason: "above an interface type"})
	default:
		s.set(doc, site{reason: "above a type that is not written as a struct"})
	}
}

func (s *sites) fields(t *ast.TypeSpec, body *ast.StructType) {
	for _, f := range body.Fields.List {
		if len(f.Names) > 1 {
			s.set(f.Doc, site{reason: "above several fields at once", help: "give each field a line of its own"})
		} else {
			s.set(f.Doc, site{owner: Owner{Place: OnField, Type: t, Field: f}})
		}
		ast.Inspect(f.Type, func(n ast.Node) bool {
			if inner, ok := n.(*ast.Field); ok {
				s.set(inner.Doc, site{reason: "inside of an anonymous type", help: "give the type a name and a declaration of its own"})
			}
			return true
		})
	}
}

// of returns the site of a comment group. One that belongs to no declaration is Detached, unless it
// stands behind code or inside of a declaration.
func (s *sites) of(group *ast.CommentGroup) site {
	if at, ok := s.bound[group]; ok {
		return at
	}
	if s.behindCode(group) {
		return site{reason: "behind code on the same line", help: "give it a line of its own, directly above the declaration"}
	}
	for _, decl := range s.file.Decls {
		if group.Pos() < decl.Pos() || group.Pos() >= decl.End() {
			continue
		}
		if _, ok := decl.(*ast.FuncDecl); ok {
			return site{reason: "inside of a function", help: "only declarations of the package can have directives"}
		}
		return site{reason: "inside of a declaration but above none of its parts"}
	}
	return site{owner: Owner{Place: Detached, File: s.file}}
}

func (s *sites) behindCode(group *ast.CommentGroup) bool {
	if s.code == nil {
		s.code = map[int]token.Pos{}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n.(type) {
			case nil, *ast.Comment, *ast.CommentGroup:
				return false
			case *ast.File: // ends where its last comment does
				return true
			}
			s.note(n.Pos())
			s.note(n.End() - 1)
			return true
		})
		s.note(s.file.Package)
	}
	first, ok := s.code[s.line(group.Pos())]
	return ok && first < group.Pos()
}

func (s *sites) note(pos token.Pos) {
	if !pos.IsValid() {
		return
	}
	line := s.line(pos)
	if first, ok := s.code[line]; !ok || pos < first {
		s.code[line] = pos
	}
}

func (s *sites) line(pos token.Pos) int { return s.fset.PositionFor(pos, false).Line }

// next names what follows a comment group and the place that a comment directly above it would have.
func (s *sites) next(group *ast.CommentGroup) (string, Place) {
	if group.Pos() < s.file.Package {
		return "package " + s.file.Name.Name, OnPackage
	}
	i := slices.IndexFunc(s.file.Decls, func(d ast.Decl) bool { return d.Pos() >= group.End() })
	if i < 0 {
		return "", ""
	}
	switch d := s.file.Decls[i].(type) {
	case *ast.FuncDecl:
		return "func " + d.Name.Name, OnFunc
	case *ast.GenDecl:
		if len(d.Specs) != 1 || d.Lparen.IsValid() {
			return "", ""
		}
		if t, ok := d.Specs[0].(*ast.TypeSpec); ok {
			if _, ok := t.Type.(*ast.StructType); ok {
				return "type " + t.Name.Name, OnType
			}
		}
	}
	return "", ""
}
