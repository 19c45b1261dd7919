package expr

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// Scope holds what an expression may name.
type Scope struct {
	Columns []*Column
	// Through are the columns of the join table's model, named through.X; nil where there is none.
	Through []*Column
	// Model and ThroughModel are the names of the models, for messages.
	Model, ThroughModel string
}

// Want is what the place of an expression asks for.
type Want int

const (
	WantBool   Want = iota // a condition
	WantNumber             // a whole number or a float
	WantAny
)

// Parse reads a Go expression over the fields of a model. What is wrong with it goes to the report, at
// the places that at gives for byte offsets within src; then the second result is false.
func Parse(src string, at func(offset, width int) diag.Span, scope Scope, want Want, report *diag.Report) (Expr, bool) {
	c := &checker{src: src, at: at, scope: scope, report: report, files: token.NewFileSet()}
	if strings.TrimSpace(src) == "" {
		c.errorf(CodeSyntax, c.at(0, max(1, len(src))), "the expression is empty").
			WithHelp("write a Go expression over the fields of %s", model(c.scope.Model))
		return nil, false
	}
	node, err := parser.ParseExprFrom(c.files, "", src, parser.SkipObjectResolution)
	if err != nil {
		c.syntax(err)
		return nil, false
	}
	e := c.want(node, want)
	if e == nil || c.failed {
		return nil, false
	}
	return e, true
}

// checker turns the syntax of one expression into a typed Expr. Its methods return nil for what they
// have reported.
type checker struct {
	src    string
	at     func(offset, width int) diag.Span
	scope  Scope
	report *diag.Report
	files  *token.FileSet
	failed bool
}

func (c *checker) errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Diagnostic {
	c.failed = true
	return c.report.Errorf(code, at, format, args...)
}

func (c *checker) offset(pos token.Pos) int {
	return min(max(0, c.files.PositionFor(pos, false).Offset), len(c.src))
}

func (c *checker) span(n ast.Node) diag.Span {
	from, to := c.offset(n.Pos()), c.offset(n.End())
	return c.at(from, max(1, to-from))
}

// shown is the source of a node for messages, in double quotes unless it stands in quotes itself.
func (c *checker) shown(n ast.Node) string {
	text := c.text(n)
	if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
		return text
	}
	return strconv.Quote(text)
}

// text is the source of a node.
func (c *checker) text(n ast.Node) string {
	from, to := c.offset(n.Pos()), c.offset(n.End())
	return c.src[from:max(from, to)]
}

func (c *checker) want(node ast.Expr, want Want) Expr {
	e := c.expr(node)
	if e == nil {
		return nil
	}
	kind := e.Kind()
	switch {
	case want == WantBool && kind != Bool:
		d := c.errorf(CodeResult, c.span(node), "a condition is wanted, but %s is %s", c.shown(node), kind)
		if _, ok := e.(*Column); ok {
			d.WithHelp("compare it, for example: %s", example(e))
		} else {
			d.WithHelp("compare it with something: == != < <= > >=")
		}
		return nil
	case want == WantNumber && kind != Int && kind != Float:
		c.errorf(CodeResult, c.span(node), "a number is wanted, but %s is %s", c.shown(node), kind).
			WithHelp("take a field of a number type, or calculate with some")
		return nil
	}
	return e
}

// example is a condition that starts from e.
func example(e Expr) string {
	switch e.Kind() {
	case Int, Float:
		return e.String() + " > 0"
	case Text:
		return e.String() + ` != ""`
	case Time:
		return e.String() + ` >= "2026-01-01"`
	default:
		return e.String() + " != nil"
	}
}

// syntax reports the first error of the parser, in better words where the slip is a common one.
func (c *checker) syntax(err error) {
	offset, message := 0, err.Error()
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		offset, message = min(max(0, list[0].Pos.Offset), len(c.src)), list[0].Msg
	}
	rest := c.src[offset:]
	word := leadingWord(rest)
	before := strings.TrimRight(c.src[:offset], " \t\r\n")
	previous := trailingWord(before)
	switch {
	case strings.Contains(message, "rune literal"):
		c.rune(offset, runeWidth(rest))
	case strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "=="):
		c.errorf(CodeAssignment, c.at(offset, 1), `"=" is not a comparison`).
			WithHelp("values are compared with ==").
			WithFix(c.at(offset, 1), "==")
	case strings.HasPrefix(rest, ">") && strings.HasSuffix(c.src[:offset], "<"):
		c.errorf(CodeSyntax, c.at(offset-1, 2), `"<>" is no operator of Go`).
			WithHelp("values differ where x != y").
			WithFix(c.at(offset-1, 2), "!=")
	case strings.EqualFold(previous, "select"):
		c.errorf(CodeUnsupported, c.at(len(before)-len(previous), len(previous)), "an expression has no subqueries").
			WithHelp("a count, sum or index over a relation says the same and is watched for changes")
	case inSQL(word) != "":
		d := c.errorf(CodeSyntax, c.at(offset, len(word)), "%q is SQL, and this is a Go expression", word).
			WithHelp("%s", inSQL(word))
		if op, ok := map[string]string{"and": "&&", "or": "||"}[strings.ToLower(word)]; ok {
			d.WithFix(c.at(offset, len(word)), op)
		}
	case strings.EqualFold(previous, "not"):
		c.errorf(CodeSyntax, c.at(len(before)-len(previous), len(previous)), "%q is SQL, and this is a Go expression", previous).
			WithHelp("%s", inSQL(previous))
	default:
		message = strings.ReplaceAll(strings.ReplaceAll(message, "'EOF'", "the end"), "newline", "the end")
		c.errorf(CodeSyntax, c.at(offset, max(1, len(word))), "the expression does not parse: %s", message).
			WithHelp("it is one Go expression over the fields of %s, such as Approved && Rating >= 3", model(c.scope.Model))
	}
}

// inSQL says how Go spells a word of SQL, "" if it is none.
func inSQL(word string) string {
	switch strings.ToLower(word) {
	case "and":
		return "write &&"
	case "or":
		return "write ||"
	case "not":
		return "write !"
	case "is", "isnull", "notnull":
		return "write X == nil or X != nil"
	case "in":
		return `write in(X, "a", "b")`
	case "like", "ilike", "glob":
		return `write like(X, "a%")`
	case "between":
		return "write between(X, 1, 9)"
	default:
		return ""
	}
}

func wordRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func leadingWord(s string) string {
	return s[:len(s)-len(strings.TrimLeftFunc(s, wordRune))]
}

func trailingWord(s string) string {
	return s[len(strings.TrimRightFunc(s, wordRune)):]
}

// runeWidth is the length of a text between single quotes.
func runeWidth(s string) int {
	if i := strings.IndexByte(s[min(1, len(s)):], '\''); i >= 0 {
		return i + 2
	}
	return len(s)
}

func (c *checker) rune(offset, width int) {
	width = max(1, min(width, len(c.src)-offset))
	text := c.src[offset : offset+width]
	d := c.errorf(CodeRune, c.at(offset, width), "%s stands in single quotes, which hold one character in Go", text)
	if inner := strings.Trim(text, "'"); len(text) >= 2 && strings.HasSuffix(text, "'") && !strings.ContainsAny(inner, "\"\\") {
		d.WithHelp("text stands in double quotes").WithFix(c.at(offset, width), `"`+inner+`"`)
		return
	}
	d.WithHelp("text stands in double quotes")
}
