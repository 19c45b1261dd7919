package model

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/directive"
)

// defaultKey is that of an aggregate which names none.
const defaultKey = "default"

// aggregates reads the functions that make documents of all documents of collections. Those that are wrong
// stay, so that their names are checked as well.
func (c *collector) aggregates(lines []directive.Directive) {
	for i := range lines {
		line := &lines[i]
		if line.Verb != "aggregate" || len(line.Pos) == 0 || line.Owner.Func == nil {
			continue
		}
		name := line.Pos[0]
		t := c.aggregateTrail(name.Value)
		if !c.checkName(t, name, "an aggregate") {
			continue
		}
		a := &Aggregate{
			Name: name.Value, Accessor: goName(name.Value), Keys: aggregateKeys(t, line),
			Func: line.Owner.Func.Name.Name, Body: c.function(line.Owner.Func) + "\n" + c.reached(line.Owner.Func), Span: name.Span,
		}
		if sources := c.sources(t, line); sources != nil {
			c.aggregate(t, a, sources, line)
		}
		c.out.Aggregates = append(c.out.Aggregates, a)
	}
}

func (c *collector) aggregateTrail(name string) trail { return c.trail.below("aggregate " + name) }

func (c *collector) aggregateNamed(name string) *Aggregate {
	i := slices.IndexFunc(c.out.Aggregates, func(a *Aggregate) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return c.out.Aggregates[i]
}

// sources finds the collections of from=; nil where one is wrong, which has been reported.
func (c *collector) sources(t trail, line *directive.Directive) []*draft {
	from, given := line.Lookup("from")
	if !given {
		if !line.Partial {
			t.errorf(CodeAggregateFrom, line.Pos[0].Span, "%s is made from no collection", line.Pos[0].Value).
				WithHelp("add from=COLLECTION, or from=ONE,OTHER for several")
		}
		return nil
	}
	var list []*draft
	found := true
	for _, word := range from.Words() {
		d := c.draft(word.Text)
		if d != nil {
			list = append(list, d)
			continue
		}
		found = false
		if !c.wrong[word.Text] && !c.resolver.misread[c.pkg] { // else it may be among what was reported
			c.suggestCollection(t.errorf(CodeAggregateUnknown, word.Span, "there is no collection %s in this package", word.Text), word)
		}
	}
	if !found {
		return nil
	}
	return list
}

// aggregateKeys reads keys=, whose order says nothing.
func aggregateKeys(t trail, line *directive.Directive) []string {
	arg, given := line.Lookup("keys")
	if !given {
		return []string{defaultKey}
	}
	var keys []string
	for _, word := range arg.Words() {
		switch {
		case slices.Contains(keys, word.Text):
			t.errorf(CodeAggregateKey, word.Span, "the key %q is given twice", word.Text).WithHelp("remove one of them")
		case !utf8.ValidString(word.Text) || strings.ContainsFunc(word.Text, unicode.IsControl):
			t.errorf(CodeAggregateKey, word.Span, "%q is no key: it has bytes that are no text", word.Text).WithHelp("write it without them")
		default:
			keys = append(keys, word.Text)
		}
	}
	slices.Sort(keys)
	return keys
}

// aggregate checks the signature by syntax alone, as transform does.
func (c *collector) aggregate(t trail, a *Aggregate, sources []*draft, line *directive.Directive) {
	decl := line.Owner.Func
	at := c.resolver.span(c.pkg, decl.Name)
	results := flat(decl.Type.Results)
	wrong := uncallable(decl)
	switch {
	case wrong != "":
	case !c.takesSources(flat(decl.Type.Params), line.Owner.File, sources):
		wrong = "its parameters are " + parameters(decl)
	case len(results) != 2 || !c.isPredeclared(results[1], "error"):
		wrong = "it does not return a document and an error"
	}
	if wrong != "" {
		name, parameters := a.Func, "context.Context, string"
		if name == "_" {
			name = "make" + a.Accessor
		}
		for _, d := range sources {
			parameters += ", iter.Seq2[*" + d.Doc + ", error]"
		}
		t.errorf(CodeAggregateSignature, at, "%s cannot make the aggregate %s: %s", a.Func, a.Name, wrong).
			WithHelp("write func %s(%s) (T, error)", name, parameters)
		return
	}
	for _, d := range sources {
		a.From = append(a.From, d.Collection)
	}
	result, why := c.resultType(results[0])
	if why != "" {
		t.errorf(CodeAggregateResult, c.resolver.span(c.pkg, results[0]), "%s cannot be a document of the aggregate %s: %s",
			types.ExprString(results[0]), a.Name, why).WithHelp("declare a type, type %s struct { ... }, and return that", singular(a.Accessor)+"Doc")
		return
	}
	a.Result, a.Layout = result, c.declarations(results[0])
}

// takesSources tells whether parameters are a context, a key and the sequences of the sources' documents.
func (c *collector) takesSources(params []ast.Expr, file *ast.File, sources []*draft) bool {
	if len(params) != 2+len(sources) || !isOf(params[0], file, "context", "Context") || !c.isPredeclared(params[1], "string") {
		return false
	}
	for i, d := range sources {
		sequence, ok := params[2+i].(*ast.IndexListExpr)
		if !ok || len(sequence.Indices) != 2 || !isOf(sequence.X, file, "iter", "Seq2") || !c.isPredeclared(sequence.Indices[1], "error") {
			return false
		}
		star, ok := sequence.Indices[0].(*ast.StarExpr)
		if !ok {
			return false
		}
		if document, ok := star.X.(*ast.Ident); !ok || document.Name != d.Doc {
			return false
		}
	}
	return true
}

// flat lists the types of parameters or results, one for each.
func flat(list *ast.FieldList) []ast.Expr {
	if list == nil {
		return nil
	}
	var each []ast.Expr
	for _, field := range list.List {
		for range max(1, len(field.Names)) {
			each = append(each, field.Type)
		}
	}
	return each
}
