package later

import "time"

// Author writes books and learns from a mentor. The year of birth has another type.
//
//denorm:collection authors
//denorm:omit MentorID
//denorm:include Mentor flatten=LastName
//denorm:include Mentees fields=FirstName order="FirstName desc" limit=2
//denorm:include Books fields=Title,Price order=Title limit=2
type Author struct {
	ID        int64    `db:"id"`
	FirstName string   `db:"first_name"`
	LastName  *string  `db:"last_name"`
	Born      *float64 `db:"born"`
	MentorID  *int64   `db:"mentor_id"`

	Mentor *Author
	//denorm:hasmany MentorID
	Mentees []Author
	//denorm:manytomany through=Authorship
	Books []Book
}

// Authorship says what part an author had in a book.
type Authorship struct {
	ID       int64  `db:"id"`
	BookID   int64  `db:"book_id"`
	AuthorID *int64 `db:"author_id"`
	Role     string `db:"role"`
	Position *int   `db:"position"`
}

// Publisher brings books out.
type Publisher struct {
	ID         int64   `db:"id"`
	Name       string  `db:"name"`
	RegionCode *string `db:"region_code"`
}

// Region is a place, identified by a text. Its collection is new.
//
//denorm:key Code
//denorm:collection region_names
//denorm:include Publishers flatten=Name order="Name desc" limit=3
type Region struct {
	Code string `db:"code"`
	Name string `db:"name"`

	//denorm:hasmany RegionCode
	Publishers []Publisher
}

// Sale is some copies of a book sold. Its collection is new.
//
//denorm:collection sales
//denorm:include Book fields=Title
//denorm:include Book.Publisher flatten=Name
type Sale struct {
	ID       int64     `db:"id"`
	BookID   *int64    `db:"book_id"`
	Kind     string    `db:"kind"`
	Quantity int       `db:"quantity"`
	SoldAt   time.Time `db:"sold_at"`

	Book *Book
}
