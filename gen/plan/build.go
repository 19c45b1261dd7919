package plan

import (
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

// Build works out the plan of one package. Problems that only show here go to the report.
func Build(pkg *model.Package, report *diag.Report) *Plan {
	p := &Plan{Package: pkg}
	for _, declared := range pkg.Collections {
		b := &builder{plan: p, report: report, declared: declared, structs: map[structID]*Struct{}}
		p.Collections = append(p.Collections, b.build())
	}
	for _, declared := range pkg.Aggregates {
		p.Aggregates = append(p.Aggregates, p.aggregate(declared))
	}
	return p
}

func (p *Plan) aggregate(declared *model.Aggregate) *Aggregate {
	a := &Aggregate{Declared: declared}
	for _, from := range declared.From {
		at := slices.IndexFunc(p.Collections, func(c *Collection) bool { return c.Declared == from })
		a.From = append(a.From, p.Collections[at])
	}
	a.Shape = aggregateShape(a)
	return a
}

// builder plans one collection.
type builder struct {
	plan     *Plan
	report   *diag.Report
	declared *model.Collection
	out      *Collection
	structs  map[structID]*Struct
	names    []string // of loaders, in use
}

func (b *builder) build() *Collection {
	root := b.declared.Root
	b.out = &Collection{
		Declared: b.declared,
		Key:      b.plan.key(root),
		Roots: Roots{
			Table:  root.Table,
			Key:    names(root.Key),
			Filter: filter(b.declared.All, root.Where, b.declared.Where),
		},
	}
	tree := b.rootNode()
	b.load(tree)
	b.out.Depends = dependencies(b.out.Roots, tree)
	b.out.Shape = shape(b.out)
	return b.out
}

// key returns the Go type of an entity's key, creating the struct of a composite one at first use.
func (p *Plan) key(e *model.Entity) Key {
	k := Key{Columns: e.Key}
	if len(e.Key) == 1 {
		return k
	}
	at := slices.IndexFunc(p.Keys, func(t *KeyType) bool { return t.Entity == e })
	if at < 0 {
		at = len(p.Keys)
		p.Keys = append(p.Keys, &KeyType{Name: e.Name + "Key", Entity: e})
	}
	k.Struct = p.Keys[at]
	return k
}

// guard notes that the generated code relies on the shape of a model.
func (p *Plan) guard(e *model.Entity) {
	if !slices.Contains(p.Guards, e) {
		p.Guards = append(p.Guards, e)
	}
}

func names(columns []*model.Column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}

// filter joins a model's own condition, unless it is lifted, with a further one.
func filter(lifted bool, own, further expr.Expr) expr.Expr {
	switch {
	case own == nil || lifted:
		return further
	case further == nil:
		return own
	default:
		return &expr.Binary{Op: expr.And, X: own, Y: further, Type: expr.Bool}
	}
}
