package sqltext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/expr"
)

// The names of the dialects.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
	MySQL    = "mysql" // MariaDB as well
)

// Dialect is how one family of databases spells things. It holds no state.
type Dialect interface {
	// Name is the name of the dialect, as options have it.
	Name() string
	// Identifier quotes the name of a table or column.
	Identifier(name string) string
	// Text quotes a string literal. The result is one line, and means the same whatever the settings
	// of the connection are. What the database cannot hold in a text (for PostgreSQL a zero byte or
	// what is not UTF-8) becomes a literal that it refuses.
	Text(s string) string

	// time renders a literal of kind Time.
	time(utc string) string
	// moment renders a column of times in a result.
	moment(column string) string
	// double renders a float literal so that the arithmetic around it is that of float64.
	double(number term) string
	// operand renders what stands in a comparison.
	operand(o operand) string
	// whole prepares a column or literal for arithmetic in 64 bits with a sign; first tells that it is
	// the left one of the two.
	whole(leaf term, column, first bool) string
	// divide renders a division or a remainder; by zero it yields NULL.
	divide(q quotient) string
	// like renders LIKE or, with not, NOT LIKE.
	like(x string, p pattern, not bool) string
}

// operand is one side of a comparison, or one of the values of IN and BETWEEN.
type operand struct {
	sql     string
	expr    expr.Expr
	first   bool // the leftmost
	ordered bool // compared by other than equality
	ascii   bool // all others are literals of ASCII characters
}

func (o operand) literal() bool {
	_, ok := o.expr.(*expr.Literal)
	return ok
}

// quotient is x / y or x % y.
type quotient struct {
	op   expr.Op
	kind expr.Kind
	x, y term
	safe bool // y is a literal other than zero
}

func (q quotient) float() bool { return q.op == expr.Div && q.kind == expr.Float }

// divisor turns a zero into NULL. Some databases do so themselves, but not in every mode, in a trigger.
func (q quotient) divisor() string {
	if q.safe {
		return q.y.at(precUnary)
	}
	return "NULLIF(" + q.y.sql + ", 0)"
}

// Lookup returns the dialect of that name.
func Lookup(name string) (Dialect, error) {
	switch name {
	case SQLite:
		return sqlite{}, nil
	case Postgres:
		return postgres{}, nil
	case MySQL:
		return mysql{}, nil
	default:
		return nil, fmt.Errorf("unknown SQL dialect %q: there are %s, %s and %s", name, MySQL, Postgres, SQLite)
	}
}

// quoted puts s between quotes, doubling those inside.
func quoted(s, quote string) string {
	return quote + strings.ReplaceAll(s, quote, quote+quote) + quote
}

// plain tells whether s can stand between single quotes in any dialect and in a raw string of Go: no
// backslash, nothing invisible (line breaks would be indented, and reviewers deceived by others), and
// nothing that is not UTF-8.
func plain(s string) bool {
	for _, r := range s {
		if r == '\\' || r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func not(negated bool, operator string) string {
	if negated {
		return "NOT " + operator
	}
	return operator
}
