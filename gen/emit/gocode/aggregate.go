package gocode

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// aggregate adds the typed face of an aggregate.
func (f *file) aggregate(a *plan.Aggregate) {
	d := a.Declared
	f.add(comment(
		d.Accessor+" reads the documents of the aggregate "+d.Name+", which "+d.Func+" makes of all documents of "+sourceNames(a)+".",
		"It may be used by several goroutines at once.",
	).Type().Id(d.Accessor).Struct(
		jen.Id("aggregate").Op("*").Add(f.runtime("Aggregate").Types(f.goType(d.Result))),
	))
	f.aggregateConstructor(a)
	for _, m := range []method{
		f.aggregateGet(d),
		f.getJSON("key", jen.String()), f.watch(jen.String()), f.invalidate("keys", jen.String()), f.refresh("keys", jen.String()),
	} {
		f.method(d.Accessor, "aggregate", m)
	}
}

// sourceNames are the collections that an aggregate is made from, for comments.
func sourceNames(a *plan.Aggregate) string {
	names := a.SourceNames()
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

func (f *file) aggregateConstructor(a *plan.Aggregate) {
	d, local := a.Declared, f.names.build
	var body []jen.Code
	for _, c := range a.Sources() {
		body = append(body, jen.Id(f.names.sources[c]).Op(":=").Id("New"+c.Declared.Accessor).Call(jen.Id(local.engine)))
	}
	args := []jen.Code{jen.Id(local.ctx), jen.Id(local.key)}
	for _, c := range a.From {
		args = append(args, f.runtime("Documents").Call(jen.Id(local.ctx), jen.Id(local.from), jen.Id(f.names.sources[c]).Dot("collection")))
	}
	call := jen.Id(d.Func).Call(args...)
	if len(a.From) > 1 {
		call = jen.Id(d.Func).Add(jen.Custom(jen.Options{Open: "(", Close: ")", Separator: ",", Multi: true}, args...))
	}
	build := jen.Func().Params(
		jen.Id(local.ctx).Add(f.qual("context", "Context")), jen.Id(local.key).String(), jen.Id(local.from).Op("*").Add(f.runtime("Sources")),
	).Params(f.goType(d.Result), jen.Error()).Block(
		jen.Return(call),
	)
	definition := jen.Op("&").Add(f.runtime("AggregateDefinition").Types(f.goType(d.Result))).Add(lines(
		entry("Name", jen.Lit(d.Name)),
		entry("Shape", jen.Lit(a.Shape)),
		entry("Keys", stringList(d.Keys)),
		entry("From", stringList(a.SourceNames())),
		entry("Build", build),
	))
	body = append(body, jen.Return(jen.Op("&").Id(d.Accessor).Values(
		jen.Id("aggregate").Op(":").Add(f.runtime("RegisterAggregate")).Call(jen.Id(local.engine), definition),
	)))
	f.add(comment(
		"New"+d.Accessor+" registers the aggregate "+d.Name+" with the engine, and what it is made from. It may be called",
		"repeatedly and never fails; what is wrong with a registration is returned by every method.",
	).Func().Id("New" + d.Accessor).Params(jen.Id(local.engine).Op("*").Add(f.runtime("Engine"))).Op("*").Id(d.Accessor).Block(body...))
}

// aggregateGet hands out the document itself.
func (f *file) aggregateGet(d *model.Aggregate) method {
	return method{
		name: "Get",
		doc: []string{
			"Get returns the document of a key. It returns " + f.notFound() + " if there is none.",
			"It is shared with others and must not be changed.",
		},
		params:  []jen.Code{f.ctx(), jen.Id("key").String()},
		args:    []jen.Code{jen.Id("ctx"), jen.Id("key")},
		results: []jen.Code{f.goType(d.Result), jen.Error()},
	}
}
