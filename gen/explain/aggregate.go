package explain

import (
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
	p.printf("\n  made of\n")
	for _, name := range a.From {
		p.printf("    all documents of %s\n", name)
	}
	p.printf("\n  it changes with\n")
	for _, name := range a.From {
		p.printf("    any document of %s\n", name)
	}
}
