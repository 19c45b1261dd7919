// Package models is the bookstore at scale: what the benchmarks load.
//
//denorm:options dialects=sqlite,postgres,mysql
package models

import "time"

//go:generate go tool denormgen

// Book is a title with what readers say of it.
//
//denorm:collection books
//denorm:include Authors order=ID
//denorm:include Authors.Country
//denorm:include Tags order=ID
//denorm:include Reviews omit=BookID order=ID
type Book struct {
	ID          int64     `db:"id"`
	Title       string    `db:"title"`
	ISBN        string    `db:"isbn"`
	Price       float64   `db:"price"`
	Pages       int       `db:"pages"`
	PublishedAt time.Time `db:"published_at"`
	Summary     *string   `db:"summary"`

	//denorm:manytomany book_authors
	Authors []Author
	//denorm:manytomany book_tags
	Tags    []Tag
	Reviews []Review
}

// Author is a writer of books.
type Author struct {
	ID        int64  `db:"id"`
	Name      string `db:"name"`
	CountryID int64  `db:"country_id"`

	Country *Country
}

// Country is where an author comes from.
//
//denorm:table countries
type Country struct {
	ID   int64  `db:"id"`
	Name string `db:"name"`
}

// Tag is a word that books are marked with.
type Tag struct {
	ID   int64  `db:"id"`
	Name string `db:"name"`
}

// Review is an opinion on a book.
type Review struct {
	ID        int64     `db:"id"`
	BookID    int64     `db:"book_id"`
	Rating    int       `db:"rating"`
	Body      string    `db:"body"`
	CreatedAt time.Time `db:"created_at"`
}
