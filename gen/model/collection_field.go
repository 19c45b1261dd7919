package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/expr"
)

// throughPrefix introduces a field of the join table's model.
const throughPrefix = "through."

// place is where field names are looked up: a model, reached by a relation unless it is the root.
type place struct {
	entity *Entity
	by     *Relation // nil at the root
	path   string    // from the root, in field names
}

// below is the path of a relation of the model.
func (p place) below(relation string) string {
	if p.path == "" {
		return relation
	}
	return p.path + "." + relation
}

// through is the model of the join table that leads here, nil if there is none.
func (p place) through() *Entity {
	if p.by == nil || p.by.Join == nil {
		return nil
	}
	return p.by.Join.Through
}

// scope is what an expression may name here.
func (p place) scope() expr.Scope {
	s := expr.Scope{Model: p.entity.Name, Columns: exprColumns(p.entity, false)}
	if th := p.through(); th != nil {
		s.ThroughModel, s.Through = th.Name, exprColumns(th, true)
	}
	return s
}

func exprColumns(e *Entity, through bool) []*expr.Column {
	list := make([]*expr.Column, len(e.Columns))
	for i, c := range e.Columns {
		list[i] = exprColumn(c, through)
	}
	return list
}

func exprColumn(c *Column, through bool) *expr.Column {
	return &expr.Column{Through: through, Field: c.Field, Name: c.Name, Type: c.Kind(), Nullable: c.Nullable}
}

// predicate parses a where= argument; nil where it is wrong, which has been reported.
func (p place) predicate(t trail, a directive.Arg) expr.Expr {
	return p.parse(t, a, expr.WantBool)
}

func (p place) parse(t trail, a directive.Arg, want expr.Want) expr.Expr {
	var found diag.Report
	e, ok := expr.Parse(a.Value, a.At, p.scope(), want, &found)
	t.adopt(&found, func(d *diag.Diagnostic) bool {
		escapeFix(a, d)
		return p.known(t, a, d)
	})
	if !ok {
		return nil
	}
	return e
}

// escapeFix writes a fix of an expression as the quotes around the expression want it.
func escapeFix(a directive.Arg, d *diag.Diagnostic) {
	if d.Fix == nil {
		return
	}
	text, ok := a.Escape(d.Fix.Text)
	if !ok {
		d.Fix = nil
		return
	}
	d.Fix.Text = text
}

// known tells that an unknown field of an expression is one that was reported where it is declared. One
// that is a computed method is said to be one.
func (p place) known(t trail, a directive.Arg, d *diag.Diagnostic) bool {
	if d.Code != expr.CodeUnknownField {
		return false
	}
	width := d.Primary.Width
	for offset := range max(0, len(a.Value)-width+1) {
		if a.At(offset, width) != d.Primary {
			continue
		}
		name := a.Value[offset : offset+width]
		if p.entity.computed(name) != nil {
			*d = diag.Diagnostic{Severity: d.Severity, Code: CodeFieldKind, Primary: d.Primary,
				Message: fmt.Sprintf("%s is a computed method of %s, a column is needed here", name, p.entity.Name)}
			d.WithHelp("name one of the columns %s", strings.Join(p.columnNames(), ", "))
		}
		return t.failed(p.entity, name) || p.through() != nil && t.failed(p.through(), name)
	}
	return false
}

// column resolves the name of a column, perhaps with through. before it.
func (p place) column(t trail, w directive.Word) (FieldRef, bool) {
	ref, computed, ok := p.field(t, w)
	if computed != nil {
		t.errorf(CodeFieldKind, w.Span, "%s is a computed method of %s, a column is needed here", w.Text, p.entity.Name).
			WithHelp("name one of the columns %s", strings.Join(p.columnNames(), ", "))
		return FieldRef{}, false
	}
	return ref, ok
}

// field resolves the name of a column or of a computed method.
func (p place) field(t trail, w directive.Word) (FieldRef, *Computed, bool) {
	if name, ok := strings.CutPrefix(w.Text, throughPrefix); ok {
		ref, ok := p.throughColumn(t, w, name)
		return ref, nil, ok
	}
	if c := p.entity.column(w.Text); c != nil {
		return FieldRef{Column: c, Span: w.Span}, nil, true
	}
	if c := p.entity.computed(w.Text); c != nil {
		return FieldRef{}, c, true
	}
	if t.failed(p.entity, w.Text) {
		return FieldRef{}, nil, false
	}
	if p.entity.relation(w.Text) != nil {
		t.errorf(CodeFieldUnknown, w.Span, "%s is a relation of %s, not a field", w.Text, p.entity.Name).
			WithHelp("relations come in by a line of their own: //denorm:include %s", p.below(w.Text))
		return FieldRef{}, nil, false
	}
	d := t.errorf(CodeFieldUnknown, w.Span, "%s has no field %s", p.entity.Name, w.Text)
	suggest(d, w, p.fieldNames())
	return FieldRef{}, nil, false
}

