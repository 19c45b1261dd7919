package cli

import (
	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
	"github.com/denormgen/denormgen/runtime/capture"
)

// capturePlans are what programs with the generated code hand to Engine.Install: the same to the byte, for
// Install compares.
func capturePlans(result gen.Result, dialect string) []capture.Plan {
	var plans []capture.Plan
	for _, p := range result.Plans {
		for _, c := range p.Collections {
			if text, ok := result.Statements[c][dialect]; ok {
				plans = append(plans, capturePlan(c, text))
			}
		}
		for _, a := range p.Aggregates {
			plans = append(plans, aggregatePlan(a))
		}
	}
	return plans
}

func capturePlan(c *plan.Collection, text sqltext.Statements) capture.Plan {
	made := capture.Plan{
		Collection: c.Declared.Name,
		Shape:      c.Shape,
		Table:      captureTable(c.Roots.Table),
		Key:        literal(c.Roots.Key),
		Exact:      c.Key.Exact(),
	}
	for _, d := range text.Depends {
		dependency := capture.Dependency{
			Table: captureTable(d.Table), Path: d.Path, Columns: literal(d.Columns), From: literal(d.From),
			Old: d.Old, New: d.New, Roots: d.Roots,
		}
		for _, j := range d.Joins {
			dependency.Joins = append(dependency.Joins, capture.Join{Table: captureTable(j.Table), Columns: literal(j.Columns)})
		}
		made.Depends = append(made.Depends, dependency)
	}
	return made
}

func aggregatePlan(a *plan.Aggregate) capture.Plan {
	return capture.Plan{
		Collection: a.Declared.Name, Shape: a.Shape, Exact: true, Of: a.SourceNames(), Keys: literal(a.Declared.Keys),
	}
}

func captureTable(t model.Table) capture.Table { return capture.Table{Schema: t.Schema, Name: t.Name} }

// literal is a list as a composite literal makes it: never nil.
func literal(list []string) []string { return append([]string{}, list...) }
