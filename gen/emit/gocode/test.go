package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/plan"
)

// testChunks is the content of the generated test: one test per collection holds its number of queries.
func (r *renderer) testChunks() []chunk {
	chunks := make([]chunk, len(r.plan.Collections))
	for i, c := range r.plan.Collections {
		chunks[i] = func(f *file) { f.queriesTest(c) }
	}
	return chunks
}

func (f *file) queriesTest(c *plan.Collection) {
	names := f.names.collections[c]
	f.add(jen.Func().Id(names.test).Params(jen.Id("t").Op("*").Add(f.qual("testing", "T"))).Block(
		f.qual(testPath, "Queries").Call(jen.Id("t"), jen.Id(names.definition).Call(), jen.Id(names.queries)),
	))
}
