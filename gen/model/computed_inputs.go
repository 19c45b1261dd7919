package model

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/types"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/load"
)

// inputs finds the columns that a method of a model reads, by its body and those of the methods that it
// calls on the same receiver.
type inputs struct {
	r    *resolver
	d    *declared
	read map[*Column]bool
	seen map[*types.Func]bool
	text []string
	// why says what made the search end, at where.
	code diag.Code
	why  string
	at   diag.Span
}

func newInputs(r *resolver, d *declared) *inputs {
	return &inputs{r: r, d: d, read: map[*Column]bool{}, seen: map[*types.Func]bool{}}
}

// columns are the inputs in order of declaration.
func (w *inputs) columns() []*Column {
	var list []*Column
	for _, c := range w.d.entity.Columns {
		if w.read[c] {
			list = append(list, c)
		}
	}
	return list
}

// source is the text of all methods that were read, for the shape hash.
func (w *inputs) source() string { return strings.Join(w.text, "\n") }

// explain reports why the inputs are not known.
func (w *inputs) explain(label string, at diag.Span) {
	code := w.code
	if code == "" {
		code = CodeComputedEscapes
	}
	diagnostic := w.r.report.Errorf(code, w.at, "computed method %s: %s", label, w.why).
		WithRelated(at, "the method is here")
	if code == CodeComputedInput {
		diagnostic.WithHelp("a computed method sees the columns of its own row only; use a //denorm:transform for what needs more")
		return
	}
	diagnostic.WithHelp("say which columns it reads: //denorm:computed needs=%s", strings.Join(exampleFields(w.d.entity), ","))
}

func exampleFields(e *Entity) []string {
	var names []string
	for _, c := range e.Columns {
		if len(names) < 2 && !slices.Contains(e.Key, c) {
			names = append(names, c.Field)
		}
	}
	if len(names) == 0 {
		return []string{"FIELD"}
	}
	return names
}

func (w *inputs) stop(at diag.Span, code diag.Code, why string) bool {
	if w.why == "" {
		w.at, w.code, w.why = at, code, why
	}
	return false
}

// method reads one method's body; false if it does not show what is read.
func (w *inputs) method(pkg *load.Package, decl *ast.FuncDecl) bool {
	fn, _ := pkg.Info.Defs[decl.Name].(*types.Func)
	if fn == nil || w.seen[fn] {
		return true
	}
	w.seen[fn] = true
	w.print(pkg, decl)
	if decl.Body == nil {
		return w.stop(w.r.span(pkg, decl.Name), "", decl.Name.Name+" has no body")
	}
	if len(decl.Recv.List[0].Names) == 0 {
		return true
	}
	recv := pkg.Info.Defs[decl.Recv.List[0].Names[0]]
	if recv == nil {
		return true // the blank identifier
	}
	ok := true
	var stack []ast.Node
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		if ident, isIdent := n.(*ast.Ident); isIdent && pkg.Info.Uses[ident] == recv {
			ok = w.use(pkg, ident, stack) && ok
		}
		stack = append(stack, n)
		return true
	})
	return ok
}

// print keeps a method's source without its comments.
func (w *inputs) print(pkg *load.Package, decl *ast.FuncDecl) {
	bare := *decl
	bare.Doc = nil
	var b bytes.Buffer
	if printer.Fprint(&b, pkg.Fset, &bare) == nil {
		w.text = append(w.text, b.String())
	}
}

// use judges one mention of the receiver; stack holds the nodes around it, outermost first.
func (w *inputs) use(pkg *load.Package, ident *ast.Ident, stack []ast.Node) bool {
	at := w.r.span(pkg, ident)
	var node ast.Node = ident
	i := len(stack) - 1
	for ; i >= 0; i-- {
		switch parent := stack[i].(type) {
		case *ast.ParenExpr:
		case *ast.StarExpr:
			if i == 0 || !isSelectorAbove(stack[:i]) {
				return w.stop(at, "", "it copies its receiver, so that the columns it reads cannot be found")
			}
		case *ast.SelectorExpr:
			if parent.X != node {
				return true
			}
			return w.selector(pkg, parent, stack[:i])
		case *ast.BinaryExpr:
			if other := parent.X; isNil(pkg, other) || isNil(pkg, parent.Y) {
				return true
			}
			return w.stop(at, "", "it uses its receiver as a whole, so that the columns it reads cannot be found")
		case *ast.AssignStmt:
			if onlyDiscards(parent, node) {
				return true
			}
			return w.stop(at, "", "its receiver escapes, so that the columns it reads cannot be found")
		default:
			return w.stop(at, "", "its receiver escapes, so that the columns it reads cannot be found")
		}
		node = stack[i]
	}
	return true
}

