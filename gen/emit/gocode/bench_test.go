package gocode

import (
	"fmt"
	"testing"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// widePlan has n collections of five types with ten columns each, in one package.
func widePlan(n int) *plan.Plan {
	p := &plan.Plan{Package: packageOf("wide")}
	for i := range n {
		columns := int64Key()
		for j := range 9 {
			columns = append(columns, column(fmt.Sprintf("Field%d", j), model.FormText, pointer(tString)))
		}
		e := entity(p.Package.Path, fmt.Sprintf("Model%d", i), 1, columns...)
		key := keyOf(e, nil)
		doc := &plan.Struct{Name: e.Name + "Doc", Entity: e}
		structs := []*plan.Struct{doc}
		sets := show(doc, 0, columns...)
		loaders := []*plan.Loader{{Name: "roots", OwnID: id(key, 0), Element: &plan.Element{Name: doc.Name, Struct: doc, Sets: sets}}}
		for j := range 4 {
			name := fmt.Sprintf("List%d", j)
			s := &plan.Struct{Name: doc.Name + name, Path: name, Entity: e}
			structs = append(structs, s)
			loaders = append(loaders, &plan.Loader{
				Path: name, Name: "list" + name[4:], Parent: loaders[0],
				Attach:   []*plan.Field{field(doc, name, plan.FieldType{Cardinality: plan.List, Struct: s}, name)},
				Element:  &plan.Element{Name: s.Name, Struct: s, Sets: show(s, 0, columns...)},
				ParentID: []plan.ID{id(key, 10)}, OwnID: id(key, 0),
			})
		}
		p.Collections = append(p.Collections, collect(fmt.Sprintf("models%d", i), fmt.Sprintf("Models%d", i), e, key, structs, loaders...))
		p.Guards = append(p.Guards, e)
	}
	return p
}

func BenchmarkRender(b *testing.B) {
	p := widePlan(100)
	sql := fakeSQL(p, "sqlite", "postgres", "mysql")
	lines := 0
	for b.Loop() {
		files, err := Render(p, sql)
		if err != nil {
			b.Fatal(err)
		}
		lines = 0
		for _, f := range files {
			for _, c := range f.Content {
				if c == '\n' {
					lines++
				}
			}
		}
	}
	b.ReportMetric(float64(lines), "lines")
}
