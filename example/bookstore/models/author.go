package models

// Author is a person who had a part in a book.
type Author struct {
	ID        int64  `db:"id"`
	FirstName string `db:"first_name"`
	LastName  string `db:"last_name"`

	//denorm:hasmany AuthorID
	Links []AuthorLink
}

// Name is how an author is shown.
//
//denorm:computed
func (a *Author) Name() string { return a.FirstName + " " + a.LastName }

// AuthorLink is a page about an author.
type AuthorLink struct {
	ID       int64  `db:"id"`
	AuthorID int64  `db:"author_id"`
	URL      string `db:"url"`
	Position int    `db:"position"`
}

// BookAuthor says what part an author had in a book.
type BookAuthor struct {
	ID       int64  `db:"id"`
	BookID   int64  `db:"book_id"`
	AuthorID int64  `db:"author_id"`
	Role     string `db:"role"`
	Position int    `db:"position"`
}
