package gocode

import (
	"strconv"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// membersPlan has fields of every type with every tag, and document types that only encoding/json can write.
func membersPlan() *plan.Plan {
	pkg := packageOf("members", "ItemDocOwn.MarshalJSON", "ItemDocZero.IsZero")
	item := entity(pkg.Path, "Item", 1, int64Key()...)
	root := &plan.Struct{Name: "ItemDoc", Entity: item}
	structs := []*plan.Struct{root}
	nested := func(name string) *plan.Struct {
		s := &plan.Struct{Name: "ItemDoc" + name, Path: name, Entity: item}
		structs = append(structs, s)
		value(s, "ID", tInt64, "items.id")
		return s
	}
	sets := show(root, 0, item.Columns...)

	types := memberTypes(pkg)
	for i, tag := range []string{"", ",omitempty", ",omitzero,string", ",omitempty,omitzero"} {
		s := &plan.Struct{Name: "ItemDocTag" + strconv.Itoa(i), Path: "Tag", Entity: item}
		structs = append(structs, s)
		for j, t := range types {
			name := "v" + strconv.Itoa(j)
			value(s, "V"+strconv.Itoa(j), t, "items."+name).Tag = name + tag
		}
		field(root, "Tag"+strconv.Itoa(i), plan.FieldType{Cardinality: plan.One, Struct: s}, "Tag")
	}

	own, zero, plain, addressed, numbers, twice := nested("Own"), nested("Zero"), nested("Plain"), nested("Addressed"), nested("Numbers"), nested("Twice")
	value(addressed, "At", named(pkg.Path, "Addressed"), "items.at")
	value(numbers, "Number", named("encoding/json", "Number"), "items.number").Tag = "number,string"
	value(twice, "Again", tInt64, "items.again").Tag = "Text"
	value(twice, "Text", tString, "items.text").Tag = ""
	for i, t := range []string{"", "-", "-,", "a<b>&c", "日本", `quo"te`, "with space", "Weird!", "x,omitempty,unknown"} {
		value(plain, "N"+strconv.Itoa(i), tString, "items.n").Tag = t
	}
	field(plain, "Plain", plan.FieldType{Cardinality: plan.Dict, Struct: plain, By: &tString}, "Plain").Tag = "plain,omitempty"
	field(plain, "List", plan.FieldType{Cardinality: plan.List, Struct: plain}, "Plain").Tag = "list,omitzero"
	spoken, ordinal, level := plainNamed(named(pkg.Path, "Spoken"), tString), named(pkg.Path, "Ordinal"), plainNamed(named(pkg.Path, "Level"), basic("int8"))
	spoken.Plain = false
	for _, s := range []*plan.Struct{own, zero, plain, addressed, numbers, twice} {
		name := s.Name[len("ItemDoc"):]
		for i, t := range []plan.FieldType{
			{Cardinality: plan.One, Struct: s}, {Cardinality: plan.List, Struct: s}, {Cardinality: plan.Dict, Struct: s, By: &tInt64},
			{Cardinality: plan.Dict, Struct: s, By: &spoken}, {Cardinality: plan.Dict, Struct: s, By: &ordinal},
		} {
			f := field(root, name+strconv.Itoa(i), t, s.Path)
			f.Tag += []string{",omitzero", "", ",omitempty", ",string", ",omitempty,omitzero"}[i]
		}
	}
	flat := pointer(named(pkg.Path, "Addressed"))
	field(root, "Flat", plan.FieldType{Cardinality: plan.One, Go: &flat}, "Flat.At")
	field(root, "Flats", plan.FieldType{Cardinality: plan.Dict, Go: flat.Elem, By: &level}, "Flats.At")

	key := keyOf(item, nil)
	c := collect("items", "Items", item, key, structs,
		&plan.Loader{Name: "roots", OwnID: id(key, 0), Element: &plan.Element{Name: "ItemDoc", Struct: root, Sets: sets}})

	more := named(pkg.Path, "Extra")
	noted := &plan.Struct{Name: "NotedDoc", Entity: item, Extra: &more}
	sets = show(noted, 0, item.Columns...)
	value(noted, "Text", tString, "items.text")
	d := collect("noted", "Noted", item, key, []*plan.Struct{noted},
		&plan.Loader{Name: "roots", OwnID: id(key, 0), Element: &plan.Element{Name: "NotedDoc", Struct: noted, Sets: sets}})
	return &plan.Plan{Package: pkg, Collections: []*plan.Collection{c, d}, Guards: []*model.Entity{item}}
}

// memberTypes are those of values.
func memberTypes(pkg *model.Package) []model.Type {
	own := func(name string) model.Type { return named(pkg.Path, name) }
	name, level, price := plainNamed(own("Name"), tString), plainNamed(own("Level"), basic("int8")), plainNamed(own("Price"), basic("float32"))
	spoken, ordinal, small := plainNamed(own("Spoken"), tString), plainNamed(own("Ordinal"), basic("int")), plainNamed(own("Small"), basic("uint8"))
	missing := plainNamed(own("Missing"), basic("int"))
	spoken.Plain, ordinal.Plain, missing.Plain = false, false, false
	moment, raw := named("time", "Time"), named("encoding/json", "RawMessage")
	array := func(length int64, t model.Type) model.Type {
		return model.Type{Kind: model.Array, Len: length, Elem: &t}
	}
	return []model.Type{
		basic("bool"), plainNamed(own("Flag"), basic("bool")), basic("int"), basic("rune"), level, basic("byte"), basic("uint64"),
		plainNamed(own("Size"), basic("uint16")), basic("float32"), basic("float64"), price, plainNamed(own("Ratio"), basic("float64")),
		tString, name, spoken, ordinal, missing, basic("any"), moment, raw, own("Inner"), own("Addressed"),
		pointer(basic("bool")), pointer(tInt64), pointer(basic("uint32")), pointer(basic("float32")), pointer(tString), pointer(name),
		pointer(pointer(tString)), pointer(moment), pointer(raw), pointer(sliceOf(level)), pointer(own("Inner")), pointer(own("Addressed")), pointer(missing),
		sliceOf(basic("byte")), plainNamed(own("Digest"), sliceOf(basic("byte"))), plainNamed(own("Names"), sliceOf(name)), plainNamed(own("Levels"), sliceOf(level)),
		sliceOf(small), sliceOf(raw), sliceOf(moment), sliceOf(own("Addressed")), sliceOf(pointer(tString)), sliceOf(sliceOf(sliceOf(basic("byte")))),
		array(0, tString), array(3, basic("byte")), array(2, array(2, price)), array(2, own("Addressed")),
		mapOf(tString, tInt64), mapOf(name, own("Addressed")), mapOf(spoken, sliceOf(name)), mapOf(ordinal, tString), mapOf(level, basic("bool")),
		mapOf(basic("uint64"), mapOf(tInt64, price)), mapOf(small, pointer(tString)), mapOf(tString, array(1, moment)), mapOf(tString, basic("any")),
		{Kind: model.Struct, Source: "struct{ X, Y int }"},
	}
}
