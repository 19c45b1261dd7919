package gocode

import (
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

var (
	tInt64  = basic("int64")
	tString = basic("string")
)

func int64Key(columns ...*model.Column) []*model.Column {
	return append([]*model.Column{column("ID", model.FormInt, tInt64)}, columns...)
}

// simplePlan has a column of every form and no relations.
func simplePlan() *plan.Plan {
	pkg := packageOf("simple")
	own := func(name string) model.Type { return named(pkg.Path, name) }
	status := plainNamed(shallow(own("Status")), tString)
	book := entity(pkg.Path, "Book", 1, int64Key(
		column("Title", model.FormText, tString),
		column("Subtitle", model.FormText, pointer(tString)),
		column("Status", model.FormText, status),
		column("Grade", model.FormText, pointer(status)),
		column("Pages", model.FormInt, basic("int32")),
		column("Weight", model.FormFloat, pointer(basic("float32"))),
		column("Rating", model.FormFloat, basic("float64")),
		column("Flags", model.FormUint, basic("uint64")),
		column("Level", model.FormUint, basic("uint8")),
		column("InPrint", model.FormBool, basic("bool")),
		column("Cover", model.FormBytes, sliceOf(basic("byte"))),
		column("Thumb", model.FormBytes, plainNamed(own("Blob"), sliceOf(basic("byte")))),
		column("Raw", model.FormRaw, named("encoding/json", "RawMessage")),
		column("CreatedAt", model.FormTime, shallow(named("time", "Time"))),
		column("DeletedAt", model.FormTime, pointer(shallow(named("time", "Time")))),
		column("Where", model.FormScanner, shallow(own("Point"))),
		column("Else", model.FormScanner, pointer(shallow(own("Point")))),
		column("Meta", model.FormJSON, own("Meta")),
		column("Tree", model.FormJSON, mapOf(tString, sliceOf(sliceOf(tString)))),
		column("Tags", model.FormArray, sliceOf(tString)),
		wrapped("ISBN", model.FormText, shallow(named("database/sql", "NullString")), tString),
		column("Hash", model.FormJSON, model.Type{Kind: model.Array, Len: 4, Elem: &model.Type{Kind: model.Basic, Name: "byte", Shallow: true}}),
	)...)
	key := keyOf(book, nil)
	doc := &plan.Struct{Name: "BookDoc", Entity: book, Comment: "Book is a title of the catalogue."}
	e := &plan.Element{Name: "BookDoc", Struct: doc, Sets: show(doc, 0, book.Columns...)}
	c := collect("books", "Books", book, key, []*plan.Struct{doc}, &plan.Loader{Name: "roots", Element: e, OwnID: id(key, 0)})
	c.Roots.Filter = &expr.Column{Name: "status"}

	flat := &plan.Struct{Name: "BookCardDoc", Entity: book}
	e = &plan.Element{Name: "BookCardDoc", Struct: flat, Sets: show(flat, 0, book.Columns[:2]...)}
	card := collect("book_cards", "BookCards", book, key, []*plan.Struct{flat}, &plan.Loader{Name: "roots", Element: e, OwnID: id(key, 0)})
	return &plan.Plan{Package: pkg, Collections: []*plan.Collection{c, card}, Guards: []*model.Entity{book}}
}

// treePlan has relations of every kind, numbers and computed values.
func treePlan() *plan.Plan {
	pkg := packageOf("tree")
	text := func(field string) *model.Column { return column(field, model.FormText, tString) }
	book := entity(pkg.Path, "Book", 1, int64Key(text("Title"),
		wrapped("Subtitle", model.FormText, shallow(named("database/sql", "NullString")), tString))...)
	publisher := entity(pkg.Path, "Publisher", 1, int64Key(text("Name"), text("Country"))...)
	country := entity(pkg.Path, "Country", 1, text("Code"), text("Name"))
	author := entity(pkg.Path, "Author", 1, int64Key(text("Name"))...)
	award := entity(pkg.Path, "Award", 1, int64Key(column("Year", model.FormInt, basic("int16")))...)
	link := entity(pkg.Path, "Link", 1, int64Key(column("URL", model.FormText, pointer(tString)))...)
	title := entity(pkg.Path, "Title", 1, int64Key(text("Lang"), text("Text"))...)
	key := keyOf(book, nil)

	doc := &plan.Struct{Name: "BookDoc", Entity: book}
	extra := named(pkg.Path, "Extra")
	doc.Extra = &extra
	publisherDoc := &plan.Struct{Name: "BookDocPublisher", Path: "Publisher", Entity: publisher}
	countryDoc := &plan.Struct{Name: "BookDocPublisherCountry", Path: "Publisher.Country", Entity: country}
	authorDoc := &plan.Struct{Name: "BookDocAuthors", Path: "Authors", Entity: author}
	awardDoc := &plan.Struct{Name: "BookDocAuthorsAwards", Path: "Authors.Awards", Entity: award}
	titleDoc := &plan.Struct{Name: "BookDocTitles", Path: "Titles", Entity: title}

	countrySets := show(countryDoc, 6, country.Columns...)
	publisherSets := show(publisherDoc, 3, publisher.Columns...)
	publisherSets = append(publisherSets,
		plan.Set{Field: value(publisherDoc, "Upper", tString, "Publisher.Upper"), Method: &plan.Method{
			Computed: &model.Computed{Name: "Upper", Type: tString, Pointer: true}, Entity: publisher,
			Inputs: []plan.Input{{Field: "Name", Read: read(4, publisher.Columns[1])}},
		}},
		plan.Set{
			Field: field(publisherDoc, "Home", plan.FieldType{Cardinality: plan.One, Struct: countryDoc}, "Publisher.Country"),
			Child: &plan.Child{Present: []int{6}, Struct: countryDoc, Sets: countrySets},
		})
	sets := show(doc, 0, book.Columns...)
	sets = append(sets, plan.Set{
		Field: field(doc, "Publisher", plan.FieldType{Cardinality: plan.One, Struct: publisherDoc}, "Publisher"),
		Child: &plan.Child{Present: []int{3}, Struct: publisherDoc, Sets: publisherSets},
	})
	flatPointer := pointer(tString)
	sets = append(sets, plan.Set{
		Field:  field(doc, "PublisherName", plan.FieldType{Cardinality: plan.One, Go: &flatPointer}, "Publisher.Name"),
		Column: &plan.Read{Item: 4, Form: model.FormText, Type: flatPointer, Base: tString, Nullable: true},
	})
	float := basic("float64")
	number := func(name string, f model.NumberFunc, t, base model.Type, form model.Form, item int) plan.Set {
		set := plan.Set{
			Field:  value(doc, name, t, string(f)+" of Lines"),
			Number: &model.Number{Func: f, Name: name, Type: t, Form: form},
		}
		if f == model.Avg {
			set.Avg = &plan.Average{Sum: plan.Read{Item: item}, Count: plan.Read{Item: item + 1}}
			return set
		}
		set.Column = &plan.Read{Item: item, Form: form, Type: t, Base: base, Nullable: t.Kind == model.Pointer}
		return set
	}
	sets = append(sets,
		number("LineCount", model.Count, tInt64, tInt64, model.FormInt, 8),
		number("Total", model.Sum, float, float, model.FormFloat, 9),
		number("SmallTotal", model.Sum, basic("float32"), basic("float32"), model.FormFloat, 10),
		number("Mean", model.Avg, pointer(float), float, model.FormFloat, 11),
		number("Least", model.Min, pointer(basic("int16")), basic("int16"), model.FormInt, 13),
		plan.Set{Field: value(doc, "Label", tString, "Book.Label"), Method: &plan.Method{
			Computed: &model.Computed{Name: "Label", Type: tString, Pointer: true}, Entity: book,
			Inputs: []plan.Input{
				{Field: "Title", Read: read(1, book.Columns[1])},
				{Field: "Subtitle", Read: plan.Read{
					Item: 2, Form: model.FormText, Type: book.Columns[2].Type, Base: tString, Nullable: true, Wrapped: true,
				}},
			},
		}},
		plan.Set{Field: value(doc, "Check", pointer(tString), "Book.Check"), Method: &plan.Method{
			Computed: &model.Computed{Name: "Check", Type: pointer(tString), Errors: true}, Entity: book,
			Inputs: []plan.Input{{Field: "Title", Read: read(1, book.Columns[1])}},
		}},
	)
	authorSets := show(authorDoc, 0, author.Columns...)
	awardSets := show(awardDoc, 0, award.Columns...)
	titleSets := show(titleDoc, 0, title.Columns[1:]...)

	authors := field(doc, "Authors", plan.FieldType{Cardinality: plan.List, Struct: authorDoc}, "Authors")
	awards := field(authorDoc, "Awards", plan.FieldType{Cardinality: plan.List, Struct: awardDoc}, "Authors.Awards")
	linkType := pointer(tString)
	links := field(publisherDoc, "Links", plan.FieldType{Cardinality: plan.List, Go: &linkType}, "Publisher.Links.URL")
	cities := field(countryDoc, "Cities", plan.FieldType{Cardinality: plan.List, Go: &tString}, "Publisher.Country.Cities.Name")
	titles := field(doc, "Titles", plan.FieldType{Cardinality: plan.Dict, Struct: titleDoc, By: &tString}, "Titles")
	texts := field(doc, "Texts", plan.FieldType{Cardinality: plan.Dict, Go: &tString, By: &tString}, "Texts.Text")
	publisherField, countryField := sets[3].Field, publisherSets[4].Field

	langRead, textRead, linkRead, cityRead := read(1, title.Columns[1]), read(2, title.Columns[2]), read(0, link.Columns[1]), read(0, country.Columns[1])
	roots := &plan.Loader{Name: "roots", Element: &plan.Element{Name: "BookDoc", Struct: doc, Sets: sets}, OwnID: id(key, 0)}
	authorsLoader := &plan.Loader{
		Path: "Authors", Name: "authors", Parent: roots, Attach: []*plan.Field{authors},
		Element:  &plan.Element{Name: "BookDocAuthors", Struct: authorDoc, Sets: authorSets},
		ParentID: []plan.ID{id(key, 4)}, OwnID: id(keyOf(author, nil), 0),
	}
	below := func(path, name string, e *plan.Element, own *model.Entity, attach ...*plan.Field) *plan.Loader {
		return &plan.Loader{
			Path: path, Name: name, Parent: roots, Element: e, Attach: attach,
			ParentID: []plan.ID{id(key, 4)}, OwnID: id(keyOf(own, nil), 0),
		}
	}
	c := collect("books", "Books", book, key,
		[]*plan.Struct{doc, publisherDoc, countryDoc, authorDoc, awardDoc, titleDoc},
		roots, authorsLoader,
		&plan.Loader{
			Path: "Authors.Awards", Name: "authorsAwards", Parent: authorsLoader, Attach: []*plan.Field{awards},
			Element:  &plan.Element{Name: "BookDocAuthorsAwards", Struct: awardDoc, Sets: awardSets},
			ParentID: []plan.ID{id(key, 3), id(keyOf(author, nil), 4)}, OwnID: id(keyOf(award, nil), 0),
		},
		below("Publisher.Links", "publisherLinks", &plan.Element{Name: "BookDocPublisherLinks", Flat: &linkRead}, link, publisherField, links),
		below("Publisher.Country.Cities", "publisherCountryCities", &plan.Element{Name: "BookDocPublisherCountryCities", Flat: &cityRead},
			link, publisherField, countryField, cities),
		below("Titles", "titles", &plan.Element{Name: "BookDocTitles", Struct: titleDoc, By: &langRead, Sets: titleSets}, title, titles),
		below("Texts", "texts", &plan.Element{Name: "BookDocTexts", Flat: &textRead, By: &langRead}, title, texts),
	)
	c.Declared.Transform = &model.Transform{Name: "enrich"}
	c.Depends = []*plan.Dependency{{Table: author.Table, Columns: []string{"name"}}}
	return &plan.Plan{Package: pkg, Collections: []*plan.Collection{c}, Guards: []*model.Entity{book, author, award}}
}

// keysPlan has composite keys at every level and a relation through a model.
func keysPlan() *plan.Plan {
	pkg := packageOf("keys")
	tenant, code := column("TenantID", model.FormInt, tInt64), column("Code", model.FormText, tString)
	hall := entity(pkg.Path, "Hall", 2, tenant, code)
	row := entity(pkg.Path, "Row", 3, tenant, code, column("Number", model.FormInt, basic("int32")))
	booking := entity(pkg.Path, "Booking", 1, int64Key(column("Seat", model.FormText, shallow(named(pkg.Path, "Seat"))))...)
	guest := entity(pkg.Path, "Guest", 1, int64Key(column("Name", model.FormText, tString))...)
	dish := entity(pkg.Path, "Dish", 1, int64Key(column("Name", model.FormText, tString))...)
	hallKey, rowKey := &plan.KeyType{Name: "HallKey", Entity: hall}, &plan.KeyType{Name: "RowKey", Entity: row}
	key := keyOf(hall, hallKey)

	hallDoc := &plan.Struct{Name: "HallDoc", Entity: hall}
	rowDoc := &plan.Struct{Name: "HallDocRows", Path: "Rows", Entity: row}
	guestDoc := &plan.Struct{Name: "HallDocRowsGuests", Path: "Rows.Guests", Entity: guest}
	dishDoc := &plan.Struct{Name: "HallDocRowsGuestsDishes", Path: "Rows.Guests.Dishes", Entity: dish}
	roots := &plan.Loader{Name: "roots", OwnID: id(key, 0, 1),
		Element: &plan.Element{Name: "HallDoc", Struct: hallDoc, Sets: show(hallDoc, 0, hall.Columns...)}}
	rowsField := field(hallDoc, "Rows", plan.FieldType{Cardinality: plan.List, Struct: rowDoc}, "Rows")
	rows := &plan.Loader{
		Path: "Rows", Name: "rows", Parent: roots, Attach: []*plan.Field{rowsField},
		Element:  &plan.Element{Name: "HallDocRows", Struct: rowDoc, Sets: show(rowDoc, 0, row.Columns...)},
		ParentID: []plan.ID{id(key, 3, 4)}, OwnID: id(keyOf(row, rowKey), 0, 1, 2),
	}
	through := id(keyOf(booking, nil), 2)
	guestID := id(keyOf(guest, nil), 0)
	guestID.Through = &through
	guestsField := field(rowDoc, "Guests", plan.FieldType{Cardinality: plan.List, Struct: guestDoc}, "Rows.Guests")
	guestSets := show(guestDoc, 0, guest.Columns...)
	guestSets = append(guestSets, show(guestDoc, 3, booking.Columns[1])...)
	guests := &plan.Loader{
		Path: "Rows.Guests", Name: "rowsGuests", Parent: rows, Attach: []*plan.Field{guestsField},
		Element:  &plan.Element{Name: "HallDocRowsGuests", Struct: guestDoc, Sets: guestSets},
		ParentID: []plan.ID{id(key, 4, 5), id(keyOf(row, rowKey), 4, 5, 6)}, OwnID: guestID,
	}
	dishesField := field(guestDoc, "Dishes", plan.FieldType{Cardinality: plan.List, Struct: dishDoc}, "Rows.Guests.Dishes")
	dishes := &plan.Loader{
		Path: "Rows.Guests.Dishes", Name: "rowsGuestsDishes", Parent: guests, Attach: []*plan.Field{dishesField},
		Element:  &plan.Element{Name: "HallDocRowsGuestsDishes", Struct: dishDoc, Sets: show(dishDoc, 0, dish.Columns...)},
		ParentID: []plan.ID{id(key, 2, 3), id(keyOf(row, rowKey), 2, 3, 4), guestID}, OwnID: id(keyOf(dish, nil), 0),
	}
	c := collect("halls", "Halls", hall, key, []*plan.Struct{hallDoc, rowDoc, guestDoc, dishDoc}, roots, rows, guests, dishes)
	return &plan.Plan{
		Package: pkg, Keys: []*plan.KeyType{hallKey, rowKey}, Collections: []*plan.Collection{c},
		Guards: []*model.Entity{hall, row, booking},
	}
}

// depthPlan has two loaders that share an element.
func depthPlan() *plan.Plan {
	pkg := packageOf("depth")
	category := entity(pkg.Path, "Category", 1, int64Key(column("Name", model.FormText, tString))...)
	key := keyOf(category, nil)
	doc := &plan.Struct{Name: "CategoryDoc", Entity: category}
	child := &plan.Struct{Name: "CategoryDocChildren", Path: "Children", Entity: category}
	rootElement := &plan.Element{Name: "CategoryDoc", Struct: doc, Sets: show(doc, 0, category.Columns...)}
	element := &plan.Element{Name: "CategoryDocChildren", Struct: child, Sets: show(child, 0, category.Columns...)}
	list := plan.FieldType{Cardinality: plan.List, Struct: child}
	first, further := field(doc, "Children", list, "Children"), field(child, "Children", list, "Children.Children")
	further.Tag += ",omitzero"
	roots := &plan.Loader{Name: "roots", Element: rootElement, OwnID: id(key, 0)}
	one := &plan.Loader{
		Path: "Children", Name: "children", Element: element, Parent: roots, Attach: []*plan.Field{first},
		ParentID: []plan.ID{id(key, 2)}, OwnID: id(key, 0),
	}
	two := &plan.Loader{
		Path: "Children.Children", Name: "childrenChildren", Element: element, Parent: one, Attach: []*plan.Field{further},
		ParentID: []plan.ID{id(key, 2), id(key, 3)}, OwnID: id(key, 0),
	}
	c := collect("categories", "Categories", category, key, []*plan.Struct{doc, child}, roots, one, two)
	return &plan.Plan{Package: pkg, Collections: []*plan.Collection{c}, Guards: []*model.Entity{category}}
}

// namesPlan is for a package which declares what generated code would like to.
func namesPlan() *plan.Plan {
	pkg := packageOf("names", "row", "list", "denorm", "json", "urlsQueries", "URL", "Part", "URLDoc.Clone", "PartDoc.detach")
	geo := pkg.Path + "/go-geo.v2"
	list := shallow(named(pkg.Path, "list"))
	url := entity(pkg.Path, "URL", 1,
		column("ID", model.FormInt, shallow(named(pkg.Path, "row"))),
		column("Kind", model.FormText, list),
		column("Place", model.FormScanner, named(geo, "Point")),
		column("Any", model.FormJSON, basic("any")))
	part := entity(pkg.Path, "Part", 1, int64Key(column("Type", model.FormText, list))...)
	place := entity(geo, "Place", 1, int64Key(column("p", model.FormScanner, named(geo, "Point")))...)
	urlKey, partKey := keyOf(url, nil), keyOf(part, nil)
	urlDoc := &plan.Struct{Name: "URLDoc", Entity: url}
	partDoc := &plan.Struct{Name: "PartDoc", Entity: part, Comment: "PartDoc is\nsaid by the user."}
	urlsOf := field(partDoc, "Row", plan.FieldType{Cardinality: plan.List, Go: &url.Columns[1].Base}, "Row.Kind")
	value(partDoc, "Place", pointer(named(geo, "Place")), "parts.place")
	urls := collect("urls", "URLs", url, urlKey, []*plan.Struct{urlDoc},
		&plan.Loader{Name: "roots", OwnID: id(urlKey, 0), Element: &plan.Element{Name: "URLDoc", Struct: urlDoc, Sets: show(urlDoc, 0, url.Columns...)}})
	kind := read(0, url.Columns[1])
	roots := &plan.Loader{Name: "list", OwnID: id(partKey, 0), Element: &plan.Element{Name: "PartDoc", Struct: partDoc, Sets: show(partDoc, 0, part.Columns...)}}
	parts := collect("parts", "Parts", part, partKey, []*plan.Struct{partDoc}, roots,
		&plan.Loader{
			Path: "Row", Name: "row", Parent: roots, Attach: []*plan.Field{urlsOf},
			Element:  &plan.Element{Name: "PartDocRow", Flat: &kind},
			ParentID: []plan.ID{id(partKey, 1)}, OwnID: id(urlKey, 2),
		})
	return &plan.Plan{Package: pkg, Collections: []*plan.Collection{urls, parts}, Guards: []*model.Entity{url, place}}
}
