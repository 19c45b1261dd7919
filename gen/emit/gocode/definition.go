package gocode

import (
	"github.com/dave/jennifer/jen"
)

// definition adds the function that describes a collection to the engine.
func (f *file) definition(c *collection) {
	names := f.names.collections[c.Collection]
	kind := f.runtime("Definition").Types(f.keyGoType(c.Key), jen.Id(c.doc()))
	entries := []jen.Code{
		entry("Name", jen.Lit(c.Declared.Name)),
		entry("Shape", jen.Lit(c.Shape)),
		entry("Table", f.tableName(c.Roots.Table)),
		entry("Columns", stringList(c.Roots.Key)),
		entry("Key", f.keyCodec(c)),
		entry("Dialects", f.dialectMap(c)),
		entry("Loaders", loaderPaths(c)),
		entry("Queries", jen.Id(names.queries)),
		entry("Load", jen.Id(names.load)),
	}
	if c.Declared.Transform != nil {
		entries = append(entries, entry("Transform", jen.Id(c.Declared.Transform.Name)))
	}
	entries = append(entries,
		entry("Encode", jen.Id(f.names.codecs[c.Structs[0]].encode)),
		entry("Decode", jen.Id(f.names.codecs[c.Structs[0]].decode)),
		entry("AppendJSON", f.appendJSON(c)))
	f.add(comment(names.definition + " is all that the engine knows of " + c.Declared.Name + ".").
		Func().Id(names.definition).Params().Op("*").Add(kind.Clone()).Block(
		jen.Return(jen.Op("&").Add(kind).Add(lines(entries...))),
	))
}

// keyCodec writes how a key becomes arguments of a statement, and columns of a row a key.
func (f *file) keyCodec(c *collection) jen.Code {
	args := []jen.Code{jen.Id("args")}
	if c.Key.Struct == nil {
		args = append(args, jen.Id("key"))
	} else {
		for _, column := range c.Key.Columns {
			args = append(args, jen.Id("key").Dot(column.Field))
		}
	}
	bind := jen.Func().Params(jen.Id("args").Index().Any(), jen.Id("key").Add(f.keyGoType(c.Key))).Index().Any()
	if body := jen.Return(jen.Append(args...)); c.Key.Struct == nil {
		bind.Add(inline(body))
	} else {
		bind.Block(body)
	}
	read := jen.Func().Params(f.rowParameter()).Add(f.keyGoType(c.Key))
	if body := jen.Return(f.readID(rootKey(c))); c.Key.Struct == nil {
		read.Add(inline(body))
	} else {
		read.Block(body)
	}
	entries := []jen.Code{entry("Bind", bind), entry("Read", read)}
	if c.Key.Exact() {
		entries = append(entries, entry("Exact", jen.True()))
	}
	return f.runtime("KeyCodec").Types(f.keyGoType(c.Key)).Add(lines(entries...))
}

func (f *file) dialectMap(c *collection) jen.Code {
	entries := make([]jen.Code, len(f.dialects))
	for i, dialect := range f.dialects {
		entries[i] = f.runtime(dialectConstant(dialect)).Op(":").Id(f.names.collections[c.Collection].statements[dialect]).Call()
	}
	return jen.Map(f.runtime("Dialect")).Add(f.runtime("Statements")).Add(lines(entries...))
}

func loaderPaths(c *collection) jen.Code {
	paths := make([]jen.Code, len(c.Loaders))
	for i, l := range c.Loaders {
		paths[i] = jen.Lit(l.Path)
	}
	return jen.Index().String().Values(paths...)
}

// entry writes one entry of a composite literal.
func entry(name string, value jen.Code) *jen.Statement { return jen.Id(name).Op(":").Add(value) }

// lines writes a composite literal with one entry a line.
func lines(entries ...jen.Code) jen.Code {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}, entries...)
}

// inline writes the body of a function on one line.
func inline(body jen.Code) jen.Code {
	return jen.Custom(jen.Options{Open: "{ ", Close: " }"}, body)
}
