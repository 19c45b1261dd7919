package model

import (
	"fmt"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/expr"
)

// Good lines resolve to collections with every default filled in.
func TestCollections(t *testing.T) {
	tests := []struct{ name, lines, want string }{
		{"defaults", "//denorm:collection books of=Book", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title Summary PublisherID Shout()
`},
		{"head", "//denorm:collection book_urls of=Book doc=BookURL accessor=URLs version=3 ttl=90m where=\"PublisherID != nil\" all extra=Score", `
book_urls: URLs BookURL of Book v3 ttl=1h30m0s where=PublisherID != nil all extra=library.Score // Book is a book.
  ID Title Summary PublisherID Shout()
`},
		{"several", "//denorm:collection books of=Book\n//denorm:include Publisher\n//denorm:collection book_cards of=Book doc=BookCard\n//denorm:fields Title", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title Summary PublisherID Shout()
  Publisher "publisher" Publisher type=BookDocPublisher
    ID Name
book_cards: BookCards BookCard of Book v1 // Book is a book.
  ID Title
`},
		{"fields", "//denorm:collection books of=Book\n//denorm:fields Shout,Secret\n//denorm:fields Title\n//denorm:omit ID", `
books: Books BookDoc of Book v1 // Book is a book.
  Secret Title Shout()
`},
		{"omit", "//denorm:collection books of=Book\n//denorm:omit Shout,Summary", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title PublisherID
`},
		{"deeper path", "//denorm:collection books of=Book\n//denorm:include Publisher.Links flatten=URL\n//denorm:include Publisher as=House fields=Name", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title Summary PublisherID Shout()
  House "house" Publisher type=BookDocHouse
    ID Name
    Links "links" Publisher.Links flatten=URL
`},
		{"names on the way", "//denorm:collection books of=Book\n//denorm:include Publisher.Links\n//denorm:include Publisher as=House type=House", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title Summary PublisherID Shout()
  House "house" Publisher type=House
    ID Name
    Links "links" Publisher.Links type=BookDocHouseLinks
      ID PublisherID URL Lang
`},
		{"list", "//denorm:collection books of=Book\n//denorm:include Reviews order=\"Score desc nulls last, CreatedAt\" limit=10 where=\"Approved && Rating >= 3\" all omit=Data,Token\n" +
			"//denorm:include Authors fields=Name,through.Role order=through.Position where=\"through.Role == `editor`\" by=ID", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title Summary PublisherID Shout()
  Reviews "reviews" Reviews type=BookDocReviews order=Score desc nulls last,CreatedAt limit=10 where=Approved && Rating >= 3 all
    ID BookID Rating Score Fee Approved CreatedAt Note
  Authors "authors" Authors type=BookDocAuthors by=ID order=through.Position where=through.Role == "editor"
    ID Name through.Role
`},
		{"lines add up", "//denorm:collection books of=Book\n//denorm:include Reviews order=Rating\n//denorm:include Reviews limit=1 fields=Rating", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title Summary PublisherID Shout()
  Reviews "reviews" Reviews type=BookDocReviews order=Rating limit=1
    ID Rating
`},
		{"depth", "//denorm:collection categories of=Category\n//denorm:include Children depth=5 order=Name\n//denorm:include Parent depth=2", `
categories: Categories CategoryDoc of Category v1
  ID Name ParentID
  Children "children" Children type=CategoryDocChildren order=Name depth=5
    ID Name ParentID
  Parent "parent" Parent type=CategoryDocParent depth=2
    ID Name ParentID
`},
		{"siblings", "//denorm:collection categories of=Category\n//denorm:include Parent.Children", `
categories: Categories CategoryDoc of Category v1
  ID Name ParentID
  Parent "parent" Parent type=CategoryDocParent
    ID Name ParentID
    Children "children" Parent.Children type=CategoryDocParentChildren
      ID Name ParentID
`},
		{"numbers", "//denorm:collection books of=Book\n//denorm:include Authors flatten=Name\n//denorm:include Publisher\n" +
			"//denorm:count Reviews as=ReviewCount where=Approved all\n//denorm:count Reviews.Note as=NoteCount\n//denorm:sum Reviews.Rating as=RatingSum\n" +
			"//denorm:sum Reviews.Score as=ScoreSum\n//denorm:sum Reviews.Fee as=Fees\n//denorm:sum Reviews \"Rating * 2\" as=Twice\n//denorm:avg Reviews.Rating as=Rating\n" +
			"//denorm:max Reviews.CreatedAt as=LastReviewAt\n//denorm:min Authors.Name as=FirstName where=\"through.Role == `editor`\"\n" +
			"//denorm:count Publisher.Books as=Publisher.BookCount\n//denorm:sum Authors \"through.Share\" as=Shares", `
books: Books BookDoc of Book v1 // Book is a book.
  ID Title Summary PublisherID Shout()
  ReviewCount "review_count" int64 int = count Reviews where=Approved all
  NoteCount "note_count" int64 int = count Reviews Note field
  RatingSum "rating_sum" int64 int = sum Reviews Rating field
  ScoreSum "score_sum" float64 float = sum Reviews Score field
  Fees "fees" library.Money scanner = sum Reviews Fee field
  Twice "twice" int64 int = sum Reviews Rating * 2
  Rating "rating" *float64 float = avg Reviews Rating field
  LastReviewAt "last_review_at" *time.Time time = max Reviews CreatedAt field
  FirstName "first_name" *string text = min Authors Name field where=through.Role == "editor"
  Shares "shares" float64 float = sum Authors through.Share
  Authors "authors" Authors flatten=Name
  Publisher "publisher" Publisher type=BookDocPublisher
    ID Name
    BookCount "book_count" int64 int = count Books
`},
		{"first above the model", "//denorm:collection tag_cards of=Tag doc=TagCard\n\n//denorm:collection tags\n//denorm:table tags\n//denorm:fields ID\ntype Tag struct {\n\tID int64 `db:\"id\"`\n\tName string `db:\"name\"`\n}", `
tag_cards: TagCards TagCard of Tag v1
  ID Name
tags: Tags TagDoc of Tag v1
  ID
`},
		{"transform", "//denorm:collection books of=Book\n\n// enrich is short.\n//\n//denorm:transform books\nfunc enrich(_ context.Context, doc *BookDoc) error {\n\treturn   nil // done\n}", `
books: Books BookDoc of Book v1 transform=enrich // Book is a book.
  ID Title Summary PublisherID Shout()
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			schema, report, src := resolveLibrary(t, test.lines)
			if list := report.Sorted(); len(list) > 0 {
				t.Fatalf("got errors: %s", dumpErrors(src, list))
			}
			var b strings.Builder
			b.WriteString("\n")
			for _, c := range schema.Packages[0].Collections {
				dumpCollection(&b, c)
			}
			if got := b.String(); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

// The body of a transform is its source without comments, for the shape hash.
func TestTransformBody(t *testing.T) {
	schema, _, _ := resolveLibrary(t, "//denorm:collection books of=Book\n\n// f is it.\n//\n//denorm:transform books\nfunc f(ctx context.Context, doc *BookDoc) error {\n\t// why\n\treturn   nil\n}")
	want := "func f(ctx context.Context, doc *BookDoc) error {\n\n\treturn nil\n}"
	if got := schema.Packages[0].Collections[0].Transform.Body; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func dumpCollection(b *strings.Builder, c *Collection) {
	fmt.Fprintf(b, "%s: %s %s of %s v%d", c.Name, c.Accessor, c.Doc, c.Root.Name, c.Version)
	if c.TTL > 0 {
		fmt.Fprintf(b, " ttl=%s", c.TTL)
	}
	dumpWhere(b, c.Where, c.All)
	if c.Extra != nil {
		fmt.Fprintf(b, " extra=%s", c.Extra)
	}
	if c.Transform != nil {
		fmt.Fprintf(b, " transform=%s", c.Transform.Name)
	}
	if c.Comment != "" {
		b.WriteString(" // " + c.Comment)
	}
	b.WriteString("\n")
	dumpContents(b, "  ", c.Fields, c.Computed, c.Numbers, c.Includes)
}

func dumpContents(b *strings.Builder, indent string, fields []FieldRef, computed []*Computed, numbers []*Number, includes []*Include) {
	var names []string
	for _, f := range fields {
		names = append(names, refName(f.Column, f.Through))
	}
	for _, m := range computed {
		names = append(names, m.Name+"()")
	}
	if len(names) > 0 {
		fmt.Fprintf(b, "%s%s\n", indent, strings.Join(names, " "))
	}
	for _, n := range numbers {
		var steps []string
		for _, s := range n.Steps {
			steps = append(steps, s.Name)
		}
		fmt.Fprintf(b, "%s%s %q %s %s = %s %s", indent, n.Name, n.JSON, n.Type, n.Form, n.Func, strings.Join(steps, "."))
		if n.Value != nil {
			b.WriteString(" " + n.Value.String())
		}
		if n.Field != nil {
			b.WriteString(" field")
		}
		dumpWhere(b, n.Where, n.All)
		b.WriteString("\n")
	}
	for _, i := range includes {
		fmt.Fprintf(b, "%s%s %q %s", indent, i.As, i.JSON.Name, strings.Join(i.Path, "."))
		if i.Type != "" {
			b.WriteString(" type=" + i.Type)
		}
		if i.Flatten != nil {
			b.WriteString(" flatten=" + refName(i.Flatten.Column, i.Flatten.Through))
		}
		if i.By != nil {
			b.WriteString(" by=" + refName(i.By.Column, i.By.Through))
		}
		for j, o := range i.Order {
			b.WriteString([]string{" order=", ","}[min(j, 1)] + refName(o.Column, o.Through))
			if o.Desc {
				b.WriteString(" desc")
			}
			if o.Nulls != "" {
				b.WriteString(" nulls " + o.Nulls)
			}
		}
		if i.Limit > 0 {
			fmt.Fprintf(b, " limit=%d", i.Limit)
		}
		if i.Depth > 1 {
			fmt.Fprintf(b, " depth=%d", i.Depth)
		}
		dumpWhere(b, i.Where, i.All)
		b.WriteString("\n")
		dumpContents(b, indent+"  ", i.Fields, i.Computed, i.Numbers, i.Includes)
	}
}

func refName(c *Column, through bool) string {
	if through {
		return throughPrefix + c.Field
	}
	return c.Field
}

func dumpWhere(b *strings.Builder, where expr.Expr, all bool) {
	if where != nil {
		b.WriteString(" where=" + where.String())
	}
	if all {
		b.WriteString(" all")
	}
}
