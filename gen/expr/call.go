package expr

import (
	"fmt"
	"go/ast"
	"strings"
)

// call checks in, like and between.
func (c *checker) call(n *ast.CallExpr) Expr {
	name, ok := n.Fun.(*ast.Ident)
	if !ok {
		c.method(n)
		return nil
	}
	if n.Ellipsis.IsValid() {
		c.errorf(CodeUnsupported, c.at(c.offset(n.Ellipsis), len("...")), "arguments are written out one by one").
			WithHelp(`write in(X, "a", "b")`)
		return nil
	}
	switch name.Name {
	case "in":
		return c.in(n)
	case "like":
		return c.like(n)
	case "between":
		return c.between(n)
	}
	switch lower := strings.ToLower(name.Name); {
	case clock(lower):
		c.clock(n)
	case conversion(lower):
		c.errorf(CodeUnknownFunction, c.span(name), "%q converts, which expressions do by themselves", name.Name).
			WithHelp("whole numbers and floats mix freely, and named types count as what they are made of")
	default:
		c.errorf(CodeUnknownFunction, c.span(name), "unknown function %q", name.Name).
			WithSuggestion(name.Name, []string{"in", "like", "between"})
	}
	return nil
}

func conversion(name string) bool {
	switch strings.TrimRight(name, "0123456789") {
	case "int", "uint", "float", "string", "byte", "rune", "bool":
		return true
	}
	return false
}

// method reports a call of anything but a plain name.
func (c *checker) method(n *ast.CallExpr) {
	selector, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		c.errorf(CodeUnsupported, c.span(n.Fun), "%s cannot be called", c.shown(n.Fun)).
			WithHelp("there are in, like and between")
		return
	}
	x := c.text(selector.X)
	switch {
	case clock(x + "." + selector.Sel.Name):
		c.clock(n)
	case x == "time":
		c.errorf(CodeUnknownFunction, c.span(n.Fun), "unknown function %q", c.text(n.Fun)).
			WithHelp(`times are written as text: "2006-01-02" or "2006-01-02 15:04:05"`)
	case x == "strings":
		c.errorf(CodeUnknownFunction, c.span(n.Fun), "unknown function %q", c.text(n.Fun)).
			WithHelp(`like(X, "a%%") finds what begins with a, like(X, "%%a%%") what contains it`)
	default:
		c.errorf(CodeUnsupported, c.span(selector.Sel), "method %q cannot run in the database", selector.Sel.Name).
			WithHelp("compare fields; what only Go can compute is a computed method, shown in the document")
	}
}

func (c *checker) arguments(n *ast.CallExpr, least, most int, usage string) bool {
	if len(n.Args) >= least && (most < 0 || len(n.Args) <= most) {
		return true
	}
	c.errorf(CodeArguments, c.span(n), "%s has %s", c.text(n.Fun), count(len(n.Args))).WithHelp("%s", usage)
	return false
}

func count(arguments int) string {
	if arguments == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", arguments)
}

func (c *checker) in(n *ast.CallExpr) Expr {
	if !c.arguments(n, 2, -1, `write in(X, "a", "b")`) {
		return nil
	}
	list, ok := c.alike(n.Args...)
	if !ok {
		return nil
	}
	if !list[0].Kind().ordered() {
		c.errorf(CodeType, c.span(n.Args[0]), "in looks for numbers, texts and times, but %s is %s", c.shown(n.Args[0]), list[0].Kind()).
			WithHelp("name a field of such a type")
		return nil
	}
	return &In{X: list[0], List: list[1:]}
}

func (c *checker) between(n *ast.CallExpr) Expr {
	if !c.arguments(n, 3, 3, "write between(X, lowest, highest); both ends are included") {
		return nil
	}
	list, ok := c.alike(n.Args...)
	if !ok {
		return nil
	}
	if !list[0].Kind().ordered() {
		c.errorf(CodeType, c.span(n.Args[0]), "between compares numbers, texts and times, but %s is %s", c.shown(n.Args[0]), list[0].Kind()).
			WithHelp("name a field of such a type")
		return nil
	}
	return &Between{X: list[0], Lo: list[1], Hi: list[2]}
}

func (c *checker) like(n *ast.CallExpr) Expr {
	if !c.arguments(n, 2, 2, `write like(X, "a%")`) {
		return nil
	}
	x := c.expr(n.Args[0])
	pattern, ok := ast.Unparen(n.Args[1]).(*ast.BasicLit)
	if !ok {
		c.errorf(CodePattern, c.span(n.Args[1]), "the pattern of like is a literal, but %s is not", c.shown(n.Args[1])).
			WithHelp(`write the pattern itself: like(X, "a%%")`)
		return nil
	}
	p := c.literal(pattern, false)
	if x == nil || p == nil {
		return nil
	}
	l, ok := p.(*Literal)
	switch {
	case x.Kind() != Text:
		c.errorf(CodeType, c.span(n.Args[0]), "like matches texts, but %s is %s", c.shown(n.Args[0]), x.Kind()).
			WithHelp("name a field of a string type")
		return nil
	case !ok || l.Type != Text:
		c.errorf(CodePattern, c.span(pattern), "the pattern %s of like is no text", pattern.Value).
			WithHelp("text stands in double quotes")
		return nil
	}
	if wrong := wrongEscape(l.Text); wrong != "" {
		c.errorf(CodePattern, c.span(pattern), `%q in the pattern stands for nothing`, wrong).
			WithHelp(`\%% is a percent sign, \_ an underscore and \\ a backslash; between double quotes each \ is written twice`)
		return nil
	}
	return &Like{X: x, Pattern: l.Text}
}

// wrongEscape returns the first escape of a pattern that is none of \%, \_ and \\.
func wrongEscape(pattern string) string {
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped && r != '%' && r != '_' && r != '\\':
			return `\` + string(r)
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		}
	}
	if escaped {
		return `\`
	}
	return ""
}
