// Package misspelt is the guide's example of a mistake.
package misspelt

// Book is a title that the shop sells.
//
//denorm:collection books
//denorm:include Autors fields=Name
type Book struct {
	ID       int64  `db:"id"`
	Title    string `db:"title"`
	AuthorID int64  `db:"author_id"`

	Author *Author
}

// Author is a person who writes books.
type Author struct {
	ID   int64  `db:"id"`
	Name string `db:"name"`
}
