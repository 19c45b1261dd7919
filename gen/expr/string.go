package expr

import (
	"strconv"
	"strings"
)

// Precedences of Go's operators; a higher one binds tighter.
const (
	precOr = iota + 1
	precAnd
	precCompare
	precAdd
	precMul
	precUnary
	precAtom
)

func precedence(e Expr) int {
	switch e := e.(type) {
	case *Binary:
		return opPrecedence(e.Op)
	case *IsNull:
		return precCompare
	case *Unary:
		return precUnary
	case *Literal:
		if strings.HasPrefix(e.String(), "-") {
			return precUnary
		}
	}
	return precAtom
}

func opPrecedence(op Op) int {
	switch op {
	case Or:
		return precOr
	case And:
		return precAnd
	case Add, Sub:
		return precAdd
	case Mul, Div, Rem:
		return precMul
	default:
		return precCompare
	}
}

// atLeast prints e, in parentheses if it binds looser than prec.
func atLeast(prec int, e Expr) string {
	if precedence(e) < prec {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func (c *Column) String() string {
	if c.Through {
		return "through." + c.Field
	}
	return c.Field
}

func (l *Literal) String() string {
	switch l.Type {
	case Bool:
		return strconv.FormatBool(l.Bool)
	case Int:
		return strconv.FormatInt(l.Int, 10)
	case Float:
		return l.Float
	default:
		return strconv.Quote(l.Text)
	}
}

func (u *Unary) String() string {
	// Two minus signs in a row would read as a decrement.
	if u.Op == Sub {
		return "-" + atLeast(precAtom, u.X)
	}
	return string(u.Op) + atLeast(precUnary, u.X)
}

func (b *Binary) String() string {
	prec := opPrecedence(b.Op)
	right := prec + 1
	if y, ok := b.Y.(*Binary); ok && y.Op == b.Op && (b.Op == And || b.Op == Or) {
		right = prec
	}
	return atLeast(prec, b.X) + " " + string(b.Op) + " " + atLeast(right, b.Y)
}

func (n *IsNull) String() string {
	op := Eq
	if n.Not {
		op = Ne
	}
	return atLeast(precCompare, n.X) + " " + string(op) + " nil"
}

func (i *In) String() string { return call("in", append([]Expr{i.X}, i.List...)...) }

func (l *Like) String() string { return "like(" + l.X.String() + ", " + strconv.Quote(l.Pattern) + ")" }

func (b *Between) String() string { return call("between", b.X, b.Lo, b.Hi) }

func call(name string, args ...Expr) string {
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = a.String()
	}
	return name + "(" + strings.Join(list, ", ") + ")"
}
