package naive

import (
	"strings"
	"time"
)

func (d *Data) book(b Row) object {
	doc := columns(b, "id", "title", "price", "pages", "status", "in_print", "publisher_id", "imprint_slug", "deleted_at")
	doc.add("publisher", one(d.publisherOf(b), func(p Row) object {
		o := columns(p, "id", "name")
		o.add("region", one(d.target("regions", "code", p, "region_code"), func(r Row) object { return columns(r, "code", "name") }))
		siblings := limited(d.byID(d.booksOf(p), up("title")), 2)
		o.add("siblings", list(siblings, func(h hit) any { return columns(h.row, "id", "title") }))
		return o
	}))
	doc.add("imprint", value(d.target("publishers", "slug", b, "imprint_slug"), "name"))
	doc.add("category", one(d.target("categories", "id", b, "category_id"), func(c Row) object {
		o := columns(c, "id", "name")
		parent := d.target("categories", "id", c, "parent_id")
		o.add("parent", one(parent, func(c Row) object {
			o := columns(c, "id", "name", "rank")
			above := d.target("categories", "id", c, "parent_id")
			o.add("parent", one(above, func(c Row) object { return columns(c, "id", "name", "rank") }))
			return o
		}))
		return o
	}))
	chapters := d.sorted(d.chaptersOf(b), chapterKey(), nil, down("words"), up("number"))
	doc.add("chapters", list(chapters, func(h hit) any {
		o := columns(h.row, "book_id", "number", "title", "words")
		o.add("notes", mapped(d.byID(d.notesOf(h.row), down("weight")), "lang", func(h hit) any {
			o := columns(h.row, "id", "book_id", "chapter_no", "lang", "body", "weight")
			comments := limited(d.byID(d.commentsOn("note", h.row), up("score")), 2)
			o.add("comments", list(comments, func(h hit) any { return columns(h.row, "id", "text", "score") }))
			return o
		}))
		return o
	}))
	authors := d.byLink(d.authorsOf(b), down("position").last().ofLink())
	doc.add("authors", list(authors, func(h hit) any {
		o := columns(h.row, "id", "first_name", "last_name")
		o.add("role", h.link["role"])
		o.add("position", h.link["position"])
		o.add("full_name", fullName(h.row))
		o.add("profile", one(d.profileOf(h.row), func(p Row) object {
			o := columns(p, "id", "bio", "visible")
			o.add("comments", values(d.byID(d.commentsOn("profile", p), down("score")), "text"))
			return o
		}))
		return o
	}))
	editors := d.authorsOf(b, func(link Row) truth { return eq(link["role"], "editor") })
	doc.add("editors", values(d.byLink(editors, up("position").ofLink()), "last_name"))
	doc.add("tags", list(limited(d.byID(d.tagsOf(b), down("weight"), up("label")), 3), func(h hit) any {
		return columns(h.row, "id", "label", "weight")
	}))
	doc.add("tag_numbers", d.tagIDsOf(b))
	doc.add("shelves", list(d.sorted(d.shelvesOf(b), shelfKey(), placementKey(), up("slot").ofLink()), func(h hit) any {
		o := columns(h.row, "room", "code", "name")
		o.add("slot", h.link["slot"])
		return o
	}))
	pinned := d.first("comments", "id", d.by("subject_id", b, "id"), about("pin"), func(c Row) truth { return eq(c["approved"], true) })
	doc.add("pinned", one(pinned, func(c Row) object {
		o := columns(c, "id", "text")
		o.add("author", one(d.target("authors", "id", c, "author_id"), func(a Row) object { return columns(a, "id", "first_name") }))
		return o
	}))
	return doc
}

func hasCard(b Row) truth {
	pages := or(null(b["pages"]), gt(b["pages"], int64(0)))
	return And(pages, not(eq(b["status"], "draft")))
}

func (d *Data) bookCard(b Row) object {
	doc := columns(b, "id", "title")
	doc.add("authors", values(limited(d.byLink(d.authorsOf(b), up("position").ofLink()), 2), "first_name"))
	editors := d.authorsOf(b, func(link Row) truth { return eq(link["role"], "editor") })
	doc.add("editors", values(limited(d.byLink(editors, down("born")), 2), "first_name"))
	heavy := where(d.tagsOf(b), func(h hit) truth { return gt(h.row["weight"], int64(0)) })
	doc.add("tags", values(d.byID(heavy, up("label")), "label"))
	doc.add("category", value(d.target("categories", "id", b, "category_id"), "name"))
	chapters := where(d.chaptersOf(b), func(h hit) truth { return ge(h.row["words"], int64(0)) })
	doc.add("chapters", mapped(d.sorted(chapters, chapterKey(), nil), "number", of("title")))
	doc.add("sales", mapped(d.byID(d.salesOf(b), down("quantity")), "kind", of("quantity")))
	shelves := d.sorted(d.shelvesOf(b), shelfKey(), placementKey(), down("capacity").first(), up("copies").ofLink())
	doc.add("shelves", list(shelves, ofLink("copies")))
	rated := func(p Row) truth { return ne(p["rating"], int64(3)) }
	doc.add("publisher", value(d.target("publishers", "id", b, "publisher_id", rated), "rating"))
	comments := where(d.commentsOn("book", b), func(h hit) truth {
		return or(not(null(h.row["author_id"])), eq(h.row["approved"], true))
	})
	comments = limited(d.byID(comments, down("score"), up("text").last()), 3)
	doc.add("comments", list(comments, func(h hit) any { return columns(h.row, "id", "text", "score") }))
	return doc
}

