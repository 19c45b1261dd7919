package model

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
)

// node is a place in a collection's tree while its lines are read: the root, or one include.
type node struct {
	place
	trail    trail
	parent   *node    // nil for the root
	include  *Include // nil for the root
	children []*node
	numbers  []*Number
	keys     map[string]directive.Arg // what the lines for this path say, merged
	at       diag.Span                // where the path was first named
	partial  bool                     // an argument was reported and left out
}

func newRoot(t trail, root *Entity) *node {
	return &node{place: place{entity: root}, trail: t, keys: map[string]directive.Arg{}}
}

func (n *node) child(relation string) *node {
	for _, c := range n.children {
		if c.include.Relation.Name == relation {
			return c
		}
	}
	return nil
}

// path is the node's place in the models' field names, "" for the root.
func (n *node) path() string {
	if n.include == nil {
		return ""
	}
	return strings.Join(n.include.Path, ".")
}

// all returns n and everything below it, parents first.
func (n *node) all() []*node {
	list := []*node{n}
	for _, c := range n.children {
		list = append(list, c.all()...)
	}
	return list
}

// splitPath cuts a dotted path into its steps, each with its own place.
func splitPath(t trail, a directive.Arg) ([]directive.Word, bool) {
	var steps []directive.Word
	offset := 0
	for _, text := range strings.Split(a.Value, ".") {
		if text == "" {
			t.errorf(CodePathEmpty, a.Span, "the path %q has an empty step", a.Value).
				WithHelp("write field names of relations joined by single dots, as in Authors.Country")
			return nil, false
		}
		steps = append(steps, directive.Word{Text: text, Span: a.At(offset, len(text))})
		offset += len(text) + 1
	}
	return steps, true
}

// addInclude takes in one include line: it makes the nodes on its path and merges its arguments.
func (n *node) addInclude(line *directive.Directive) {
	if len(line.Pos) == 0 {
		return // reported by directive
	}
	t := n.trail.below("include " + line.Pos[0].Value)
	steps, ok := splitPath(t, line.Pos[0])
	if !ok {
		return
	}
	at := n
	for i, step := range steps {
		rel := at.entity.relation(step.Text)
		if rel == nil {
			at.explain(t, step)
			return
		}
		next := at.child(step.Text)
		if next == nil {
			if at.repeats(rel) {
				at.explainCycle(t, rel, steps, i)
				return
			}
			next = at.addChild(n.trail, rel, step.Span)
		}
		at = next
	}
	at.merge(t, line)
}

func (n *node) addChild(t trail, rel *Relation, at diag.Span) *node {
	var path []string
	if n.include != nil {
		path = slices.Clone(n.include.Path)
	}
	path = append(path, rel.Name)
	child := &node{
		place:   place{entity: rel.Target, by: rel, path: strings.Join(path, ".")},
		trail:   t.below("include " + strings.Join(path, ".")),
		parent:  n,
		include: &Include{Path: path, Relation: rel, As: rel.Name, JSON: rel.JSON, Depth: 1, Span: at, TypeSpan: at},
		keys:    map[string]directive.Arg{},
		at:      at,
	}
	n.children = append(n.children, child)
	return child
}

// merge adds a line's arguments to those that other lines gave for the same path.
func (n *node) merge(t trail, line *directive.Directive) {
	n.partial = n.partial || line.Partial
	for _, a := range line.Keyed {
		if first, ok := n.keys[a.Key]; ok {
			t.errorf(directive.CodeDuplicateKey, a.KeySpan, "%s is given twice for %s", a.Key, n.path()).
				WithRelated(first.KeySpan, "given here first").WithHelp("remove one of them")
			continue
		}
		n.keys[a.Key] = a
	}
}

// repeats tells whether a relation has been followed already on the way to n.
func (n *node) repeats(rel *Relation) bool {
	for at := n; at.include != nil; at = at.parent {
		if at.include.Relation == rel {
			return true
		}
	}
	return false
}

// explain says why a step of a path leads nowhere, if it is not the name that as= gives to an include.
func (n *node) explain(t trail, step directive.Word) {
	for _, c := range n.children {
		if as, ok := c.keys["as"]; ok && as.Value == step.Text {
			t.errorf(CodePathUnknown, step.Span, "%s is the name of %s in the document, and paths are made of the models' fields", step.Text, c.path()).
				WithRelated(as.Span, "named here").WithHelp("write %s", c.include.Relation.Name).WithFix(step.Span, c.include.Relation.Name)
			return
		}
	}
	explainStep(t, n.entity, step)
}

// explainStep says why a step of a path leads nowhere.
func explainStep(t trail, e *Entity, step directive.Word) {
	if e.column(step.Text) != nil {
		t.errorf(CodePathColumn, step.Span, "%s is a column of %s, a path is made of relations", step.Text, e.Name).
			WithHelp("end the path before %s; fields= chooses the columns of an include", step.Text)
		return
	}
	if e.computed(step.Text) != nil {
		t.errorf(CodePathColumn, step.Span, "%s is a computed method of %s, a path is made of relations", step.Text, e.Name).
			WithHelp("end the path before %s; computed methods are in the document already", step.Text)
		return
	}
	if t.failed(e, step.Text) {
		return
	}
	d := t.errorf(CodePathUnknown, step.Span, "%s has no relation %s", e.Name, step.Text)
	names := make([]string, len(e.Relations))
	for i, r := range e.Relations {
		names[i] = r.Name
	}
	if len(names) == 0 {
		d.WithHelp("%s has no relations; declare one as a field of type *M or []M", e.Name)
		return
	}
	if suggest(d, step, names); d.Help == "" {
		d.WithHelp("a step is a field of %s of type *M or []M, where M is a model", e.Name)
	}
}

// explainCycle says how to go round a circle of relations.
func (n *node) explainCycle(t trail, rel *Relation, steps []directive.Word, i int) {
	name := rel.Source.Name + "." + rel.Name
	d := t.errorf(CodeIncludeCycle, steps[i].Span, "%s is followed a second time on this path", name)
	if rel.Source != rel.Target || n.include.Relation != rel {
		d.WithHelp("end the path before %s; for a second reading declare a second relation field", steps[i].Text)
		return
	}
	depth := 1
	for j := i; j > 0 && steps[j].Text == rel.Name; j-- {
		depth++
	}
	for j := i + 1; j < len(steps) && steps[j].Text == rel.Name; j++ {
		depth++
	}
	d.WithHelp("say how many levels: //denorm:include %s depth=%d", n.path(), max(depth, 2))
}
