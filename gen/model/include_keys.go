package model

import (
	"strconv"

	"github.com/denormgen/denormgen/gen/directive"
)

// Bounds of depth=: below there is nothing to repeat, above each batch would cost too many queries.
const (
	minDepth = 2
	maxDepth = 16
)

// settle fills in an include from its merged arguments, and then everything below it.
func (n *node) settle() {
	if n.include != nil {
		n.settleName()
		n.settleFlatten()
		n.settleFields()
		n.settleBy()
		n.settleOrder()
		n.settleLimit()
		n.settleWhere()
		n.settleDepth()
	}
	for _, c := range n.children {
		c.settle()
	}
}

func (n *node) settleName() {
	inc := n.include
	if a, ok := n.keys["as"]; ok && checkGoName(n.trail, a, inc.As) {
		inc.As, inc.Span = a.Value, a.Span
		inc.JSON.Name = snakeName(a.Value)
	}
	if a, ok := n.keys["type"]; ok && checkGoName(n.trail, a, "") {
		inc.Type, inc.TypeSpan = a.Value, a.Span
	}
}

func (n *node) settleFlatten() {
	a, ok := n.keys["flatten"]
	if !ok {
		return
	}
	for _, key := range []string{"fields", "omit", "type", "depth"} {
		if other, ok := n.keys[key]; ok {
			n.trail.errorf(CodeFlatten, other.KeySpan, "%s has no meaning for %s, which is flattened to one value", key, n.path()).
				WithRelated(a.KeySpan, "flattened here").WithHelp("remove %s or flatten", key)
		}
	}
	for _, c := range n.children {
		n.trail.errorf(CodeFlatten, c.at, "%s is flattened to one value and cannot hold %s", n.path(), c.include.Relation.Name).
			WithRelated(a.KeySpan, "flattened here").
			WithHelp("remove flatten=%s from %s or do not include %s", a.Value, n.path(), c.path())
	}
	ref, ok := n.column(n.trail, wordOf(a))
	if !ok {
		return
	}
	if ref.Column.JSON.Omit {
		n.trail.errorf(CodeFlatten, a.Span, "%s has json:\"-\", so that its value must not become one of the document", a.Value).
			WithHelp("flatten to another column or take away the json:\"-\"")
		return
	}
	n.include.Flatten = &ref
}

func (n *node) settleFields() {
	if _, ok := n.keys["flatten"]; ok {
		return
	}
	n.include.Fields, n.include.Computed = n.pick(n.trail, n.words("fields"), n.words("omit"))
}

// words is the list given for a key, nil if the key is not given.
func (n *node) words(key string) []directive.Word {
	a, ok := n.keys[key]
	if !ok {
		return nil
	}
	return a.Words()
}

func wordOf(a directive.Arg) directive.Word { return directive.Word{Text: a.Value, Span: a.Span} }

// needsMany rejects an argument that has no meaning for at most one row.
func (n *node) needsMany(key string) (directive.Arg, bool) {
	a, ok := n.keys[key]
	if !ok {
		return a, false
	}
	if rel := n.include.Relation; !rel.Kind.Many() {
		code := CodeBy
		switch key {
		case "order":
			code = CodeOrder
		case "limit":
			code = CodeLimit
		}
		n.trail.errorf(code, a.KeySpan, "%s needs a list, and %s is at most one %s", key, n.path(), rel.Target.Name).
			WithHelp("remove %s", key)
		return a, false
	}
	return a, true
}

func (n *node) settleBy() {
	a, ok := n.needsMany("by")
	if !ok {
		return
	}
	ref, ok := n.column(n.trail, wordOf(a))
	if !ok {
		return
	}
	c := ref.Column
	switch {
	case c.JSON.Omit:
		n.trail.errorf(CodeBy, a.Span, "%s has json:\"-\", so that its values must not become keys of the document", a.Value).
			WithHelp("choose another column or take away the json:\"-\"")
	case c.Nullable:
		n.trail.errorf(CodeBy, a.Span, "%s may be NULL, which is no key of a map", a.Value).
			WithHelp("choose a column that is never NULL")
	case c.Form != FormInt && c.Form != FormUint && c.Form != FormText:
		n.trail.errorf(CodeBy, a.Span, "%s has type %s, and the keys of a map in JSON are strings or integers", a.Value, c.Type).
			WithHelp("choose a column of a string or integer type")
	default:
		n.include.By = &ref
	}
}

func (n *node) settleLimit() {
	a, ok := n.needsMany("limit")
	if !ok {
		return
	}
	limit, err := strconv.Atoi(a.Value)
	if err != nil || limit < 1 {
		n.trail.errorf(CodeLimit, a.Span, "limit is a number of rows per parent, at least 1, not %q", a.Value).
			WithHelp("write for example limit=10, or leave it out for all rows")
		return
	}
	if _, ok := n.keys["order"]; !ok && !n.partial {
		d := n.trail.errorf(CodeLimit, a.KeySpan, "limit without order would leave it open which rows %s holds", n.path())
		if len(n.entity.Key) == 0 {
			d.WithHelp("add order=FIELD, which says which come first")
			return
		}
		d.WithHelp("add order=%s, or what else says which come first", n.entity.Key[0].Field)
		return
	}
	n.include.Limit = limit
}

func (n *node) settleWhere() {
	if a, ok := n.keys["where"]; ok {
		n.include.Where = n.predicate(n.trail, a)
	}
	_, n.include.All = n.keys["all"]
}

func (n *node) settleDepth() {
	a, ok := n.keys["depth"]
	if _, flat := n.keys["flatten"]; flat || !ok {
		return // where both are given, that was reported
	}
	if rel := n.include.Relation; rel.Source != rel.Target {
		n.trail.errorf(CodeDepth, a.KeySpan, "depth needs a relation of a model to itself, and %s leads from %s to %s",
			n.path(), rel.Source.Name, rel.Target.Name).WithHelp("remove depth")
		return
	}
	depth, err := strconv.Atoi(a.Value)
	if err != nil || depth < minDepth || depth > maxDepth {
		help := "leave depth out for one level"
		if err != nil || depth > 1 {
			help = "write for example depth=3"
		}
		n.trail.errorf(CodeDepth, a.Span, "depth is a number of levels from %d to %d, not %q", minDepth, maxDepth, a.Value).
			WithHelp("%s", help)
		return
	}
	n.include.Depth = depth
}

// settleTypes names the generated structs: the document's name and the names on the way.
func (n *node) settleTypes(prefix string) {
	if inc := n.include; inc != nil {
		prefix += inc.As
		if _, flat := n.keys["flatten"]; inc.Type == "" && !flat {
			inc.Type = prefix
		}
	}
	for _, c := range n.children {
		c.settleTypes(prefix)
	}
}

// levelTypes are the names of an include's structs, one per level where a to-one relation is
// followed by depth: a list ends by being empty, a single child only by its type having no further one.
func levelTypes(inc *Include) []string {
	if inc.Type == "" {
		return nil
	}
	names := []string{inc.Type}
	if inc.Relation.Kind.Many() {
		return names
	}
	for level := 2; level <= inc.Depth; level++ {
		names = append(names, inc.Type+strconv.Itoa(level))
	}
	return names
}

// isPathOf tells whether a path begins with the steps of an include.
func isPathOf(steps []directive.Word, path []string) bool {
	if len(steps) < len(path) {
		return false
	}
	for i, name := range path {
		if steps[i].Text != name {
			return false
		}
	}
	return true
}
