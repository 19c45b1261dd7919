package sqltext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/expr"
)

type postgres struct{}

func (postgres) Name() string                  { return Postgres }
func (postgres) Identifier(name string) string { return quoted(name, `"`) }

func (postgres) Text(s string) string {
	if plain(s) {
		return quoted(s, "'")
	}
	// E'' means the same with standard_conforming_strings on and off.
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(strings.Repeat(string(r), 2))
		case r == utf8.RuneError && size == 1 || r < 0x80 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return "E'" + b.String() + "'"
}

// time carries its offset for columns with a time zone; those without ignore it.
func (d postgres) time(utc string) string { return d.Text(utc + "+00") }

func (postgres) moment(column string) string { return column }

func (postgres) double(number term) string { return number.at(precAtom) + "::float8" }

func (postgres) operand(o operand) string {
	if o.expr.Kind() != expr.Text || !o.ordered {
		return o.sql
	}
	// Enum and citext columns have an order of their own: only text has that of its bytes.
	switch {
	case o.first:
		return o.sql + `::text COLLATE "C"`
	case o.literal():
		return o.sql
	default:
		return o.sql + "::text"
	}
}

func (postgres) whole(leaf term, _, first bool) string {
	if !first {
		return leaf.sql
	}
	return leaf.at(precAtom) + "::bigint"
}

func (postgres) divide(q quotient) string {
	x := q.x.at(precMul)
	if q.float() {
		x = q.x.at(precAtom) + "::float8"
	}
	return x + " " + string(q.op) + " " + q.divisor()
}

func (d postgres) like(x string, p pattern, negated bool) string {
	return x + "::text " + p.standard(d, negated)
}
