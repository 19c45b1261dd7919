package model

import (
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/load"
)

// collector turns the collection blocks of one package into Collections, and its aggregates into Aggregates.
type collector struct {
	resolver *resolver
	pkg      *load.Package
	out      *Package
	trail    trail
	drafts   []*draft
	wrong    map[string]bool // names of collections that were reported and dropped
}

// block is a `collection` line and the lines below it, up to the next.
type block struct {
	head  *directive.Directive
	index int // of head among the package's directives
	lines []*directive.Directive
}

// draft is a collection while it is put together.
type draft struct {
	*Collection
	trail trail
	root  *node
	block block

	accessorAt diag.Span // of accessor=, else of the name
	extra      []extraField
}

// resolveCollections adds the package's collections to out, whose Entities, Taken and Methods are
// complete, and checks every name that will be generated.
func (r *resolver) resolveCollections(pkg *load.Package, out *Package) {
	c := &collector{resolver: r, pkg: pkg, out: out, trail: trail{report: r.report, failed: r.failed}, wrong: map[string]bool{}}
	c.declare(c.blocks(r.directives(pkg)))
	for _, d := range c.drafts {
		c.fill(d)
	}
	c.transforms(r.directives(pkg))
	c.aggregates(r.directives(pkg))
	for _, d := range c.drafts {
		out.Collections = append(out.Collections, d.Collection)
		c.checkFields(d)
	}
	for _, a := range out.Aggregates {
		c.checkMethods(c.aggregateTrail(a.Name), a.Accessor, a.Span, aggregateMethods())
	}
	c.checkNames()
}

// isBlockVerb tells which lines belong to the collection above them.
func isBlockVerb(verb string) bool {
	switch verb {
	case "fields", "omit", "include", "count", "sum", "avg", "min", "max":
		return true
	}
	return false
}

// blocks groups lines by the `collection` line that opens them. Those above a model come before the
// detached ones, so that the first of a model does not depend on the names of files.
func (c *collector) blocks(lines []directive.Directive) []block {
	var above, detached []block
	var open *block
	group := -1
	flush := func() {
		if open == nil {
			return
		}
		if open.head.Owner.Place == directive.OnType {
			above = append(above, *open)
		} else {
			detached = append(detached, *open)
		}
		open = nil
	}
	for i := range lines {
		line := &lines[i]
		if line.Group != group {
			flush()
			group = line.Group
		}
		switch {
		case line.Verb == "collection":
			flush()
			open = &block{head: line, index: i}
		case isBlockVerb(line.Verb) && open != nil: // stray lines have been reported
			open.lines = append(open.lines, line)
		}
	}
	flush()
	return append(above, detached...)
}

// fill resolves the lines of a collection.
func (c *collector) fill(d *draft) {
	var fields, omit []directive.Word
	var numbers []*directive.Directive
	for _, line := range d.block.lines {
		switch line.Verb {
		case "fields":
			fields = append(fields, positional(line)...)
		case "omit":
			omit = append(omit, positional(line)...)
		case "include":
			d.root.addInclude(line)
		case "count", "sum", "avg", "min", "max":
			numbers = append(numbers, line)
		}
	}
	d.Fields, d.Computed = d.root.pick(d.trail, fields, omit)
	d.root.settle()
	d.root.settleTypes(d.Doc)
	for _, line := range numbers {
		d.addNumber(line)
	}
	d.Includes, d.Numbers = d.root.result()
}

// result moves what was read into the includes.
func (n *node) result() ([]*Include, []*Number) {
	var includes []*Include
	for _, child := range n.children {
		child.include.Includes, child.include.Numbers = child.result()
		includes = append(includes, child.include)
	}
	return includes, n.numbers
}

// positional is the list that a line's positional arguments make together.
func positional(line *directive.Directive) []directive.Word {
	var words []directive.Word
	for _, a := range line.Pos {
		words = append(words, a.Words()...)
	}
	return words
}

func (c *collector) draft(name string) *draft {
	i := slices.IndexFunc(c.drafts, func(d *draft) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return c.drafts[i]
}
