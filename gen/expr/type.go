package expr

import (
	"go/ast"
	"go/token"
	"math"
)

// expr checks any expression but nil, which stands only beside == and !=.
func (c *checker) expr(node ast.Expr) Expr {
	switch n := node.(type) {
	case *ast.ParenExpr:
		return c.expr(n.X)
	case *ast.Ident:
		return c.name(n)
	case *ast.SelectorExpr:
		return c.selector(n)
	case *ast.BasicLit:
		return c.literal(n, false)
	case *ast.UnaryExpr:
		return c.unary(n)
	case *ast.BinaryExpr:
		return c.binary(n)
	case *ast.CallExpr:
		return c.call(n)
	case *ast.StarExpr:
		c.errorf(CodeUnsupported, c.at(c.offset(n.Star), 1), "a field is not dereferenced").
			WithHelp("a pointer field stands for its value; leave out the *")
		return nil
	default:
		c.errorf(CodeUnsupported, c.span(node), "%s has no counterpart in SQL", construct(node)).
			WithHelp("an expression has fields, literals, operators, in, like and between")
		return nil
	}
}

// construct names a piece of Go syntax.
func construct(node ast.Expr) string {
	switch node.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return "an index"
	case *ast.SliceExpr:
		return "a slice"
	case *ast.FuncLit:
		return "a function literal"
	case *ast.CompositeLit:
		return "a composite literal"
	case *ast.TypeAssertExpr:
		return "a type assertion"
	case *ast.ArrayType, *ast.MapType, *ast.StructType, *ast.FuncType, *ast.InterfaceType, *ast.ChanType:
		return "a type"
	default:
		return "this"
	}
}

func (c *checker) unary(n *ast.UnaryExpr) Expr {
	if n.Op == token.SUB || n.Op == token.ADD {
		if l, ok := ast.Unparen(n.X).(*ast.BasicLit); ok && (l.Kind == token.INT || l.Kind == token.FLOAT) {
			return c.literal(l, n.Op == token.SUB)
		}
	}
	if n.Op != token.SUB && n.Op != token.ADD && n.Op != token.NOT {
		c.operator(n.OpPos, n.Op)
		return nil
	}
	x := c.expr(n.X)
	if x == nil {
		return nil
	}
	switch {
	case n.Op == token.NOT && x.Kind() != Bool:
		d := c.errorf(CodeType, c.span(n.X), `"!" negates conditions, but %s is %s`, c.shown(n.X), x.Kind())
		if column, ok := x.(*Column); ok && column.Nullable {
			d.WithHelp("write %s == nil", column)
		} else {
			d.WithHelp("compare it, for example: %s", example(x))
		}
		return nil
	case n.Op != token.NOT && !x.Kind().numeric():
		c.errorf(CodeType, c.span(n.X), "%s has no sign: it is %s", c.shown(n.X), x.Kind()).
			WithHelp("+ and - stand before numbers")
		return nil
	case n.Op == token.ADD:
		return x
	case n.Op == token.SUB:
		return minus(x)
	default:
		return &Unary{Op: Not, X: x}
	}
}

// minus negates, literals at once.
func minus(x Expr) Expr {
	l, ok := x.(*Literal)
	switch {
	case ok && l.Type == Int && l.Int != math.MinInt64:
		return &Literal{Type: Int, Int: -l.Int}
	case ok && l.Type == Float && l.Float[0] == '-':
		return &Literal{Type: Float, Float: l.Float[1:]}
	case ok && l.Type == Float:
		return &Literal{Type: Float, Float: "-" + l.Float}
	default:
		return &Unary{Op: Sub, X: x}
	}
}

func (c *checker) operator(pos token.Pos, op token.Token) {
	c.errorf(CodeUnsupported, c.at(c.offset(pos), len(op.String())), "%q is not among the operators of expressions", op).
		WithHelp("there are && || ! == != < <= > >= + - * / %%")
}

func (c *checker) binary(n *ast.BinaryExpr) Expr {
	op := Op(n.Op.String())
	switch n.Op {
	case token.LAND, token.LOR:
		return c.connective(n, op)
	case token.EQL, token.NEQ:
		if isNil(n.X) || isNil(n.Y) {
			return c.null(n)
		}
		return c.comparison(n, op)
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		return c.comparison(n, op)
	case token.ADD, token.SUB, token.MUL, token.QUO, token.REM:
		return c.arithmetic(n, op)
	default:
		c.operator(n.OpPos, n.Op)
		return nil
	}
}

func (c *checker) connective(n *ast.BinaryExpr, op Op) Expr {
	x, y := c.condition(n.X, op), c.condition(n.Y, op)
	if x == nil || y == nil {
		return nil
	}
	return &Binary{Op: op, X: x, Y: y, Type: Bool}
}

func (c *checker) condition(node ast.Expr, op Op) Expr {
	x := c.expr(node)
	if x == nil {
		return nil
	}
	if x.Kind() != Bool {
		d := c.errorf(CodeType, c.span(node), "%q joins conditions, but %s is %s", op, c.shown(node), x.Kind())
		if _, ok := x.(*Column); ok {
			d.WithHelp("compare it, for example: %s", example(x))
		} else {
			d.WithHelp("compare it with something: == != < <= > >=")
		}
		return nil
	}
	return x
}

func isNil(node ast.Expr) bool {
	name, ok := ast.Unparen(node).(*ast.Ident)
	return ok && name.Name == "nil"
}

