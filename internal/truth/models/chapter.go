package models

import "time"

// Chapter is identified by its book and its number.
//
//denorm:key BookID,Number
//denorm:collection chapters
//denorm:include Book fields=Title
//denorm:include Book.Tags flatten=ID
//denorm:include Book.Authors fields=FirstName order="LastName desc nulls last" limit=2
//denorm:include Notes by=Lang fields=Body,Weight order="Weight desc, Body"
//denorm:include Notes.Comments fields=Text,Approved order=ID
//denorm:include Notes.Comments.Author flatten=FirstName
//denorm:include First fields=Lang
//denorm:sum Notes.Weight as=Weight
//denorm:max Notes.Body as=LastBody
type Chapter struct {
	BookID int64   `db:"book_id"`
	Number int     `db:"number"`
	Title  *string `db:"title"`
	Words  int     `db:"words"`

	Book *Book
	//denorm:hasmany BookID,ChapterNo
	Notes []Note
	//denorm:hasone BookID,ChapterNo
	First *Note
}

// Note is a remark on a chapter in some language.
type Note struct {
	ID        int64   `db:"id"`
	BookID    *int64  `db:"book_id"`
	ChapterNo *int    `db:"chapter_no"`
	Lang      string  `db:"lang"`
	Body      *string `db:"body"`
	Weight    float64 `db:"weight"`

	//denorm:belongsto BookID,ChapterNo
	Chapter *Chapter
	//denorm:hasmany SubjectID when=`SubjectType == "note"`
	Comments []Comment
}

// Comment is said about a row of one of several tables.
//
//denorm:collection comments
//denorm:omit SubjectType
//denorm:include Book fields=Title
//denorm:include Book.Publisher fields=Name
//denorm:include Note fields=Lang
//denorm:include Note.Chapter fields=Title
//denorm:include Note.Chapter.Notes flatten=Lang order=Lang
//denorm:include Profile fields=Bio all
//denorm:include Author fields=FirstName
//denorm:collection opinions doc=Opinion where=`Approved && Score >= 0 || like(Text, "%é%") && !(SubjectType == "note")`
//denorm:fields Score,Text
//denorm:include Author fields=FullName
//denorm:include Author.Books flatten=Title order="Title, through.Role"
type Comment struct {
	ID          int64     `db:"id"`
	SubjectType string    `db:"subject_type"`
	SubjectID   *int64    `db:"subject_id"`
	AuthorID    *int64    `db:"author_id"`
	Text        *string   `db:"text"`
	Score       int       `db:"score"`
	Approved    bool      `db:"approved"`
	CreatedAt   time.Time `db:"created_at"`

	Author *Author
	//denorm:belongsto SubjectID when=`SubjectType == "book" || SubjectType == "pin"`
	Book *Book
	//denorm:belongsto SubjectID when=`SubjectType == "note"`
	Note *Note
	//denorm:belongsto SubjectID when=`SubjectType == "profile"`
	Profile *Profile
}

// Sale is some copies of a book sold.
type Sale struct {
	ID        int64     `db:"id"`
	BookID    *int64    `db:"book_id"`
	Kind      string    `db:"kind"`
	Quantity  int       `db:"quantity"`
	Bundle    int       `db:"bundle"`
	UnitPrice float64   `db:"unit_price"`
	Discount  *float64  `db:"discount"`
	SoldAt    time.Time `db:"sold_at"`
}
