package gocode

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/plan"
)

// load adds the function that runs a collection's loaders.
func (f *file) load(c *collection) {
	names := f.names.collections[c.Collection]
	level := f.runtime("Level").Types(f.keyGoType(c.Key), jen.Id(c.doc()))
	f.add(comment(fmt.Sprintf("%s reads a batch of %s with %s.", names.load, c.Declared.Name, quantity(len(c.Loaders)))).
		Func().Id(names.load).Params(jen.Id(f.names.locals.batch).Op("*").Add(f.runtime("Batch"))).Op("*").Add(level).
		BlockFunc(func(body *jen.Group) {
			if len(c.Loaders) == 1 {
				body.Return(f.loadRoots(c))
				return
			}
			for _, l := range c.Loaders {
				if l.Parent == nil {
					body.Id(names.loaders[l]).Op(":=").Add(f.loadRoots(c))
				} else if c.parents[l] {
					body.Id(names.loaders[l]).Op(":=").Add(f.loadMany(c, l))
				} else {
					body.Add(f.loadMany(c, l))
				}
			}
			body.Return(jen.Id(names.loaders[c.Loaders[0]]))
		}))
}

func quantity(queries int) string {
	if queries == 1 {
		return "one query"
	}
	return fmt.Sprintf("%d queries", queries)
}

func (f *file) loadRoots(c *collection) *jen.Statement {
	roots := c.Loaders[0]
	key := jen.Func().Params(f.rowParameter()).Add(f.idType(roots.OwnID))
	batch, scan := jen.Id(f.names.locals.batch), jen.Id(f.names.scans[roots.Element])
	if isPlain(roots.OwnID) {
		return f.runtime("LoadRoots").Call(batch, key.Add(inline(jen.Return(f.readID(roots.OwnID)))), scan)
	}
	return f.runtime("LoadRoots").Call(batch, jen.Line().Add(key).Block(jen.Return(f.readID(roots.OwnID))), jen.Line().Add(scan))
}

// isPlain tells whether an ID is one column.
func isPlain(id plan.ID) bool { return id.Through == nil && id.Key.Struct == nil }

func (f *file) loadMany(c *collection, l *plan.Loader) *jen.Statement {
	return f.runtime("LoadMany").Call(
		jen.Id(f.names.locals.batch),
		jen.Lit(l.Index),
		jen.Id(f.names.collections[c.Collection].loaders[l.Parent]),
		jen.Line().Add(f.identify(l)),
		jen.Line().Id(f.names.scans[l.Element]),
		jen.Line().Add(f.attach(l)),
	)
}

func (f *file) rowParameter() jen.Code {
	return jen.Id(f.names.locals.row).Add(f.runtime("Row"))
}

// identify writes the function that reads whose child a row is, and which one.
func (f *file) identify(l *plan.Loader) jen.Code {
	signature := jen.Func().Params(f.rowParameter()).Params(f.pathType(l.ParentID), f.idType(l.OwnID))
	if len(l.ParentID) == 1 && isPlain(l.ParentID[0]) {
		body := jen.Return(f.readPath(l.ParentID), f.readID(l.OwnID))
		if isPlain(l.OwnID) {
			return signature.Add(inline(body))
		}
		return signature.Block(body)
	}
	parent := f.names.locals.parent
	return signature.Block(
		jen.Id(parent).Op(":=").Add(f.readPath(l.ParentID)),
		jen.Return(jen.Id(parent), f.readID(l.OwnID)),
	)
}

// pathType writes the type of a parent's identity: its own ID below that of its parent.
func (f *file) pathType(ids []plan.ID) *jen.Statement {
	last := len(ids) - 1
	if last == 0 {
		return f.idType(ids[0])
	}
	return f.runtime("Path").Types(f.pathType(ids[:last]), f.idType(ids[last]))
}

func (f *file) readPath(ids []plan.ID) *jen.Statement {
	last := len(ids) - 1
	if last == 0 {
		return f.readID(ids[0])
	}
	parts := []jen.Code{entry("Parent", f.readPath(ids[:last])), entry("Key", f.readID(ids[last]))}
	if last == 1 && isPlain(ids[0]) && isPlain(ids[1]) {
		return f.pathType(ids).Values(parts...)
	}
	return f.pathType(ids).Add(lines(parts...))
}

// attach writes the function that gives a parent its children.
func (f *file) attach(l *plan.Loader) jen.Code {
	doc, list := f.names.locals.doc, f.names.locals.list
	target := jen.Id(doc)
	if l.Parent.Element.By != nil {
		target = target.Dot("Value") // a map's parent is an entry until the map is made
	}
	var present *jen.Statement
	for i, field := range l.Attach {
		target = target.Clone().Dot(field.Name)
		if i == len(l.Attach)-1 {
			break
		}
		condition := target.Clone().Op("!=").Nil()
		if present == nil {
			present = condition
		} else {
			present.Op("&&").Add(condition)
		}
	}
	value := jen.Id(list)
	if l.Element.By != nil {
		value = f.runtime("Dict").Call(jen.Id(list))
	}
	assign := target.Op("=").Add(value)
	signature := jen.Func().Params(
		jen.Id(doc).Op("*").Add(f.elementType(l.Parent.Element)),
		jen.Id(list).Index().Add(f.elementType(l.Element)),
	)
	if present == nil {
		return signature.Add(inline(assign))
	}
	return signature.Block(jen.If(present).Block(assign))
}
