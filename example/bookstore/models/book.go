// Package models holds the tables of a small bookstore and, beside them, the documents that denormgen
// makes of them.
package models

import "time"

//go:generate go run github.com/denormgen/denormgen/cmd/denormgen

// Book is a title that the shop sells.
//
//denorm:where "DeletedAt == nil"
//denorm:collection books
//denorm:include Publisher
//denorm:include Publisher.Links flatten=URL order=Position
//denorm:include Publisher.Tags flatten=Name order=Name
//denorm:include Info
//denorm:include Category.Parent
//denorm:include Authors fields=Name,through.Role order=through.Position
//denorm:include Authors.Links flatten=URL order=Position
//denorm:include Chapters omit=BookID order=Number
//denorm:include Tags flatten=Name order=Name
//denorm:include Reviews fields=Rating,Text,CreatedAt where=Approved order="CreatedAt desc" limit=3
//denorm:count Reviews where=Approved as=ReviewCount
//denorm:avg Reviews.Rating where=Approved as=Rating
type Book struct {
	ID          int64      `db:"id"`
	Title       string     `db:"title"`
	ISBN        string     `db:"isbn"`
	PriceCents  int64      `db:"price_cents"`
	PublisherID *int64     `db:"publisher_id" json:"-"`
	CategoryID  int64      `db:"category_id" json:"-"`
	PublishedAt time.Time  `db:"published_at"`
	DeletedAt   *time.Time `db:"deleted_at" json:"-"`

	Publisher *Publisher
	Category  *Category
	Info      *BookInfo
	Chapters  []Chapter
	Reviews   []Review
	//denorm:manytomany through=BookAuthor
	Authors []Author
	//denorm:manytomany book_tags
	Tags []Tag
}

// A card is what a list of books shows of each.
//
//denorm:collection book_cards of=Book doc=BookCard
//denorm:fields Title,PriceCents
//denorm:include Authors fields=Name order=through.Position
//denorm:include Publisher flatten=Name

// BookInfo is what only some books have.
type BookInfo struct {
	ID       int64  `db:"id" json:"-"`
	BookID   int64  `db:"book_id" json:"-"`
	Pages    int    `db:"pages"`
	Language string `db:"language"`
	Summary  string `db:"summary"`
}

// Chapter is a part of a book.
type Chapter struct {
	ID     int64  `db:"id"`
	BookID int64  `db:"book_id"`
	Number int    `db:"number"`
	Title  string `db:"title"`
}

// Review is a reader's opinion; it shows once it is approved.
type Review struct {
	ID        int64     `db:"id"`
	BookID    int64     `db:"book_id"`
	Rating    int       `db:"rating"`
	Text      string    `db:"text"`
	Approved  bool      `db:"approved"`
	CreatedAt time.Time `db:"created_at"`
}
