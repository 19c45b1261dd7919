package model

import (
	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/expr"
)

// valueOf settles what is added up: a field, an expression, or for a count of rows nothing.
func (n *Number) valueOf(t trail, line *directive.Directive, field *FieldRef) bool {
	given := len(line.Pos) > 1
	switch {
	case given && n.Func == Count:
		t.errorf(CodeNumberValue, line.Pos[1].Span, "count counts rows and takes no expression").
			WithHelp("say which rows by where=%q", line.Pos[1].Value)
		return false
	case given && field != nil:
		t.errorf(CodeNumberValue, line.Pos[1].Span, "%s has a field and an expression", n.Func).
			WithRelated(field.Span, "the field").WithHelp("remove one of them")
		return false
	case given:
		n.Value = n.end().parse(t, line.Pos[1], expr.WantAny)
		if n.Value == nil {
			return false
		}
		if c, ok := n.Value.(*expr.Column); ok && !c.Through {
			n.Field = n.end().entity.column(c.Field)
		}
	case field != nil:
		n.Value, n.Field = exprColumn(field.Column, false), field.Column
	case n.Func != Count && line.Partial:
		return false
	case n.Func != Count:
		t.errorf(CodeNumberValue, line.Pos[0].Span, "%s needs a field or an expression of %s", n.Func, n.end().entity.Name).
			WithHelp("write //denorm:%s %s.Field or //denorm:%s %s \"A * B\"", n.Func, line.Pos[0].Value, n.Func, line.Pos[0].Value)
		return false
	}
	return true
}

// settleType derives the number's type in the document and how it is read.
func (n *Number) settleType(t trail, line *directive.Directive, field *FieldRef) bool {
	at := line.Pos[min(1, len(line.Pos)-1)].Span
	if field != nil {
		at = field.Span
	}
	form, base := n.input()
	switch {
	case n.Func == Count:
		n.Type, n.Form = basicType("int64"), FormInt
	case n.Func == Avg && isNumber(form):
		n.Type, n.Form = PointerTo(basicType("float64")), FormFloat
	case n.Func == Sum && (form == FormInt || form == FormUint):
		n.Type, n.Form = basicType("int64"), FormInt
	case n.Func == Sum && (form == FormFloat || form == FormScanner):
		n.Type, n.Form = base, form
	case (n.Func == Min || n.Func == Max) && (isNumber(form) || form == FormText || form == FormTime):
		n.Type, n.Form = PointerTo(base), form
	default:
		n.rejectKind(t, at, form, base)
		return false
	}
	return true
}

func isNumber(f Form) bool { return f == FormInt || f == FormUint || f == FormFloat }

// input is how the value is read and its Go type; both are zero where SQL and Go share none.
func (n *Number) input() (Form, Type) {
	if n.Value == nil {
		return "", Type{}
	}
	if c, ok := n.Value.(*expr.Column); ok {
		model := n.end().entity
		if c.Through {
			model = n.end().through()
		}
		column := model.column(c.Field)
		return column.Form, column.Base
	}
	switch n.Value.Kind() {
	case expr.Int:
		return FormInt, basicType("int64")
	case expr.Float:
		return FormFloat, basicType("float64")
	case expr.Bool:
		return FormBool, basicType("bool")
	default:
		return "", Type{}
	}
}

// rejectKind says why a function cannot take a value.
func (n *Number) rejectKind(t trail, at diag.Span, form Form, base Type) {
	what := "this expression"
	if base.Kind != "" {
		what = "type " + base.String()
	}
	d := t.errorf(CodeNumberKind, at, "%s cannot be made of %s", n.Func, what)
	switch {
	case form == FormBool:
		d.WithHelp("count the rows instead: //denorm:count ... where=...")
	case n.Func == Avg && form == FormScanner:
		d.WithHelp("databases average such a type differently; take its sum and its count")
	case n.Func == Min || n.Func == Max:
		d.WithHelp("%s takes numbers, texts and times", n.Func)
	default:
		d.WithHelp("%s takes numbers", n.Func)
	}
}

func basicType(name string) Type { return Type{Kind: Basic, Name: name, Shallow: true} }
