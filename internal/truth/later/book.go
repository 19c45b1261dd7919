package later

import "time"

// Book is a title that may have been deleted. Its document has new members, lacks others, and shows some under
// their old names in another form or another order.
//
//denorm:where "DeletedAt == nil"
//denorm:collection books
//denorm:omit Status
//denorm:include Publisher flatten=Name
//denorm:include Chapters fields=Title,Words order="Number desc" limit=2
//denorm:include Authors fields=FirstName,Born,through.Role order="through.Position"
//denorm:include Tags flatten=Label order="Label desc"
//denorm:include Sales fields=Kind,Quantity order="SoldAt desc" limit=3
//denorm:count Comments as=CommentCount where="Approved"
type Book struct {
	ID          int64      `db:"id"`
	Title       string     `db:"title"`
	Price       float64    `db:"price"`
	Pages       *int       `db:"pages"`
	Status      string     `db:"status"`
	InPrint     bool       `db:"in_print"`
	PublisherID *int64     `db:"publisher_id"`
	CategoryID  *int64     `db:"category_id"`
	DeletedAt   *time.Time `db:"deleted_at"`

	Publisher *Publisher
	Chapters  []Chapter
	Sales     []Sale
	//denorm:manytomany through=Authorship
	Authors []Author
	//denorm:manytomany book_tags
	Tags []Tag
	//denorm:hasmany SubjectID when=`SubjectType == "book"`
	Comments []Comment
}

// Chapter is identified by its book and its number.
//
//denorm:key BookID,Number
type Chapter struct {
	BookID int64   `db:"book_id"`
	Number int     `db:"number"`
	Title  *string `db:"title"`
	Words  int     `db:"words"`
}

// Comment is said about a row of one of several tables.
type Comment struct {
	ID          int64  `db:"id"`
	SubjectType string `db:"subject_type"`
	SubjectID   *int64 `db:"subject_id"`
	Approved    bool   `db:"approved"`
}

// Tag is a word that books are marked with. The number of books is a number of other books.
//
//denorm:collection tags
//denorm:include Books flatten=Title order="Title desc" limit=2
//denorm:count Books as=BookCount where="Pages != nil"
type Tag struct {
	ID     int64  `db:"id"`
	Label  string `db:"label"`
	Weight int    `db:"weight"`

	//denorm:manytomany book_tags
	Books []Book
}
