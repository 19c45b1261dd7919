package naive

import "strings"

func (d *Data) chapter(c Row) object {
	notes := d.notesOf(c)
	doc := columns(c, "book_id", "number", "title", "words")
	doc.add("weight", sumDouble(notes, of("weight")))
	doc.add("last_body", d.most(notes, 1, of("body")))
	doc.add("book", one(d.target("books", "id", c, "book_id", alive), func(b Row) object {
		o := columns(b, "id", "title")
		o.add("tags", d.tagIDsOf(b))
		authors := limited(d.byLink(d.authorsOf(b), down("last_name").last()), 2)
		o.add("authors", list(authors, func(h hit) any { return columns(h.row, "id", "first_name") }))
		return o
	}))
	doc.add("notes", mapped(d.byID(notes, down("weight"), up("body")), "lang", func(h hit) any {
		o := columns(h.row, "id", "body", "weight")
		o.add("comments", list(d.byID(d.commentsOn("note", h.row)), func(h hit) any {
			o := columns(h.row, "id", "text", "approved")
			o.add("author", value(d.target("authors", "id", h.row, "author_id"), "first_name"))
			return o
		}))
		return o
	}))
	first := d.first("notes", "id", d.refers([]string{"book_id", "chapter_no"}, c, chapterKey()))
	doc.add("first", one(first, func(n Row) object { return columns(n, "id", "lang") }))
	return doc
}

func (d *Data) comment(c Row) object {
	doc := columns(c, "id", "subject_id", "author_id", "text", "score", "approved", "created_at")
	subject := func(table string, when truth, conditions ...func(Row) truth) Row {
		if when != Yes {
			return nil
		}
		return d.target(table, "id", c, "subject_id", conditions...)
	}
	onBook := or(about("book")(c), about("pin")(c))
	doc.add("book", one(subject("books", onBook, alive), func(b Row) object {
		o := columns(b, "id", "title")
		o.add("publisher", one(d.publisherOf(b), func(p Row) object { return columns(p, "id", "name") }))
		return o
	}))
	doc.add("note", one(subject("notes", about("note")(c)), func(n Row) object {
		o := columns(n, "id", "lang")
		var chapter Row
		if found := d.rows("chapters", d.refers(chapterKey(), n, []string{"book_id", "chapter_no"})); len(found) > 0 {
			chapter = found[0]
		}
		o.add("chapter", one(chapter, func(c Row) object {
			o := columns(c, "book_id", "number", "title")
			o.add("notes", values(d.byID(d.notesOf(c), up("lang")), "lang"))
			return o
		}))
		return o
	}))
	doc.add("profile", one(subject("profiles", about("profile")(c)), func(p Row) object { return columns(p, "id", "bio") }))
	doc.add("author", one(d.target("authors", "id", c, "author_id"), func(a Row) object { return columns(a, "id", "first_name") }))
	return doc
}

func isOpinion(c Row) truth {
	accent := holds(c["text"], func(s string) bool { return strings.Contains(s, "é") })
	return or(And(eq(c["approved"], true), ge(c["score"], int64(0))), And(accent, not(eq(c["subject_type"], "note"))))
}

func (d *Data) opinion(c Row) object {
	doc := columns(c, "id", "score", "text")
	doc.add("author", one(d.target("authors", "id", c, "author_id"), func(a Row) object {
		o := columns(a, "id")
		o.add("full_name", fullName(a))
		o.add("books", values(d.byLink(d.booksBy(a), up("title"), up("role").ofLink()), "title"))
		return o
	}))
	return doc
}

func isShown(category Row) truth {
	return or(null(category["rank"]), ge(category["rank"], int64(0)))
}

func (d *Data) booksIn(category Row) []hit {
	return hits(d.rows("books", d.by("category_id", category, "id"), alive))
}

func (d *Data) category(c Row) object {
	doc := columns(c, "id", "name", "rank", "parent_id")
	doc.add("children", d.categoriesBelow(c, 3))
	doc.add("books", values(d.byID(d.booksIn(c)), "id"))
	return doc
}

