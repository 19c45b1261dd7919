package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// scan adds the function that fills an element from a row.
func (f *file) scan(c *collection, e *plan.Element) {
	parameter, locals := f.names.locals.doc, f.names.locals
	if e.By != nil {
		parameter = locals.entry
	} else if e.Flat != nil {
		parameter = locals.value
	}
	s := &scanner{f}
	f.add(comment(f.names.scans[e]+" reads a row of "+c.source(e)+".").Func().Id(f.names.scans[e]).
		Params(f.rowParameter(), jen.Id(parameter).Op("*").Add(f.elementType(e))).
		BlockFunc(func(body *jen.Group) {
			target := jen.Id(parameter)
			if e.By != nil {
				body.Add(target.Clone().Dot("Key").Op("=").Add(f.read(*e.By)))
				target = target.Clone().Dot("Value")
			} else if e.Flat != nil {
				target = jen.Op("*").Add(target)
			}
			if e.Flat != nil {
				body.Add(target.Op("=").Add(f.read(*e.Flat)))
				return
			}
			for _, set := range e.Sets {
				if value := s.simple(set); value != nil {
					body.Add(target.Clone().Dot(set.Field.Name).Op("=").Add(value))
				}
			}
			s.rest(body, target, e.Sets)
		}))
}

// scanner writes the statements of one scan function.
type scanner struct{ *file }

// simple writes the value of a field that one expression can read, or returns nil.
func (s *scanner) simple(set plan.Set) *jen.Statement {
	switch {
	case set.Column != nil:
		return s.column(set)
	case set.Avg != nil:
		return s.runtime("Average").Call(
			jen.Id(s.names.locals.row), jen.Lit(set.Avg.Sum.Item), jen.Lit(set.Avg.Count.Item))
	default:
		return nil
	}
}

// column writes how a column is read. The last digits of a sum of floats depend on the order of
// addition, so it has a reader of its own.
func (s *scanner) column(set plan.Set) *jen.Statement {
	r := *set.Column
	if set.Number == nil || set.Number.Func != model.Sum || r.Form != model.FormFloat {
		return s.read(r)
	}
	sum := s.runtime("SumFloat").Call(jen.Id(s.names.locals.row), jen.Lit(r.Item))
	if r.Type.IsBasic("float64") {
		return sum
	}
	return s.goType(r.Type).Call(sum)
}

// rest writes what takes statements: to-one children, then computed values, whose variable is then
// out of the way of the children's own.
func (s *scanner) rest(body *jen.Group, target *jen.Statement, sets []plan.Set) {
	for _, set := range sets {
		if set.Child != nil {
			s.child(body, target.Clone().Dot(set.Field.Name), set.Child)
		}
	}
	s.methods(body, target, sets)
}

// child writes a to-one child: nothing where there is no row.
func (s *scanner) child(body *jen.Group, target *jen.Statement, child *plan.Child) {
	body.If(s.present(child.Present)).BlockFunc(func(body *jen.Group) {
		var fields []jen.Code
		for _, inner := range child.Sets {
			if value := s.simple(inner); value != nil {
				fields = append(fields, entry(inner.Field.Name, value))
			}
		}
		literal := jen.Op("&").Id(child.Struct.Name)
		if len(fields) <= 2 {
			literal.Values(fields...)
		} else {
			literal.Add(lines(fields...))
		}
		body.Add(target.Clone().Op("=").Add(literal))
		s.rest(body, target, child.Sets)
	})
}

func (s *scanner) present(items []int) *jen.Statement {
	condition := jen.Empty()
	for i, item := range items {
		if i > 0 {
			condition.Op("&&")
		}
		condition.Op("!").Id(s.names.locals.row).Dot("Null").Call(jen.Lit(item))
	}
	return condition
}

// methods writes the computed values of one model. Each method finds only what it is known to need: a field
// that needs= forgot is zero for all to see, rather than right until its column changes unnoticed.
func (s *scanner) methods(body *jen.Group, target *jen.Statement, sets []plan.Set) {
	var methods []plan.Set
	fails := false
	for _, set := range sets {
		if set.Method != nil {
			methods = append(methods, set)
			fails = fails || set.Method.Computed.Errors
		}
	}
	if len(methods) == 0 {
		return
	}
	variable, err := s.names.locals.model, s.names.locals.err
	body.Var().Id(variable).Add(s.qual(methods[0].Method.Entity.Pkg, methods[0].Method.Entity.Name))
	if fails {
		body.Var().Id(err).Error()
	}
	for i, set := range methods {
		if i > 0 {
			body.Id(variable).Op("=").Add(s.qual(set.Method.Entity.Pkg, set.Method.Entity.Name)).Values()
		}
		for _, input := range set.Method.Inputs {
			body.Id(variable).Dot(input.Field).Op("=").Add(s.read(input.Read))
		}
		s.call(body, target.Clone().Dot(set.Field.Name), *set.Method)
	}
}

// call writes the call of one method; its error becomes the row's.
func (s *scanner) call(body *jen.Group, target *jen.Statement, m plan.Method) {
	result := jen.Id(s.names.locals.model).Dot(m.Computed.Name).Call()
	if !m.Computed.Errors {
		body.Add(target.Op("=").Add(result))
		return
	}
	item := 0
	if len(m.Inputs) > 0 {
		item = m.Inputs[0].Read.Item
	}
	err := s.names.locals.err
	what := "computing " + m.Entity.Name + "." + m.Computed.Name + ": %w"
	body.If(jen.List(target, jen.Id(err)).Op("=").Add(result), jen.Id(err).Op("!=").Nil()).Block(
		jen.Id(s.names.locals.row).Dot("Fail").Call(jen.Lit(item),
			s.qual("fmt", "Errorf").Call(jen.Lit(what), jen.Id(err))),
	)
}
