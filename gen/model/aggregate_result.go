package model

import (
	"go/ast"
	"go/constant"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// resultType reads the type of an aggregate's documents; why says what is wrong with it. A name that the type
// checker does not know is one that is yet to be generated.
func (c *collector) resultType(e ast.Expr) (t Type, why string) {
	inner := ast.Unparen(e)
	for {
		star, ok := inner.(*ast.StarExpr)
		if !ok {
			break
		}
		inner = ast.Unparen(star.X)
	}
	if known := c.pkg.Info.TypeOf(inner); known != nil && types.IsInterface(known) {
		return Type{}, "an interface does not say what to store"
	}
	return c.writtenType(e)
}

// writtenType converts a type that consists of names, pointers, slices, arrays and maps.
func (c *collector) writtenType(e ast.Expr) (Type, string) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		obj := c.pkg.Info.Uses[e]
		switch {
		case obj == nil:
			return Type{Kind: Named, Pkg: c.out.Path, Name: e.Name}, ""
		case obj.Pkg() == nil:
			return Type{Kind: Basic, Name: e.Name}, ""
		}
		return Type{Kind: Named, Pkg: obj.Pkg().Path(), Name: e.Name}, ""
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			if pkg, ok := c.pkg.Info.Uses[x].(*types.PkgName); ok {
				return Type{Kind: Named, Pkg: pkg.Imported().Path(), Name: e.Sel.Name}, ""
			}
		}
		return Type{}, "its package is not imported"
	case *ast.StarExpr:
		elem, why := c.writtenType(e.X)
		return PointerTo(elem), why
	case *ast.ArrayType:
		elem, why := c.writtenType(e.Elt)
		if e.Len == nil || why != "" {
			return Type{Kind: Slice, Elem: &elem}, why
		}
		value := c.pkg.Info.Types[e.Len].Value
		if value == nil {
			return Type{}, "its length is not known"
		}
		length, _ := constant.Int64Val(constant.ToInt(value))
		return Type{Kind: Array, Elem: &elem, Len: length}, ""
	case *ast.MapType:
		key, why := c.writtenType(e.Key)
		if why != "" {
			return Type{}, why
		}
		elem, why := c.writtenType(e.Value)
		return Type{Kind: Map, Key: &key, Elem: &elem}, why
	default:
		return Type{}, "it is more than names, pointers, slices, arrays and maps"
	}
}

// declarations is the source of the package's own types that a type expression is made of, and of those that
// these are made of, without comments, and the layouts of types of other packages. What is generated is left out: it is not
// there before the first run.
func (c *collector) declarations(e ast.Expr) string {
	var b strings.Builder
	var seen []*ast.TypeSpec
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if other, ok := c.pkg.Info.Uses[n.Sel].(*types.TypeName); ok {
				b.WriteString("type " + layout(other.Type()) + "\n")
			}
			return false
		case *ast.Field: // its names are no types
			ast.Inspect(n.Type, visit)
			return false
		case *ast.Ident:
			if spec := c.typeSpec(n.Name); spec != nil && !slices.Contains(seen, spec) {
				seen = append(seen, spec)
				b.WriteString("type " + tokens(c.print(spec)) + "\n")
				ast.Inspect(spec.Type, visit)
			}
		}
		return true
	}
	ast.Inspect(e, visit)
	return b.String()
}

// typeSpec finds the declaration of one of the package's own types, nil if there is none.
func (c *collector) typeSpec(name string) *ast.TypeSpec {
	for _, spec := range typeSpecs(c.pkg) {
		if spec.Name.Name == name {
			return spec
		}
	}
	return nil
}

// tokens is Go source without comments and layout.
func tokens(source string) string {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(source)), []byte(source), nil, 0)
	var words []string
	for {
		_, kind, text := s.Scan()
		switch {
		case kind == token.EOF:
			return strings.Join(words, " ")
		case text == "":
			text = kind.String()
		}
		words = append(words, text)
	}
}
