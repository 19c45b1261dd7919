package gocode

import (
	"strconv"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// formsPlan has values of every type that the binary form tells apart.
func formsPlan() *plan.Plan {
	pkg := packageOf("forms")
	own := func(name string) model.Type { return named(pkg.Path, name) }
	under := func(name string, t model.Type) model.Type {
		out := own(name)
		out.Under, out.Plain = &t, true
		return out
	}
	level, name, price := under("Level", basic("int8")), under("Name", tString), under("Price", basic("float32"))
	version := own("Version")
	version.Binary = true
	item := entity(pkg.Path, "Item", 1, int64Key()...)
	key := keyOf(item, nil)
	doc := &plan.Struct{Name: "ItemDoc", Entity: item}
	bare := &plan.Struct{Name: "ItemDocBare", Path: "Bare", Entity: item}
	sets := show(doc, 0, item.Columns...)
	for i, t := range []model.Type{
		level, name, price, under("Names", sliceOf(name)), under("Digest", sliceOf(basic("byte"))), own("Inner"), version, own("Address"),
		named("time", "Time"), basic("rune"), basic("any"), pointer(pointer(tString)), pointer(sliceOf(level)), pointer(own("Inner")),
		sliceOf(pointer(version)), sliceOf(own("Inner")), sliceOf(sliceOf(basic("byte"))), mapOf(level, sliceOf(name)), mapOf(tString, basic("bool")),
		pointer(mapOf(tString, mapOf(tInt64, price))), mapOf(basic("bool"), version), mapOf(basic("float64"), own("Inner")), mapOf(tString, pointer(tInt64)),
		{Kind: model.Array, Len: 2, Elem: &model.Type{Kind: model.Array, Len: 3, Elem: &level}}, {Kind: model.Array, Elem: &tString},
		sliceOf(model.Type{Kind: model.Array, Elem: &tString}), {Kind: model.Struct, Source: "struct{ X, Y int }"},
	} {
		value(doc, "V"+strconv.Itoa(i), t, "Item.V"+strconv.Itoa(i))
	}
	bares := field(doc, "Bare", plan.FieldType{Cardinality: plan.List, Struct: bare}, "Bare")
	roots := &plan.Loader{Name: "roots", OwnID: id(key, 0), Element: &plan.Element{Name: "ItemDoc", Struct: doc, Sets: sets}}
	c := collect("items", "Items", item, key, []*plan.Struct{doc, bare}, roots, &plan.Loader{
		Path: "Bare", Name: "bare", Parent: roots, Attach: []*plan.Field{bares},
		Element:  &plan.Element{Name: "ItemDocBare", Struct: bare},
		ParentID: []plan.ID{id(key, 1)}, OwnID: id(key, 0),
	})
	return &plan.Plan{Package: pkg, Collections: []*plan.Collection{c}, Guards: []*model.Entity{item}}
}
