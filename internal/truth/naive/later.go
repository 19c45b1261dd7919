package naive

// Later are all collections of the release that comes later: those of package later, and those of package models
// that it leaves as they are.
func Later() []Collection {
	collections := []Collection{
		{"books", "books", idKey(), 5, alive, (*Data).laterBook},
		{"authors", "authors", idKey(), 3, always, (*Data).laterAuthor},
		{"tags", "tags", idKey(), 2, always, (*Data).laterTag},
		{"region_names", "regions", []string{"code"}, 2, always, (*Data).regionName},
		{"sales", "sales", idKey(), 1, always, (*Data).sale},
	}
	gone := map[string]bool{"opinions": true, "shelves": true}
	for _, c := range collections {
		gone[c.Name] = true
	}
	for _, c := range Collections() {
		if !gone[c.Name] {
			collections = append(collections, c)
		}
	}
	return collections
}

func (d *Data) laterBook(b Row) object {
	doc := columns(b, "id", "title", "price", "pages", "in_print", "publisher_id", "category_id", "deleted_at")
	approved := func(c Row) truth { return eq(c["approved"], true) }
	doc.add("comment_count", rowCount(d.commentsOn("book", b, approved)))
	doc.add("publisher", value(d.publisherOf(b), "name"))
	chapters := limited(d.sorted(d.chaptersOf(b), chapterKey(), nil, down("number")), 2)
	doc.add("chapters", list(chapters, func(h hit) any { return columns(h.row, "book_id", "number", "title", "words") }))
	doc.add("authors", list(d.byLink(d.authorsOf(b), up("position").ofLink()), func(h hit) any {
		o := columns(h.row, "id", "first_name")
		o.add("born", fractional(h.row["born"]))
		o.add("role", h.link["role"])
		return o
	}))
	doc.add("tags", values(d.byID(d.tagsOf(b), down("label")), "label"))
	sales := limited(d.byID(d.salesOf(b), down("sold_at")), 3)
	doc.add("sales", list(sales, func(h hit) any { return columns(h.row, "id", "kind", "quantity") }))
	return doc
}

func (d *Data) laterAuthor(a Row) object {
	doc := columns(a, "id", "first_name", "last_name")
	doc.add("born", fractional(a["born"]))
	doc.add("mentor", value(d.target("authors", "id", a, "mentor_id"), "last_name"))
	mentees := limited(d.byID(d.menteesOf(a), down("first_name")), 2)
	doc.add("mentees", list(mentees, func(h hit) any { return columns(h.row, "id", "first_name") }))
	books := limited(d.byLink(d.booksBy(a), up("title")), 2)
	doc.add("books", list(books, func(h hit) any { return columns(h.row, "id", "title", "price") }))
	return doc
}

// fractional is a whole number as one of a type with fractions.
func fractional(value any) any {
	if n, ok := value.(int64); ok {
		return float64(n)
	}
	return nil
}

func (d *Data) laterTag(t Row) object {
	books := d.booksWith(t)
	doc := columns(t, "id", "label", "weight")
	doc.add("book_count", rowCount(where(books, func(h hit) truth { return not(null(h.row["pages"])) })))
	doc.add("books", values(limited(d.byID(books, down("title")), 2), "title"))
	return doc
}

func (d *Data) regionName(r Row) object {
	doc := columns(r, "code", "name")
	publishers := limited(d.byID(hits(d.rows("publishers", d.by("region_code", r, "code"))), down("name")), 3)
	doc.add("publishers", values(publishers, "name"))
	return doc
}

func (d *Data) sale(s Row) object {
	doc := columns(s, "id", "book_id", "kind", "quantity", "sold_at")
	doc.add("book", one(d.target("books", "id", s, "book_id", alive), func(b Row) object {
		o := columns(b, "id", "title")
		o.add("publisher", value(d.publisherOf(b), "name"))
		return o
	}))
	return doc
}