func (d *Data) bookStats(b Row) object {
	doc := columns(b, "id")
	sales := d.salesOf(b)
	doc.add("sale_count", rowCount(sales))
	doc.add("big_sales", rowCount(where(sales, func(h hit) truth {
		return And(ge(h.row["quantity"], int64(3)), not(null(h.row["discount"])))
	})))
	doc.add("discounts", count(sales, of("discount")))
	doc.add("quantity", sumWhole(sales, of("quantity")))
	revenue := func(h hit) any { return float64(h.row["quantity"].(int64)) * h.row["unit_price"].(float64) }
	doc.add("revenue", sumDouble(sales, revenue))
	paid := where(sales, func(h hit) truth { return ne(h.row["kind"], "gift") })
	doc.add("net", sumDouble(paid, func(h hit) any {
		discount, ok := h.row["discount"].(float64)
		if !ok {
			return nil
		}
		return revenue(h).(float64) - discount
	}))
	doc.add("bundles", sumWhole(sales, func(h hit) any {
		quantity, bundle := h.row["quantity"].(int64), h.row["bundle"].(int64)
		if bundle == 0 {
			return nil
		}
		return quantity/bundle + quantity%bundle
	}))
	doc.add("average_quantity", average(sales, float64(sumWhole(sales, of("quantity"))), of("quantity")))
	doc.add("average_discount", average(sales, sumDouble(sales, of("discount")), of("discount")))
	doc.add("least_discount", d.most(sales, -1, of("discount")))
	recent := where(sales, func(h hit) truth {
		return or(ge(h.row["sold_at"], time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)), eq(h.row["kind"], "web"))
	})
	doc.add("last_sale", d.most(recent, 1, of("sold_at")))
	doc.add("last_kind", d.most(sales, 1, of("kind")))
	tags := d.tagsOf(b)
	doc.add("tag_count", rowCount(tags))
	doc.add("tag_weight", sumWhole(where(tags, func(h hit) truth { return ne(h.row["weight"], int64(2)) }), of("weight")))
	authors := d.authorsOf(b)
	doc.add("author_count", rowCount(authors))
	writers := where(authors, func(h hit) truth { return ne(h.link["role"], "editor") })
	doc.add("last_position", d.most(writers, 1, ofLink("position")))
	doc.add("shared_books", rowCount(each(authors, d.booksBy)))
	doc.add("opinions", rowCount(where(d.commentsOn("book", b), func(h hit) truth {
		begins := holds(h.row["text"], func(s string) bool { return strings.HasPrefix(s, "A") })
		return And(eq(h.row["approved"], true), or(lt(h.row["score"], int64(0)), begins))
	})))
	var siblings, everySibling []hit
	if p := d.publisherOf(b); p != nil {
		siblings = d.booksOf(p)
		everySibling = hits(d.rows("books", d.by("publisher_id", p, "id"), func(b Row) truth {
			return or(And(ge(b["price"], -1.0), le(b["price"], 5.0)), or(eq(b["status"], "open"), eq(b["status"], "draft")))
		}))
	}
	doc.add("sibling_count", rowCount(siblings))
	doc.add("every_sibling", rowCount(everySibling))
	doc.add("chapters", list(d.sorted(d.chaptersOf(b), chapterKey(), nil, up("number")), func(h hit) any {
		o := columns(h.row, "book_id", "number", "title")
		notes := d.notesOf(h.row)
		o.add("note_count", rowCount(notes))
		o.add("note_weight", sumDouble(where(notes, func(h hit) truth {
			return or(eq(h.row["lang"], "en"), null(h.row["body"]))
		}), of("weight")))
		return o
	}))
	doc.add("authors", list(d.byLink(authors, up("born")), func(h hit) any {
		o := columns(h.row, "id", "born")
		books := d.booksBy(h.row)
		o.add("book_count", rowCount(books))
		o.add("least_price", d.most(books, -1, of("price")))
		o.add("mentee_count", rowCount(where(d.menteesOf(h.row), func(h hit) truth { return not(null(h.row["born"])) })))
		return o
	}))
	return doc
}
