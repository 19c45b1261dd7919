package expr

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

const throughName = "through"

// name checks a bare name.
func (c *checker) name(n *ast.Ident) Expr {
	if column := find(c.scope.Columns, n.Name); column != nil {
		return column
	}
	switch n.Name {
	case "true", "false":
		return &Literal{Type: Bool, Bool: n.Name == "true"}
	case "nil":
		c.errorf(CodeType, c.span(n), "nil has no place here").
			WithHelp("nil may be compared with a field by == and !=")
		return nil
	case throughName:
		c.errorf(CodeUnsupported, c.span(n), `"through" alone is no value`).
			WithHelp("name a column of the join table: through.X")
		return nil
	}
	switch lower := strings.ToLower(n.Name); {
	case lower == "null":
		c.errorf(CodeUnknownField, c.span(n), "%s", c.unknown(n.Name, c.scope.Model)).
			WithHelp("compare with nil").WithFix(c.span(n), "nil")
	case lower == "true" || lower == "false":
		c.errorf(CodeUnknownField, c.span(n), "%s", c.unknown(n.Name, c.scope.Model)).
			WithHelp("did you mean %q?", lower).WithFix(c.span(n), lower)
	case clock(n.Name) && diag.Suggest(n.Name, fields(c.scope.Columns)) == "":
		c.clock(n)
	default:
		c.suggestField(c.errorf(CodeUnknownField, c.span(n), "%s", c.unknown(n.Name, c.scope.Model)), n.Name, c.scope.Columns)
	}
	return nil
}

func (c *checker) unknown(name, model string) string {
	message := "unknown field \"" + name + "\""
	if model != "" {
		message += " of " + model
	}
	return message
}

// suggestField proposes the field that was meant: by its column, by its like, or behind through.
func (c *checker) suggestField(d *diag.Diagnostic, name string, columns []*Column) {
	for _, column := range columns {
		if column.Name == name {
			d.WithHelp("%q is a column; its field is %s", name, column).WithFix(d.Primary, column.String())
			return
		}
	}
	if find(c.scope.Through, name) != nil {
		d.WithHelp("%s has such a field: through.%s", c.scope.ThroughModel, name)
		return
	}
	d.WithSuggestion(name, fields(columns))
	if near := diag.Suggest(name, fields(columns)); near != "" {
		d.WithFix(d.Primary, find(columns, near).String())
	} else if d.Help == "" {
		d.WithHelp("an expression names the Go fields of columns")
	}
}

func fields(columns []*Column) []string {
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = column.Field
	}
	return list
}

func find(columns []*Column, field string) *Column {
	i := slices.IndexFunc(columns, func(c *Column) bool { return c.Field == field })
	if i < 0 {
		return nil
	}
	return columns[i]
}

// selector checks X.Y.
func (c *checker) selector(n *ast.SelectorExpr) Expr {
	full := c.text(n)
	if column := find(c.scope.Columns, full); column != nil {
		return column // of an embedded struct
	}
	x, ok := n.X.(*ast.Ident)
	switch {
	case ok && x.Name == throughName:
		return c.through(n)
	case ok && clock(x.Name+"."+n.Sel.Name):
		c.clock(n)
	case ok && find(c.scope.Columns, x.Name) != nil:
		column := find(c.scope.Columns, x.Name)
		d := c.errorf(CodeUnsupported, c.span(n.Sel), "field %q of %s has no part %q in SQL", x.Name, model(c.scope.Model), n.Sel.Name)
		switch {
		case n.Sel.Name == "Valid" && column.Nullable:
			d.WithHelp("write %s != nil", x.Name).WithFix(c.span(n), x.Name+" != nil")
		case column.Nullable:
			d.WithHelp("write %s alone", x.Name)
		default:
			d.WithHelp("compare the whole field, or make its part a column of its own")
		}
	default:
		c.errorf(CodeUnsupported, c.span(n), "%q leads out of %s", full, model(c.scope.Model)).
			WithHelp("an expression reads the fields of one row; a filter on another model belongs to its own include, or to its where")
	}
	return nil
}

func model(name string) string {
	if name == "" {
		return "the model"
	}
	return name
}

func (c *checker) through(n *ast.SelectorExpr) Expr {
	if c.scope.Through == nil {
		c.errorf(CodeThrough, c.span(n), "%q: no relation leads through a model here", c.text(n)).
			WithHelp("a relation declared by manytomany through=M has through.X for the fields X of M")
		return nil
	}
	column := find(c.scope.Through, n.Sel.Name)
	if column == nil {
		d := c.errorf(CodeUnknownField, c.span(n.Sel), "%s", c.unknown(n.Sel.Name, c.scope.ThroughModel))
		if find(c.scope.Columns, n.Sel.Name) != nil {
			d.WithHelp("%s has such a field: %s", model(c.scope.Model), n.Sel.Name).WithFix(c.span(n), n.Sel.Name)
			return nil
		}
		d.WithSuggestion(n.Sel.Name, fields(c.scope.Through))
		if near := diag.Suggest(n.Sel.Name, fields(c.scope.Through)); near != "" {
			d.WithFix(c.span(n.Sel), near)
		} else if d.Help == "" {
			d.WithHelp("name a field of %s", model(c.scope.ThroughModel))
		}
		return nil
	}
	if !column.Through {
		marked := *column
		marked.Through = true
		return &marked
	}
	return column
}

// clock tells whether a name stands for the time of day or for chance.
func clock(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "now", "today", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp",
		"sysdate", "getdate", "curdate", "curtime", "unixepoch", "date", "datetime", "julianday",
		"random", "rand", "uuid", "newuuid", "gen_random_uuid":
		return true
	}
	pkg, _, selected := strings.Cut(name, ".")
	return selected && (pkg == "rand" || pkg == "uuid" || name == "time.now" || name == "time.since" || name == "time.until")
}

func (c *checker) clock(n ast.Node) {
	c.errorf(CodeClock, c.span(n), "%q changes by itself, and no write announces it", c.text(n)).
		WithHelp(`compare with a time that is written out, as in At >= "2026-01-01", or leave it to the program that reads`)
}
