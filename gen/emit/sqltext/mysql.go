package sqltext

import (
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
)

type mysql struct{}

func (mysql) Name() string                  { return MySQL }
func (mysql) Identifier(name string) string { return quoted(name, "`") }

func (mysql) Text(s string) string {
	switch {
	case !plain(s):
		// Whether a backslash escapes depends on the mode NO_BACKSLASH_ESCAPES.
		return fmt.Sprintf("_utf8mb4 X'%X'", s)
	case !ascii(s):
		return "_utf8mb4" + quoted(s, "'")
	default:
		return quoted(s, "'")
	}
}

// time is a typed literal, for IN and BETWEEN would compare a plain one as text.
func (d mysql) time(utc string) string { return "TIMESTAMP" + d.Text(utc) }

func (mysql) moment(column string) string { return column }

func (mysql) double(number term) string {
	if strings.ContainsAny(number.sql, "eE") {
		return number.sql
	}
	return number.sql + "e0"
}

// operand compares bytes: collations fold case and accents, and pad with spaces. Only the cast keeps
// the trailing spaces significant on all versions.
func (mysql) operand(o operand) string {
	switch {
	case o.expr.Kind() != expr.Text || o.literal() && !o.first:
		return o.sql
	case o.ascii:
		return "CAST(" + o.sql + " AS BINARY)"
	default:
		return "CAST(CONVERT(" + o.sql + " USING utf8mb4) AS BINARY)"
	}
}

// whole makes columns signed: the difference of unsigned ones must not be below zero.
func (mysql) whole(leaf term, column, _ bool) string {
	if !column {
		return leaf.sql
	}
	return "CAST(" + leaf.sql + " AS SIGNED)"
}

func (mysql) divide(q quotient) string {
	switch {
	case q.float():
		return "CAST(" + q.x.sql + " AS DOUBLE) / " + q.divisor()
	case q.op == expr.Div:
		return q.x.at(precMul) + " DIV " + q.divisor()
	default:
		return q.x.at(precMul) + " % " + q.divisor()
	}
}

func (d mysql) like(x string, p pattern, negated bool) string {
	return "CONVERT(" + x + " USING utf8mb4) COLLATE utf8mb4_bin " + p.standard(d, negated)
}
