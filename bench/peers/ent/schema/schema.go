// Package schema is the bookstore as ent describes it.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Book is a title with what readers say of it.
type Book struct{ ent.Schema }

func (Book) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"), field.String("title"), field.String("isbn"), field.Float("price"), field.Int("pages"),
		field.Time("published_at"), field.String("summary").Optional().Nillable(),
	}
}

func (Book) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("authors", Author.Type).StorageKey(edge.Table("book_authors"), edge.Columns("book_id", "author_id")),
		edge.To("tags", Tag.Type).StorageKey(edge.Table("book_tags"), edge.Columns("book_id", "tag_id")),
		edge.To("reviews", Review.Type),
	}
}

// Author is a writer of books.
type Author struct{ ent.Schema }

func (Author) Fields() []ent.Field {
	return []ent.Field{field.Int64("id"), field.String("name"), field.Int64("country_id")}
}

func (Author) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("books", Book.Type).Ref("authors"),
		edge.To("country", Country.Type).Field("country_id").Unique().Required(),
	}
}

// Country is where an author comes from.
type Country struct{ ent.Schema }

func (Country) Fields() []ent.Field {
	return []ent.Field{field.Int64("id"), field.String("name")}
}

// Tag is a word that books are marked with.
type Tag struct{ ent.Schema }

func (Tag) Fields() []ent.Field {
	return []ent.Field{field.Int64("id"), field.String("name")}
}

func (Tag) Edges() []ent.Edge { return []ent.Edge{edge.From("books", Book.Type).Ref("tags")} }

// Review is an opinion on a book.
type Review struct{ ent.Schema }

func (Review) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"), field.Int64("book_id"), field.Int("rating"), field.String("body"), field.Time("created_at"),
	}
}

func (Review) Edges() []ent.Edge {
	return []ent.Edge{edge.From("book", Book.Type).Ref("reviews").Field("book_id").Unique().Required()}
}
