package gocode

import (
	"github.com/dave/jennifer/jen"
)

// accessor adds the typed face of a collection: thin methods over an unexported field, for an embedded
// generic type would hide them from godoc.
func (f *file) accessor(c *collection) {
	name := c.Declared.Accessor
	f.add(comment(name + " reads the documents of the collection " + c.Declared.Name + ". It may be used by several goroutines at once.").
		Type().Id(name).Struct(
		jen.Id("collection").Op("*").Add(f.runtime("Collection").Types(f.keyGoType(c.Key), jen.Id(c.doc()))),
	))
	f.constructor(c)
	for _, m := range f.methods(c) {
		f.method(name, "collection", m)
	}
}

func (f *file) constructor(c *collection) {
	name := c.Declared.Accessor
	f.add(comment(
		"New"+name+" registers the collection "+c.Declared.Name+" with the engine. It may be called repeatedly and never",
		"fails; what is wrong with a registration is returned by every method.",
	).Func().Id("New" + name).Params(jen.Id("engine").Op("*").Add(f.runtime("Engine"))).Op("*").Id(name).Block(
		jen.Return(jen.Op("&").Id(name).Values(
			jen.Id("collection").Op(":").Add(f.runtime("Register")).Call(
				jen.Id("engine"),
				jen.Id(f.names.collections[c.Collection].definition).Call(),
			),
		)),
	))
}

// method is one method of an accessor: it hands its arguments on to the field that knows how.
type method struct {
	name    string
	doc     []string
	params  []jen.Code
	args    []jen.Code
	results []jen.Code
}

func (f *file) method(accessor, field string, m method) {
	self := receiver(accessor)
	signature := comment(m.doc...).
		Func().Params(jen.Id(self).Op("*").Id(accessor)).Id(m.name).Params(m.params...)
	if len(m.results) == 1 {
		signature.Add(m.results[0])
	} else {
		signature.Params(m.results...)
	}
	f.add(signature.Block(jen.Return(jen.Id(self).Dot(field).Dot(m.name).Call(m.args...))))
}

func (f *file) methods(c *collection) []method {
	doc := func() *jen.Statement { return jen.Op("*").Id(c.doc()) }
	ctx := f.ctx()
	notFound := f.notFound()
	options := jen.Id("options").Op("...").Add(f.runtime("PageOption"))
	one := keyParameter(c)
	many := one + "s"
	key := func() *jen.Statement { return f.keyGoType(c.Key) }
	return []method{
		{
			name: "Get",
			doc: []string{
				"Get returns one document. It returns " + notFound + " if there is none.",
				"It may come out of a cache and be shared with others: to change it, take a Clone.",
			},
			params:  []jen.Code{ctx, jen.Id(one).Add(key())},
			args:    []jen.Code{jen.Id("ctx"), jen.Id(one)},
			results: []jen.Code{doc(), jen.Error()},
		},
		{
			name: "GetMany",
			doc: []string{
				"GetMany returns documents in the order asked, nil where there is none: all of them, or an error.",
				"A key that is asked twice yields the same pointer twice. To change a document, take a Clone.",
			},
			params:  []jen.Code{ctx, jen.Id(many).Index().Add(key())},
			args:    []jen.Code{jen.Id("ctx"), jen.Id(many)},
			results: []jen.Code{jen.Index().Add(doc()), jen.Error()},
		},
		f.getJSON(one, key()),
		{
			name: "All",
			doc: []string{
				"All goes through the whole collection, or the part that the options name, in the order of its keys.",
				"It reads in batches, each one state of the database, and ends after the first error.",
			},
			params:  []jen.Code{ctx, options},
			args:    []jen.Code{jen.Id("ctx"), jen.Id("options").Op("...")},
			results: []jen.Code{f.qual("iter", "Seq2").Types(doc(), jen.Error())},
		},
		{
			name: "Page",
			doc: []string{
				"Page returns up to size documents in the order of their keys, from where the options say, and the keys",
				"from which the next and the previous page are read.",
			},
			params:  []jen.Code{ctx, jen.Id("size").Int(), options},
			args:    []jen.Code{jen.Id("ctx"), jen.Id("size"), jen.Id("options").Op("...")},
			results: []jen.Code{f.runtime("Page").Types(key(), jen.Id(c.doc())), jen.Error()},
		},
		{
			name: "Count",
			doc: []string{
				"Count returns the number of documents in the database. A limit above zero bounds the answer, and",
				"with it the cost; zero counts all.",
			},
			params:  []jen.Code{ctx, jen.Id("limit").Int()},
			args:    []jen.Code{jen.Id("ctx"), jen.Id("limit")},
			results: []jen.Code{jen.Int(), jen.Error()},
		},
		{
			name: "Load",
			doc: []string{
				"Load returns documents straight from a transaction, or whatever queryer is passed, as that sees them: in",
				"the order asked, nil where there is none.",
			},
			params:  []jen.Code{ctx, jen.Id("queryer").Add(f.runtime("Queryer")), jen.Id(many).Op("...").Add(key())},
			args:    []jen.Code{jen.Id("ctx"), jen.Id("queryer"), jen.Id(many).Op("...")},
			results: []jen.Code{jen.Index().Add(doc()), jen.Error()},
		},
		f.watch(key()),
		f.invalidate(many, key()),
		f.refresh(many, key()),
	}
}

// keyParameter names the parameter that takes a key: id for a column of that kind, else key.
func keyParameter(c *collection) string {
	if c.Key.Struct == nil && isIDField(c.Key.Columns[0].Field) {
		return "id"
	}
	return "key"
}

func isIDField(name string) bool {
	if len(name) < 2 {
		return false
	}
	end := name[len(name)-2:]
	return end == "ID" || end == "Id"
}
