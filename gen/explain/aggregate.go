package explain

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/plan"
)

func (s Source) aggregate(a *plan.Aggregate) Aggregate {
	return Aggregate{
		Name:     a.Declared.Name,
		Package:  s.Plan.Package.Path,
		Accessor: a.Declared.Accessor,
		Document: a.Declared.Result.String(),
		Function: a.Declared.Func,
		Keys:     a.Declared.Keys,
		From:     a.SourceNames(),
		Shape:    a.Shape,
	}
}

func (p *printer) aggregate(a Aggregate) {
	p.title("aggregate %s: one %s for every key, made by %s", a.Name, a.Document, a.Function)
	p.printf("  keys %s\n", strings.Join(a.Keys, ", "))
	p.printf("\n  it is made of, and changes with\n")
	for _, name := range a.From {
		p.printf("    all documents of %s\n", name)
	}
}

// remade are the aggregates that are made of documents which are touched.
func (s Source) remade(touches []Touched) []Remade {
	var list []Remade
	for _, a := range s.Plan.Aggregates {
		from := slices.DeleteFunc(a.SourceNames(), func(name string) bool {
			return !slices.ContainsFunc(touches, func(t Touched) bool { return t.Collection == name })
		})
		if len(from) > 0 {
			list = append(list, Remade{Aggregate: a.Declared.Name, Document: a.Declared.Result.String(), From: from})
		}
	}
	return list
}
