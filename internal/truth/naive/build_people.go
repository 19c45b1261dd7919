package naive

func (d *Data) region(r Row) object {
	publishers := hits(d.rows("publishers", d.by("region_code", r, "code")))
	doc := columns(r, "code", "name")
	doc.add("publisher_count", rowCount(publishers))
	doc.add("book_count", rowCount(each(publishers, d.booksOf)))
	doc.add("every_book_count", rowCount(each(publishers, d.allBooksOf)))
	best := limited(d.byID(publishers, down("rating").last(), up("name")), 3)
	doc.add("publishers", list(best, func(h hit) any {
		o := columns(h.row, "id", "name", "rating")
		o.add("books", list(limited(d.byID(d.booksOf(h.row), down("pages")), 2), func(h hit) any {
			o := columns(h.row, "id", "title")
			comments := limited(d.byID(d.commentsOn("book", h.row), up("created_at")), 2)
			o.add("comments", list(comments, func(h hit) any { return columns(h.row, "id", "score") }))
			return o
		}))
		return o
	}))
	authors := hits(d.rows("authors", d.by("region_code", r, "code")))
	doc.add("authors", values(d.byID(authors, down("last_name")), "last_name"))
	return doc
}

func (d *Data) allBooksOf(publisher Row) []hit {
	return hits(d.rows("books", d.by("publisher_id", publisher, "id")))
}

func (d *Data) publisher(p Row) object {
	books := d.booksOf(p)
	doc := columns(p, "id", "name", "slug", "region_code", "rating")
	doc.add("revenue", sumDouble(each(books, d.salesOf), func(h hit) any {
		return float64(h.row["quantity"].(int64)) * h.row["unit_price"].(float64)
	}))
	writers := once(each(books, func(b Row) []hit { return d.authorsOf(b) }), "id")
	topics := once(each(books, d.tagsOf), "id")
	doc.add("writer_count", rowCount(writers))
	doc.add("topic_count", rowCount(where(topics, func(h hit) truth { return lt(h.row["weight"], int64(3)) })))
	doc.add("book_tag_count", rowCount(each(books, d.tagsOf)))
	doc.add("average_price", average(books, sumDouble(books, of("price")), of("price")))
	doc.add("region", one(d.target("regions", "code", p, "region_code"), func(r Row) object { return columns(r, "code", "name") }))
	doc.add("books", list(limited(d.byID(books, down("price"), up("title")), 3), func(h hit) any {
		o := columns(h.row, "id", "title", "price")
		o.add("comments", list(limited(d.byID(d.commentsOn("book", h.row), down("score")), 2), func(h hit) any {
			o := columns(h.row, "id", "text")
			o.add("author", one(d.target("authors", "id", h.row, "author_id"), func(a Row) object {
				o := columns(a, "id", "first_name")
				o.add("seniority", seniority(a))
				return o
			}))
			return o
		}))
		chapters := limited(d.sorted(d.chaptersOf(h.row), chapterKey(), nil, down("title").last(), up("words")), 2)
		o.add("chapters", list(chapters, func(h hit) any {
			o := columns(h.row, "book_id", "number", "title", "words")
			o.add("notes", values(d.byID(d.notesOf(h.row), up("lang"), up("weight")), "body"))
			return o
		}))
		return o
	}))
	doc.add("all_books", values(d.byID(d.allBooksOf(p), down("title")), "title"))
	doc.add("writers", list(limited(d.byID(writers, up("last_name")), 4), func(h hit) any {
		o := columns(h.row, "id", "first_name")
		o.add("profile", one(d.profileOf(h.row), func(p Row) object { return columns(p, "id", "bio") }))
		return o
	}))
	doc.add("topics", values(limited(d.byID(topics, down("weight")), 3), "label"))
	doc.add("topic_ids", values(d.byID(topics), "id"))
	imprints := d.rows("books", d.by("imprint_slug", p, "slug"), alive, func(b Row) truth { return eq(b["status"], "open") })
	doc.add("imprints", list(d.byID(hits(imprints)), func(h hit) any { return columns(h.row, "id", "title") }))
	return doc
}

func (d *Data) author(a Row) object {
	doc := columns(a, "id", "first_name", "last_name", "born", "mentor_id")
	doc.add("full_name", fullName(a))
	doc.add("seniority", seniority(a))
	doc.add("region", value(d.target("regions", "code", a, "region_code"), "name"))
	doc.add("about", one(d.profileOf(a), func(p Row) object {
		o := columns(p, "id", "bio")
		comments := limited(d.byID(d.commentsOn("profile", p), down("created_at").last()), 2)
		o.add("comments", list(comments, func(h hit) any { return columns(h.row, "id", "text", "created_at") }))
		return o
	}))
	doc.add("mentor", one(d.target("authors", "id", a, "mentor_id"), func(m Row) object {
		o := columns(m, "id", "first_name")
		o.add("mentor", one(d.target("authors", "id", m, "mentor_id"), func(m Row) object { return columns(m, "id", "first_name") }))
		return o
	}))
	doc.add("mentees", d.mentees(a, 3))
	books := limited(d.byLink(d.booksBy(a), up("position").ofLink(), down("title")), 3)
	doc.add("books", list(books, func(h hit) any {
		o := columns(h.row, "id", "title")
		o.add("role", h.link["role"])
		comments := d.commentsOn("book", h.row, func(c Row) truth { return ge(c["score"], int64(-1)) })
		o.add("comments", list(limited(d.byID(comments, down("created_at")), 2), func(h hit) any {
			return columns(h.row, "id", "text", "created_at")
		}))
		o.add("publisher", value(d.publisherOf(h.row), "name"))
		return o
	}))
	shelves := once(each(d.booksBy(a), d.shelvesOf), "room", "code")
	doc.add("shelves", list(d.sorted(shelves, shelfKey(), nil), func(h hit) any { return columns(h.row, "room", "code", "name") }))
	return doc
}

// mentees is a tree of so many levels; below the last there is no member.
func (d *Data) mentees(of Row, levels int) []any {
	mentees := limited(d.byID(d.menteesOf(of), down("born").first()), 3)
	return list(mentees, func(h hit) any {
		o := columns(h.row, "id", "first_name", "born")
		o.add("mentee_count", rowCount(d.menteesOf(h.row)))
		o.add("profile", one(d.profileOf(h.row), func(p Row) object {
			o := columns(p, "id", "bio")
			o.add("comments", values(limited(d.byID(d.commentsOn("profile", p), down("score")), 2), "score"))
			return o
		}))
		if levels > 1 {
			o.add("mentees", d.mentees(h.row, levels-1))
		}
		return o
	})
}
