package expr

import (
	"go/ast"
	"go/token"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// literal checks a literal of Go. negative tells that a minus sign stands before it.
func (c *checker) literal(n *ast.BasicLit, negative bool) Expr {
	switch n.Kind {
	case token.INT:
		return c.integer(n, negative)
	case token.FLOAT:
		return c.float(n, negative)
	case token.STRING:
		return c.string(n)
	case token.CHAR:
		c.rune(c.offset(n.Pos()), len(n.Value))
		return nil
	default:
		c.errorf(CodeUnsupported, c.span(n), "%q is an imaginary number", n.Value).
			WithHelp("write a whole number or a float")
		return nil
	}
}

func (c *checker) integer(n *ast.BasicLit, negative bool) Expr {
	text := n.Value
	if negative {
		text = "-" + text
	}
	value, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		c.errorf(CodeRange, c.span(n), "%q is beyond 64 bits with a sign", text).
			WithHelp("whole numbers go from %d to %d", math.MinInt64, math.MaxInt64)
		return nil
	}
	return &Literal{Type: Int, Int: value}
}

func (c *checker) float(n *ast.BasicLit, negative bool) Expr {
	number, ok := decimal(n.Value)
	if !ok {
		c.errorf(CodeRange, c.span(n), "%q is beyond a float64", n.Value).
			WithHelp("write a number that a float64 can hold")
		return nil
	}
	if negative {
		number = "-" + number
	}
	return &Literal{Type: Float, Float: number}
}

// decimal rewrites a float literal of Go as SQL reads it: no underscores, no hexadecimal, digits on
// both sides of the point. It is false for one that a float64 cannot hold.
func decimal(text string) (string, bool) {
	text = strings.ToLower(strings.ReplaceAll(text, "_", ""))
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) {
		return "", false
	}
	if strings.HasPrefix(text, "0x") {
		text = strconv.FormatFloat(value, 'g', -1, 64)
	}
	digits, exponent, scaled := strings.Cut(text, "e")
	if value == 0 && strings.ContainsAny(digits, "123456789") {
		return "", false
	}
	whole, fraction, point := strings.Cut(digits, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if point && fraction == "" || !point && !scaled {
		fraction, point = "0", true
	}
	if point {
		whole += "." + fraction
	}
	if scaled {
		whole += "e" + strings.TrimPrefix(exponent, "+")
	}
	return whole, true
}

func (c *checker) string(n *ast.BasicLit) Expr {
	text, err := strconv.Unquote(n.Value)
	if err != nil {
		c.errorf(CodeSyntax, c.span(n), "%s is not a string of Go", n.Value).
			WithHelp("text stands in double quotes, a backslash in it is written twice")
		return nil
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		c.errorf(CodeRange, c.span(n), "%s holds a zero byte or is not UTF-8, which no text column can be equal to on all databases", n.Value).
			WithHelp("compare with a text that databases can hold")
		return nil
	}
	return &Literal{Type: Text, Text: text}
}

// timeLayouts are those in which a time may be written; fractions of seconds are read as well.
func timeLayouts() []string {
	return []string{time.RFC3339, "2006-01-02 15:04:05", time.DateOnly}
}

const canonicalTime = "2006-01-02 15:04:05.999999"

// time reads a text that is compared with a time.
func (c *checker) time(n ast.Node, text string) Expr {
	for _, layout := range timeLayouts() {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		t = t.UTC()
		switch {
		case t.Year() < 1 || t.Year() > 9999:
			c.errorf(CodeRange, c.span(n), "the year %d is not between 1 and 9999", t.Year()).
				WithHelp("take a time that all databases hold")
			return nil
		case !t.Equal(t.Truncate(time.Microsecond)):
			c.errorf(CodeRange, c.span(n), "%q is finer than a microsecond, which not all databases hold", text).
				WithHelp("round it to microseconds")
			return nil
		}
		return &Literal{Type: Time, Text: t.Format(canonicalTime)}
	}
	c.errorf(CodeType, c.span(n), "%s is not a time", c.text(n)).
		WithHelp(`times are written "2006-01-02", "2006-01-02 15:04:05" (UTC) or "2006-01-02T15:04:05+02:00"`)
	return nil
}

func (l *Literal) zero() bool {
	digits, _, _ := strings.Cut(l.Float, "e")
	return l.Type == Int && l.Int == 0 || l.Type == Float && !strings.ContainsAny(digits, "123456789")
}