func (d *Data) categoriesBelow(c Row, levels int) []any {
	children := hits(d.rows("categories", d.by("parent_id", c, "id")))
	return list(limited(d.byID(children, down("rank").last(), up("name")), 3), func(h hit) any {
		o := columns(h.row, "id", "name")
		books := d.booksIn(h.row)
		o.add("book_count", rowCount(books))
		o.add("books", list(limited(d.byID(books, up("price")), 2), func(h hit) any {
			o := columns(h.row, "id", "title")
			o.add("tags", values(d.byID(d.tagsOf(h.row), up("label")), "label"))
			return o
		}))
		if levels > 1 {
			o.add("children", d.categoriesBelow(h.row, levels-1))
		}
		return o
	})
}

func (d *Data) tag(t Row) object {
	books := d.booksWith(t)
	doc := columns(t, "id", "label", "weight")
	doc.add("book_count", rowCount(books))
	printed := where(books, func(h hit) truth { return eq(h.row["in_print"], true) })
	doc.add("last_status", d.most(printed, 1, of("status")))
	doc.add("books", list(limited(d.byID(books, up("pages").last(), down("title")), 3), func(h hit) any {
		o := columns(h.row, "id", "title", "pages")
		o.add("tags", list(limited(d.byID(d.tagsOf(h.row), down("label")), 2), func(h hit) any { return columns(h.row, "id", "label") }))
		o.add("comments", values(limited(d.byID(d.commentsOn("book", h.row), down("score")), 2), "score"))
		return o
	}))
	return doc
}

func (d *Data) shelf(s Row) object {
	books := d.booksOn(s)
	links := d.rows("shelf_links", d.refers([]string{"from_room", "from_code"}, s, shelfKey()))
	neighbours := once(d.linked(links, "shelves", []string{"to_room", "to_code"}, shelfKey()), shelfKey()...)
	doc := columns(s, "room", "code", "name", "capacity")
	doc.add("copies", sumWhole(books, ofLink("copies")))
	standing := where(books, func(h hit) truth { return not(null(h.link["slot"])) })
	doc.add("value", sumDouble(standing, func(h hit) any { return float64(h.link["copies"].(int64)) * h.row["price"].(float64) }))
	doc.add("neighbour_count", rowCount(neighbours))
	shown := limited(d.sorted(books, idKey(), placementKey(), down("slot").ofLink()), 3)
	doc.add("books", list(shown, func(h hit) any {
		o := columns(h.row, "id", "title")
		o.add("copies", h.link["copies"])
		o.add("slot", h.link["slot"])
		o.add("authors", values(d.byLink(d.authorsOf(h.row), up("last_name")), "last_name"))
		comments := limited(d.byID(d.commentsOn("book", h.row), down("text"), up("score")), 1)
		o.add("comments", list(comments, func(h hit) any { return columns(h.row, "id", "text") }))
		return o
	}))
	doc.add("neighbours", list(d.sorted(neighbours, shelfKey(), nil, down("capacity")), func(h hit) any {
		o := columns(h.row, "room", "code", "name")
		some := d.booksOn(h.row, func(link Row) truth { return gt(link["copies"], int64(0)) })
		o.add("books", values(d.sorted(some, idKey(), placementKey(), up("title")), "title"))
		return o
	}))
	var ends []hit
	for _, link := range links {
		if link["to_code"] != nil {
			ends = append(ends, hit{row: link})
		}
	}
	to := []string{"to_room", "to_code"}
	doc.add("neighbour_codes", values(d.sorted(once(ends, to...), to, nil), "to_code"))
	return doc
}

func isStocked(p Row) truth { return ne(p["copies"], int64(0)) }

func (d *Data) placement(p Row) object {
	doc := columns(p, "room", "shelf_code", "book_id", "copies", "slot")
	var shelf Row
	if found := d.rows("shelves", d.refers(shelfKey(), p, []string{"room", "shelf_code"})); len(found) > 0 {
		shelf = found[0]
	}
	doc.add("shelf", one(shelf, func(s Row) object {
		o := columns(s, "room", "code", "name")
		o.add("books", values(d.sorted(d.booksOn(s), idKey(), placementKey(), up("title"), up("slot").ofLink()), "title"))
		return o
	}))
	doc.add("book", one(d.target("books", "id", p, "book_id"), func(b Row) object {
		o := columns(b, "id", "title")
		shelves := d.sorted(d.shelvesOf(b), shelfKey(), placementKey(), down("copies").ofLink())
		o.add("shelves", list(shelves, func(h hit) any {
			o := columns(h.row, "room", "code", "capacity")
			o.add("copies", h.link["copies"])
			return o
		}))
		return o
	}))
	return doc
}