// isSelectorAbove tells whether the next node but parentheses selects something.
func isSelectorAbove(stack []ast.Node) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch stack[i].(type) {
		case *ast.ParenExpr:
		case *ast.SelectorExpr:
			return true
		default:
			return false
		}
	}
	return false
}

// onlyDiscards tells whether an assignment is `_ = x`.
func onlyDiscards(s *ast.AssignStmt, node ast.Node) bool {
	i := slices.IndexFunc(s.Rhs, func(e ast.Expr) bool { return e == node })
	if i < 0 || i >= len(s.Lhs) {
		return false
	}
	blank, ok := s.Lhs[i].(*ast.Ident)
	return ok && blank.Name == "_"
}

func isNil(pkg *load.Package, e ast.Expr) bool {
	ident, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	_, ok = pkg.Info.Uses[ident].(*types.Nil)
	return ok
}

// selector judges receiver.X: a column, a method to follow, or the way into an embedded struct.
func (w *inputs) selector(pkg *load.Package, sel *ast.SelectorExpr, stack []ast.Node) bool {
	at := w.r.span(pkg, sel.Sel)
	name := sel.Sel.Name
	selection := pkg.Info.Selections[sel]
	if selection == nil {
		return w.stop(at, "", name+" was not found, so that the columns it reads cannot be told")
	}
	switch obj := selection.Obj().(type) {
	case *types.Func:
		return w.call(obj, at)
	case *types.Var:
		return w.field(pkg, obj, sel, stack, at)
	}
	return w.stop(at, "", "it uses its receiver in a way that does not show the columns")
}

// call follows a method of the receiver.
func (w *inputs) call(fn *types.Func, at diag.Span) bool {
	fn = fn.Origin()
	if pkg := w.r.byPath[pathOf(fn.Pkg())]; pkg != nil {
		for _, file := range pkg.Files {
			for _, decl := range file.Decls {
				if decl, ok := decl.(*ast.FuncDecl); ok && pkg.Info.Defs[decl.Name] == fn {
					return w.method(pkg, decl)
				}
			}
		}
	}
	return w.stop(at, "", "it calls "+fn.Name()+", whose source is not at hand, so that the columns it reads cannot be found")
}

func pathOf(p *types.Package) string {
	if p == nil {
		return ""
	}
	return p.Path()
}

func (w *inputs) field(pkg *load.Package, v *types.Var, sel *ast.SelectorExpr, stack []ast.Node, at diag.Span) bool {
	v = v.Origin()
	for _, f := range w.d.fields {
		if f.v != v {
			continue
		}
		switch {
		case f.column != nil:
			w.read[f.column] = true
			return true
		case w.d.failed[f.name]:
			return true
		case w.d.entity.relation(f.name) != nil:
			return w.stop(at, CodeComputedInput, f.name+" is a relation, which is empty when the method runs")
		default:
			return w.stop(at, CodeComputedInput, f.name+" is not a column, and zero when the method runs")
		}
	}
	if w.d.failed[v.Name()] {
		return true
	}
	if v.Embedded() {
		for i := len(stack) - 1; i >= 0; i-- {
			switch parent := stack[i].(type) {
			case *ast.ParenExpr:
				continue
			case *ast.SelectorExpr:
				return w.selector(pkg, parent, stack[:i])
			}
			break
		}
		return w.stop(at, "", "it uses "+v.Name()+" as a whole, so that the columns it reads cannot be found")
	}
	return w.stop(at, CodeComputedInput, v.Name()+" is not a column, and zero when the method runs")
}