func (p place) throughColumn(t trail, w directive.Word, name string) (FieldRef, bool) {
	th := p.through()
	if th == nil {
		what := "the root " + p.entity.Name + " is not reached through a join table's model"
		help := "name fields of " + p.entity.Name + " only"
		if p.by != nil {
			what = p.by.Name + " does not lead through a model"
			help = "give the join table a model and write //denorm:manytomany through=M on the field"
		}
		t.errorf(CodeFieldThrough, w.Span, "%s: %s", w.Text, what).WithHelp("%s", help)
		return FieldRef{}, false
	}
	if c := th.column(name); c != nil {
		return FieldRef{Column: c, Through: true, Span: w.Span}, true
	}
	if t.failed(th, name) {
		return FieldRef{}, false
	}
	at := w.Span
	if at.Width > len(throughPrefix) {
		at.Col, at.Width = at.Col+len(throughPrefix), at.Width-len(throughPrefix)
	}
	d := t.errorf(CodeFieldUnknown, at, "%s has no field %s", th.Name, name)
	suggest(d, directive.Word{Text: name, Span: at}, place{entity: th}.columnNames())
	return FieldRef{}, false
}

func (p place) columnNames() []string {
	names := make([]string, len(p.entity.Columns))
	for i, c := range p.entity.Columns {
		names[i] = c.Field
	}
	return names
}

func (p place) fieldNames() []string {
	names := p.columnNames()
	for _, c := range p.entity.Computed {
		names = append(names, c.Name)
	}
	if th := p.through(); th != nil {
		for _, c := range th.Columns {
			names = append(names, throughPrefix+c.Field)
		}
	}
	return names
}

// pick chooses what a document shows of a model. Without fields that is every column but those with
// json:"-", and every computed method; with fields the key and then what they name, in their order.
// The key goes only when omit names it or its own json:"-" hides it.
func (p place) pick(t trail, fields, omit []directive.Word) ([]FieldRef, []*Computed) {
	named, methods := p.resolveAll(t, fields)
	gone := p.omitted(t, fields, omit)

	refs := []FieldRef{}
	show := func(c *Column) {
		if !c.JSON.Omit && !gone[c.Field] {
			refs = append(refs, FieldRef{Column: c, Span: c.Span})
		}
	}
	if fields == nil {
		for _, c := range p.entity.Columns {
			show(c)
		}
		kept := slices.DeleteFunc(slices.Clone(p.entity.Computed), func(c *Computed) bool { return gone[c.Name] })
		return refs, kept
	}
	for _, key := range p.entity.Key {
		if !slices.ContainsFunc(named, func(f FieldRef) bool { return f.Column == key }) {
			show(key)
		}
	}
	return append(refs, named...), methods
}

func (p place) resolveAll(t trail, words []directive.Word) (refs []FieldRef, methods []*Computed) {
	seen := map[string]diag.Span{}
	for _, w := range words {
		if first, ok := seen[w.Text]; ok {
			t.errorf(CodeFieldTwice, w.Span, "%s is named twice", w.Text).
				WithRelated(first, "named here first").WithHelp("remove one of them")
			continue
		}
		seen[w.Text] = w.Span
		ref, method, ok := p.field(t, w)
		switch {
		case method != nil:
			methods = append(methods, method)
		case ok:
			refs = append(refs, ref)
		}
	}
	return refs, methods
}

// omitted resolves omit and rejects what cannot have an effect.
func (p place) omitted(t trail, fields, omit []directive.Word) map[string]bool {
	gone, seen := map[string]bool{}, map[string]bool{}
	for _, w := range omit {
		twice := seen[w.Text]
		seen[w.Text] = true
		if twice {
			t.errorf(CodeFieldTwice, w.Span, "%s is omitted twice", w.Text).WithHelp("remove one of them")
			continue
		}
		ref, _, ok := p.field(t, w)
		if !ok {
			continue
		}
		i := slices.IndexFunc(fields, func(f directive.Word) bool { return f.Text == w.Text })
		switch {
		case ref.Through:
			t.errorf(CodeFieldOmit, w.Span, "%s is not in the document unless fields names it", w.Text).
				WithHelp("remove it from omit")
		case i >= 0:
			t.errorf(CodeFieldOmit, w.Span, "%s is both among the fields and omitted", w.Text).
				WithRelated(fields[i].Span, "named among the fields here").WithHelp("remove one of them")
		case fields != nil && !slices.Contains(p.entity.Key, ref.Column):
			t.errorf(CodeFieldOmit, w.Span, "%s is not among the fields, so that it cannot be omitted", w.Text).
				WithHelp("where fields chooses, omit may name key fields only; remove %s from omit", w.Text)
		default:
			gone[w.Text] = true
		}
	}
	return gone
}