// null checks X == nil.
func (c *checker) null(n *ast.BinaryExpr) Expr {
	node := n.X
	if isNil(node) {
		node = n.Y
	}
	if isNil(node) {
		c.errorf(CodeType, c.span(n), "nil is compared with nil").WithHelp("compare a field with nil")
		return nil
	}
	x := c.expr(node)
	if x == nil {
		return nil
	}
	column, ok := x.(*Column)
	if !ok {
		c.errorf(CodeType, c.span(node), "%s is compared with nil, but it is no field", c.shown(node)).
			WithHelp("compare the fields it is made of")
		return nil
	}
	if !column.Nullable {
		c.errorf(CodeNotNullable, c.span(node), "field %q is never nil", column.String()).
			WithHelp("a column that can be NULL has a pointer or an sql.Null type")
		return nil
	}
	return &IsNull{X: x, Not: n.Op == token.NEQ}
}

func (c *checker) comparison(n *ast.BinaryExpr, op Op) Expr {
	if isNil(n.X) || isNil(n.Y) {
		c.errorf(CodeType, c.span(n), "nil is compared by %q", op).WithHelp("nil may be compared by == and !=")
		return nil
	}
	sides, ok := c.alike(n.X, n.Y)
	if !ok {
		return nil
	}
	x, y := sides[0], sides[1]
	if op != Eq && op != Ne && !x.Kind().ordered() {
		c.errorf(CodeType, c.at(c.offset(n.OpPos), len(op)), "%q has no order for %s, which is %s", op, c.shown(n.X), x.Kind()).
			WithHelp("%s is compared by == and !=", c.shown(n.X))
		return nil
	}
	return &Binary{Op: op, X: x, Y: y, Type: Bool}
}

// alike checks expressions that are compared with the first; texts beside a time become times.
func (c *checker) alike(nodes ...ast.Expr) ([]Expr, bool) {
	list := make([]Expr, len(nodes))
	times := false
	for i, node := range nodes {
		if isNil(node) {
			c.errorf(CodeType, c.span(node), "nil is equal to nothing").WithHelp("write || X == nil")
			continue
		}
		list[i] = c.expr(node)
		times = times || list[i] != nil && list[i].Kind() == Time
	}
	for i, e := range list {
		if l, ok := e.(*Literal); ok && times && l.Type == Text {
			list[i] = c.time(nodes[i], l.Text)
		}
	}
	for _, e := range list {
		if e == nil {
			return nil, false
		}
	}
	for i, e := range list {
		if !c.comparable(nodes[0], nodes[i], list[0], e) {
			return nil, false
		}
	}
	return list, true
}

func (c *checker) comparable(xNode, yNode ast.Expr, x, y Expr) bool {
	if comparable(x.Kind(), y.Kind()) {
		return true
	}
	if x.Kind() == Bytes || y.Kind() == Bytes {
		node := xNode
		if x.Kind() != Bytes {
			node = yNode
		}
		c.errorf(CodeType, c.span(node), "%s is bytes, which are compared with nil only", c.shown(node)).
			WithHelp("compare another field")
		return false
	}
	node := yNode
	if _, ok := x.(*Literal); ok {
		node = xNode
	}
	d := c.errorf(CodeType, c.span(node), "%s is %s and cannot be compared with %s, which is %s",
		c.shown(yNode), y.Kind(), c.shown(xNode), x.Kind())
	if x.Kind() == Opaque || y.Kind() == Opaque {
		d.WithHelp("a type with its own Scan method, JSON and arrays are compared with nil, or with a field of their kind")
		return false
	}
	d.WithHelp("%s", alikeHelp(x.Kind(), y.Kind()))
	return false
}

// alikeHelp says how values are written that go with one of the kinds.
func alikeHelp(x, y Kind) string {
	switch {
	case x == Bool || y == Bool:
		return "a field of type bool stands alone, as in Approved && !Hidden, or beside true and false"
	case x == Time || y == Time:
		return `times are compared with times, as in At >= "2026-01-01"`
	default:
		return "numbers are compared with numbers, texts in double quotes with texts"
	}
}

func (c *checker) arithmetic(n *ast.BinaryExpr, op Op) Expr {
	x, y := c.expr(n.X), c.expr(n.Y)
	if x == nil || y == nil || !c.number(n.X, x, op) || !c.number(n.Y, y, op) {
		return nil
	}
	kind := Int
	if x.Kind() == Float || y.Kind() == Float {
		kind = Float
	}
	if op == Rem && kind == Float {
		c.errorf(CodeType, c.at(c.offset(n.OpPos), 1), `"%%" divides whole numbers only`).
			WithHelp("take fields of integer types")
		return nil
	}
	if l, ok := y.(*Literal); ok && (op == Div || op == Rem) && l.zero() {
		c.errorf(CodeRange, c.span(n.Y), "division by zero").WithHelp("divide by another number")
		return nil
	}
	return &Binary{Op: op, X: x, Y: y, Type: kind}
}

func (c *checker) number(node ast.Expr, x Expr, op Op) bool {
	if x.Kind().numeric() {
		return true
	}
	c.errorf(CodeType, c.span(node), "%q calculates with numbers, but %s is %s", op, c.shown(node), x.Kind()).
		WithHelp("calculate with fields of number types; what joins texts or shifts times is a computed method")
	return false
}
