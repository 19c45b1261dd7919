package sqltext

import (
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/gen/expr"
)

type sqlite struct{}

func (sqlite) Name() string                  { return SQLite }
func (sqlite) Identifier(name string) string { return quoted(name, `"`) }

func (sqlite) Text(s string) string {
	// Backslashes mean nothing in SQLite, but a zero byte would end the statement.
	if plain(strings.ReplaceAll(s, `\`, "/")) {
		return quoted(s, "'")
	}
	return fmt.Sprintf("CAST(X'%X' AS TEXT)", s)
}

func (d sqlite) time(utc string) string { return d.Text(utc) }

// moment reads times as the text that they are stored as: drivers would parse each of them in every layout
// that they know, which costs a fifth of a batch.
func (sqlite) moment(column string) string { return "CAST(" + column + " AS TEXT)" }

func (sqlite) double(number term) string { return number.sql }

func (d sqlite) operand(o operand) string {
	switch {
	case o.expr.Kind() == expr.Text && o.first:
		return o.sql + " COLLATE BINARY"
	case o.expr.Kind() == expr.Time && o.literal():
		return "julianday(" + o.sql + ")"
	case o.expr.Kind() == expr.Time:
		return d.julian(o.sql)
	default:
		return o.sql
	}
}

// julian makes a time comparable, to the millisecond: columns hold times as numbers (Unix seconds or
// Julian days), as text that SQLite reads, or in the layout of Go's Time.String, which
// modernc.org/sqlite writes unless told otherwise: "2006-01-02 15:04:05.9 +0200 CEST". The latter
// becomes readable with a colon in its offset and nothing behind.
func (sqlite) julian(column string) string {
	offset := "instr(substr(" + column + ", 20), ' ')"
	return function("COALESCE",
		"julianday("+column+", 'auto')",
		fmt.Sprintf("julianday(substr(%s, 1, 22 + %s) || ':' || substr(%s, 23 + %s, 2))", column, offset, column, offset))
}

func (sqlite) whole(leaf term, _, _ bool) string { return leaf.sql }

func (sqlite) divide(q quotient) string {
	x := q.x.at(precMul)
	if q.float() {
		// A column of a numeric type holds 3.0 as the integer 3.
		x = "CAST(" + q.x.sql + " AS REAL)"
	}
	return x + " " + string(q.op) + " " + q.y.at(precUnary)
}

// like is a GLOB, for LIKE is case-insensitive, and the pragma which changes that belongs to others.
func (d sqlite) like(x string, p pattern, negated bool) string {
	var glob strings.Builder
	for _, part := range p {
		switch {
		case part.wild && part.char == '%':
			glob.WriteByte('*')
		case part.wild:
			glob.WriteByte('?')
		case strings.ContainsRune("*?[", part.char):
			glob.WriteString("[" + string(part.char) + "]")
		default:
			glob.WriteRune(part.char)
		}
	}
	return x + " " + not(negated, "GLOB") + " " + d.Text(glob.String())
}
