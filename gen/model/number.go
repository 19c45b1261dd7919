package model

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/directive"
)

// addNumber takes in one `count|sum|avg|min|max PATH[.Field] ["expr"] as=NAME` line.
func (d *draft) addNumber(line *directive.Directive) {
	if len(line.Pos) == 0 {
		return // reported by directive
	}
	t := d.trail.below(line.Verb + " " + line.Pos[0].Value)
	steps, ok := splitPath(t, line.Pos[0])
	if !ok {
		return
	}
	as, ok := line.Lookup("as")
	switch {
	case !ok && line.Partial:
		return
	case !ok:
		t.errorf(CodeNumberName, line.VerbSpan, "%s needs a name", line.Verb).
			WithHelp("add as=%s", proposeNumber(NumberFunc(line.Verb), steps))
		return
	}
	holder, name, ok := d.holder(t, as)
	if !ok {
		return
	}
	if holder.include != nil {
		if !isPathOf(steps, holder.include.Path) {
			t.errorf(CodeNumberHolder, line.Pos[0].Span, "%s is put into %s, and its path does not begin there", name.Text, holder.path()).
				WithHelp("write //denorm:%s %s as=%s", line.Verb, holder.path()+"."+line.Pos[0].Value, as.Value)
			return
		}
		steps = steps[len(holder.include.Path):]
	}
	n := &Number{Func: NumberFunc(line.Verb), Name: name.Text, JSON: snakeName(name.Text), Span: name.Span}
	field, ok := n.follow(t, holder.entity, steps, line)
	if !ok {
		return
	}
	if n.valueOf(t, line, field) && n.settleType(t, line, field) {
		holder.numbers = append(holder.numbers, n)
	}
	if a, ok := line.Lookup("where"); ok {
		n.Where = n.end().predicate(t, a)
	}
	_, n.All = line.Lookup("all")
}

// holder finds the place that as= puts a number into, and the number's name.
func (d *draft) holder(t trail, as directive.Arg) (*node, directive.Word, bool) {
	steps, ok := splitPath(t, as)
	if !ok {
		return nil, directive.Word{}, false
	}
	name := steps[len(steps)-1]
	if !checkGoName(t, directive.Arg{Key: "as", Value: name.Text, Span: name.Span}, "") {
		return nil, name, false
	}
	at := d.root
	for i, step := range steps[:len(steps)-1] {
		next := at.child(step.Text)
		if next == nil {
			d.explainHolder(t, at, steps[:i+1])
			return nil, name, false
		}
		at = next
	}
	if a, flat := at.keys["flatten"]; flat {
		t.errorf(CodeFlatten, as.Span, "%s is flattened to one value and cannot hold %s", at.path(), name.Text).
			WithRelated(a.KeySpan, "flattened here").WithHelp("remove flatten=%s, or put the number at the root", a.Value)
		return nil, name, false
	}
	return at, name, true
}

func (d *draft) explainHolder(t trail, at *node, steps []directive.Word) {
	step := steps[len(steps)-1]
	if at.entity.relation(step.Text) == nil {
		at.explain(t, step)
		return
	}
	path := make([]string, len(steps))
	for i, s := range steps {
		path[i] = s.Text
	}
	t.errorf(CodeNumberHolder, step.Span, "collection %s does not include %s", d.Name, strings.Join(path, ".")).
		WithHelp("add a line //denorm:include %s", strings.Join(path, "."))
}

// follow resolves the steps; the last may be a column of the model that the others lead to.
func (n *Number) follow(t trail, e *Entity, steps []directive.Word, line *directive.Directive) (*FieldRef, bool) {
	for i, step := range steps {
		rel := e.relation(step.Text)
		if rel != nil {
			n.Steps = append(n.Steps, rel)
			e = rel.Target
			continue
		}
		c := e.column(step.Text)
		if c == nil || i < len(steps)-1 {
			explainStep(t, e, step)
			return nil, false
		}
		if i == 0 {
			t.errorf(CodeNumberPath, step.Span, "%s is a column of %s itself, and a number is made from rows of other tables", step.Text, e.Name).
				WithHelp("begin the path with a relation of %s", e.Name)
			return nil, false
		}
		return n.checkMany(t, line, &FieldRef{Column: c, Span: step.Span})
	}
	if len(steps) == 0 {
		t.errorf(CodeNumberPath, line.Pos[0].Span, "the path ends where the number is put, and no rows are left to make it from").
			WithHelp("name a relation behind it, as in //denorm:count Authors.Books as=Authors.BookCount")
		return nil, false
	}
	return n.checkMany(t, line, nil)
}

func (n *Number) checkMany(t trail, line *directive.Directive, field *FieldRef) (*FieldRef, bool) {
	if slices.ContainsFunc(n.Steps, func(r *Relation) bool { return r.Kind.Many() }) {
		return field, true
	}
	t.errorf(CodeNumberToOne, line.Pos[0].Span, "%s leads to at most one row, of which there is no %s to make", line.Pos[0].Value, line.Verb).
		WithHelp("name a path with a list in it, or include the path")
	return nil, false
}

// end is the model whose rows are counted.
func (n *Number) end() place {
	last := n.Steps[len(n.Steps)-1]
	return place{entity: last.Target, by: last}
}

// proposeNumber makes a name for a number: ReviewsCount, LinesQuantitySum.
func proposeNumber(f NumberFunc, steps []directive.Word) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(s.Text)
	}
	return b.String() + strings.ToUpper(string(f[:1])) + string(f[1:])
}
