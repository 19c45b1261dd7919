package sqltext_test

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/gen/expr"
)

// value is what an expression yields for a row: NULL, or the one field that its kind names.
type value struct {
	null bool
	kind expr.Kind
	b    bool
	i    int64
	f    float64
	s    string
	t    time.Time
}

func null() value            { return value{null: true} }
func truth(b bool) value     { return value{kind: expr.Bool, b: b} }
func (v value) isTrue() bool { return !v.null && v.b }

func (v value) float() float64 {
	if v.kind == expr.Int {
		return float64(v.i)
	}
	return v.f
}

// evaluate is the meaning of an expression, which all databases have to agree with.
func evaluate(t testing.TB, e expr.Expr, row map[string]value) value {
	eval := func(e expr.Expr) value { return evaluate(t, e, row) }
	switch e := e.(type) {
	case *expr.Column:
		return row[e.Name]
	case *expr.Literal:
		return literal(t, e)
	case *expr.IsNull:
		return truth(eval(e.X).null != e.Not)
	case *expr.Unary:
		x := eval(e.X)
		if e.Op == expr.Not {
			x.b = !x.b
		}
		if e.Op == expr.Sub {
			x.i, x.f = -x.i, -x.f
		}
		return x
	case *expr.Like:
		x := eval(e.X)
		if x.null {
			return x
		}
		return truth(likePattern(e.Pattern).MatchString(x.s))
	case *expr.In:
		found := truth(false)
		for _, item := range e.List {
			found = or(found, compare(expr.Eq, eval(e.X), eval(item)))
		}
		return found
	case *expr.Between:
		return and(compare(expr.Ge, eval(e.X), eval(e.Lo)), compare(expr.Le, eval(e.X), eval(e.Hi)))
	case *expr.Binary:
		x, y := eval(e.X), eval(e.Y)
		switch e.Op {
		case expr.And:
			return and(x, y)
		case expr.Or:
			return or(x, y)
		case expr.Add, expr.Sub, expr.Mul, expr.Div, expr.Rem:
			return calculate(e, x, y)
		default:
			return compare(e.Op, x, y)
		}
	}
	t.Fatalf("no meaning for %T", e)
	return null()
}

func literal(t testing.TB, l *expr.Literal) value {
	v := value{kind: l.Type, b: l.Bool, i: l.Int, s: l.Text}
	var err error
	switch l.Type {
	case expr.Float:
		v.f, err = strconv.ParseFloat(l.Float, 64)
	case expr.Time:
		v.t, err = time.Parse("2006-01-02 15:04:05", l.Text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func and(x, y value) value {
	switch {
	case !x.null && !x.b || !y.null && !y.b:
		return truth(false)
	case x.null || y.null:
		return null()
	default:
		return truth(true)
	}
}

func or(x, y value) value {
	switch {
	case x.isTrue() || y.isTrue():
		return truth(true)
	case x.null || y.null:
		return null()
	default:
		return truth(false)
	}
}

func compare(op expr.Op, x, y value) value {
	if x.null || y.null {
		return null()
	}
	order := 0
	switch x.kind {
	case expr.Bool:
		if x.b != y.b {
			order = 1
		}
	case expr.Text:
		order = strings.Compare(x.s, y.s)
	case expr.Time:
		order = x.t.Compare(y.t)
	default:
		order = cmp.Compare(x.float(), y.float())
	}
	switch op {
	case expr.Eq:
		return truth(order == 0)
	case expr.Ne:
		return truth(order != 0)
	case expr.Lt:
		return truth(order < 0)
	case expr.Le:
		return truth(order <= 0)
	case expr.Gt:
		return truth(order > 0)
	default:
		return truth(order >= 0)
	}
}

func calculate(b *expr.Binary, x, y value) value {
	if x.null || y.null || (b.Op == expr.Div || b.Op == expr.Rem) && y.float() == 0 {
		return null()
	}
	v := value{kind: b.Type}
	switch b.Op {
	case expr.Add:
		v.i, v.f = x.i+y.i, x.float()+y.float()
	case expr.Sub:
		v.i, v.f = x.i-y.i, x.float()-y.float()
	case expr.Mul:
		v.i, v.f = x.i*y.i, x.float()*y.float()
	case expr.Div:
		v.f = x.float() / y.float()
		if b.Type == expr.Int {
			v.i = int64(math.Trunc(v.f))
		}
	case expr.Rem:
		v.i = x.i % y.i
	}
	return v
}

func likePattern(pattern string) *regexp.Regexp {
	var b strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			b.WriteString(".*")
		case r == '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile("(?s)^" + b.String() + "$")
}
