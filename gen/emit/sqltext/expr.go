package sqltext

import (
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
)

// Expr renders an expression over the row of alias self, its through columns over alias through. An
// empty alias leaves columns unqualified. A dialect that does not exist yields the expression as Go.
//
// The expression means the same on all databases: texts compare by their bytes, LIKE minds case,
// whole numbers divide without remainder, and a division by zero is NULL.
func Expr(dialect string, e expr.Expr, self, through string) string {
	d, err := Lookup(dialect)
	if err != nil {
		return e.String()
	}
	return printer{d, self, through}.expr(e).sql
}

// Precedences that hold in all dialects; a higher one binds tighter.
const (
	precOr = iota
	precAnd
	precNot
	precCompare
	precAdd
	precMul
	precUnary
	precAtom
)

// term is rendered SQL and how tight its outermost operator binds.
type term struct {
	sql  string
	prec int
}

// at returns the SQL, in parentheses if it binds looser than prec.
func (t term) at(prec int) string {
	if t.prec < prec {
		return parentheses(t.sql)
	}
	return t.sql
}

type printer struct {
	dialect       Dialect
	self, through string
}

func (p printer) expr(e expr.Expr) term {
	switch e := e.(type) {
	case *expr.Column:
		return term{p.column(e), precAtom}
	case *expr.Literal:
		return p.literal(e)
	case *expr.Unary:
		return p.unary(e)
	case *expr.Binary:
		return p.binary(e)
	case *expr.IsNull:
		return term{p.expr(e.X).at(precAdd) + " IS " + not(e.Not, "NULL"), precCompare}
	case *expr.In:
		return p.in(e, false)
	case *expr.Like:
		return p.like(e, false)
	case *expr.Between:
		return p.between(e, false)
	default:
		return term{"NULL", precAtom}
	}
}

func (p printer) column(c *expr.Column) string {
	alias := p.self
	if c.Through {
		alias = p.through
	}
	return qualified(p.dialect, alias, c.Name)
}

func qualified(d Dialect, alias, column string) string {
	if alias == "" {
		return d.Identifier(column)
	}
	return alias + "." + d.Identifier(column)
}

func (p printer) literal(l *expr.Literal) term {
	sql := ""
	switch l.Type {
	case expr.Bool:
		sql = strings.ToUpper(strconv.FormatBool(l.Bool))
	case expr.Int:
		sql = strconv.FormatInt(l.Int, 10)
	case expr.Float:
		sql = l.Float
	case expr.Time:
		sql = p.dialect.time(l.Text)
	default:
		sql = p.dialect.Text(l.Text)
	}
	if strings.HasPrefix(sql, "-") {
		return term{sql, precUnary}
	}
	return term{sql, precAtom}
}

func (p printer) unary(u *expr.Unary) term {
	if u.Op == expr.Not {
		return p.negated(u.X)
	}
	// Two minus signs in a row would begin a comment.
	return term{"-" + p.arithmetic(u.X, u.Kind(), true).at(precAtom), precUnary}
}

// negated renders !x, with the operator's own negation where it has one.
func (p printer) negated(x expr.Expr) term {
	switch x := x.(type) {
	case *expr.In:
		return p.in(x, true)
	case *expr.Like:
		return p.like(x, true)
	case *expr.Between:
		return p.between(x, true)
	}
	inner := p.expr(x)
	if inner.prec < precAtom {
		inner = term{parentheses(inner.sql), precAtom} // modes of MySQL change how tight NOT binds
	}
	return term{"NOT " + inner.sql, precNot}
}

func (p printer) binary(b *expr.Binary) term {
	switch b.Op {
	case expr.Or:
		return term{chain(0, "OR", p.operands(b, expr.Or, precOr)), precOr}
	case expr.And:
		return term{chain(0, "AND", p.operands(b, expr.And, precAnd)), precAnd}
	case expr.Add, expr.Sub:
		x, y := p.arithmetic(b.X, b.Type, true), p.arithmetic(b.Y, b.Type, false)
		return term{x.at(precAdd) + " " + string(b.Op) + " " + y.at(precMul), precAdd}
	case expr.Mul:
		x, y := p.arithmetic(b.X, b.Type, true), p.arithmetic(b.Y, b.Type, false)
		return term{x.at(precMul) + " * " + y.at(precUnary), precMul}
	case expr.Div, expr.Rem:
		return term{p.dialect.divide(quotient{
			op:   b.Op,
			kind: b.Type,
			x:    p.arithmetic(b.X, b.Type, true),
			y:    p.arithmetic(b.Y, b.Type, false),
			safe: nonzero(b.Y),
		}), precMul}
	default:
		return p.compare(b)
	}
}

// operands flattens a chain of one connective.
func (p printer) operands(e expr.Expr, op expr.Op, prec int) []string {
	if b, ok := e.(*expr.Binary); ok && b.Op == op {
		return append(p.operands(b.X, op, prec), p.operands(b.Y, op, prec)...)
	}
	return []string{p.expr(e).at(prec + 1)}
}

// arithmetic renders an operand of arithmetic whose result is of that kind.
func (p printer) arithmetic(e expr.Expr, kind expr.Kind, first bool) term {
	t := p.expr(e)
	l, literal := e.(*expr.Literal)
	_, column := e.(*expr.Column)
	sql := t.sql
	switch {
	case literal && l.Type == expr.Float:
		sql = p.dialect.double(t)
	case kind == expr.Int && (literal || column):
		sql = p.dialect.whole(t, column, first)
	}
	if sql == t.sql {
		return t
	}
	if strings.HasPrefix(sql, "-") {
		return term{sql, precUnary}
	}
	return term{sql, precAtom}
}

func nonzero(e expr.Expr) bool {
	l, ok := e.(*expr.Literal)
	return ok && (l.Type == expr.Int && l.Int != 0 || l.Type == expr.Float && strings.ContainsAny(mantissa(l.Float), "123456789"))
}

func mantissa(number string) string {
	digits, _, _ := strings.Cut(strings.ToLower(number), "e")
	return digits
}
