package sqltext

import (
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
)

func (p printer) compare(b *expr.Binary) term {
	if equality(b.Op) {
		if t, ok := p.truth(b); ok {
			return t
		}
	}
	operator := string(b.Op)
	switch b.Op {
	case expr.Eq:
		operator = "="
	case expr.Ne:
		operator = "<>"
	}
	sides := p.sides(!equality(b.Op), b.X, b.Y)
	if d, ok := p.dialect.(tolerant); ok && equality(b.Op) && b.X.Kind() == expr.Text {
		return term{d.among(sides[0], sides[1:], b.Op == expr.Ne), precAtom}
	}
	return term{sides[0] + " " + operator + " " + sides[1], precCompare}
}

func equality(op expr.Op) bool { return op == expr.Eq || op == expr.Ne }

// truth renders a comparison with true or false without it: databases hold other numbers for true
// than 1.
func (p printer) truth(b *expr.Binary) (term, bool) {
	x, y := b.X, b.Y
	if _, ok := x.(*expr.Literal); ok {
		x, y = y, x
	}
	l, ok := y.(*expr.Literal)
	if !ok || l.Type != expr.Bool {
		return term{}, false
	}
	if l.Bool == (b.Op == expr.Eq) {
		return p.expr(x), true
	}
	return p.negated(x), true
}

func (p printer) in(e *expr.In, negated bool) term {
	sides := p.sides(false, append([]expr.Expr{e.X}, e.List...)...)
	if d, ok := p.dialect.(tolerant); ok && e.X.Kind() == expr.Text {
		return term{d.among(sides[0], sides[1:], negated), precAtom}
	}
	return term{sides[0] + " " + not(negated, "IN") + " (" + strings.Join(sides[1:], ", ") + ")", precCompare}
}

func (p printer) between(e *expr.Between, negated bool) term {
	sides := p.sides(true, e.X, e.Lo, e.Hi)
	return term{sides[0] + " " + not(negated, "BETWEEN") + " " + sides[1] + " AND " + sides[2], precCompare}
}

func (p printer) like(e *expr.Like, negated bool) term {
	return term{p.dialect.like(p.expr(e.X).at(precAtom), parsePattern(e.Pattern), negated), precCompare}
}

// sides renders what is compared with one another.
func (p printer) sides(ordered bool, exprs ...expr.Expr) []string {
	allASCII := true
	for _, e := range exprs[1:] {
		l, ok := e.(*expr.Literal)
		allASCII = allASCII && ok && ascii(l.Text)
	}
	sides := make([]string, len(exprs))
	for i, e := range exprs {
		sides[i] = p.dialect.operand(operand{
			sql:     p.expr(e).at(precAdd),
			expr:    e,
			first:   i == 0,
			ordered: ordered,
			ascii:   allASCII,
		})
	}
	return sides
}
