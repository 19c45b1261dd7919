package models

import "time"

// Book is a title that may have been deleted.
//
//denorm:where "DeletedAt == nil"
//denorm:collection books
//denorm:include Publisher fields=Name
//denorm:include Publisher.Region fields=Name
//denorm:include Publisher.Books as=Siblings fields=Title order=Title limit=2
//denorm:include Imprint flatten=Name
//denorm:include Category fields=Name
//denorm:include Category.Parent fields=Name,Rank depth=2
//denorm:include Chapters order="Words desc, Number"
//denorm:include Chapters.Notes by=Lang order="Weight desc"
//denorm:include Chapters.Notes.Comments fields=Text,Score order=Score limit=2
//denorm:include Authors fields=FirstName,LastName,FullName,through.Role,through.Position order="through.Position desc nulls last"
//denorm:include Authors.Profile fields=Bio,Visible
//denorm:include Authors.Profile.Comments flatten=Text order="Score desc"
//denorm:include Editors flatten=LastName order=through.Position
//denorm:include Tags order="Weight desc, Label" limit=3
//denorm:include TagIDs flatten=ID
//denorm:include Shelves fields=Name,through.Slot order=through.Slot
//denorm:include Pinned fields=Text
//denorm:include Pinned.Author fields=FirstName
type Book struct {
	ID          int64      `db:"id"`
	Title       string     `db:"title"`
	Price       float64    `db:"price"`
	Pages       *int       `db:"pages"`
	Status      string     `db:"status"`
	InPrint     bool       `db:"in_print"`
	PublisherID *int64     `db:"publisher_id"`
	ImprintSlug *string    `db:"imprint_slug"`
	CategoryID  *int64     `db:"category_id" json:"-"`
	DeletedAt   *time.Time `db:"deleted_at"`

	Publisher *Publisher
	//denorm:belongsto ImprintSlug ref=Slug
	Imprint  *Publisher
	Category *Category
	Chapters []Chapter
	Sales    []Sale
	//denorm:manytomany through=Authorship
	Authors []Author
	//denorm:manytomany through=Authorship when=`Role == "editor"`
	Editors []Author
	//denorm:manytomany book_tags
	Tags []Tag
	//denorm:manytomany book_tags
	TagIDs []Tag `json:"tag_numbers"`
	//denorm:manytomany through=Placement
	Shelves []Shelf
	//denorm:hasmany SubjectID when=`SubjectType == "book"`
	Comments []Comment
	//denorm:hasone SubjectID when=`SubjectType == "pin" && Approved`
	Pinned *Comment
}

//denorm:collection book_cards of=Book doc=BookCard all where=`(Pages == nil || Pages > 0) && !(Status == "draft")`
//denorm:fields Title
//denorm:include Authors flatten=FirstName order=through.Position limit=2
//denorm:include Editors flatten=FirstName limit=2 order="Born desc"
//denorm:include Tags flatten=Label order=Label where="Weight > 0"
//denorm:include Category flatten=Name
//denorm:include Chapters by=Number flatten=Title where="Words >= 0"
//denorm:include Sales by=Kind flatten=Quantity order="Quantity desc"
//denorm:include Shelves flatten=through.Copies order="Capacity desc nulls first, through.Copies"
//denorm:include Publisher flatten=Rating where="Rating != 3"
//denorm:include Comments fields=Text,Score order="Score desc, Text nulls last" limit=3 where="AuthorID != nil || Approved"

//denorm:collection book_stats of=Book doc=BookFigures
//denorm:fields ID
//denorm:count Sales as=SaleCount
//denorm:count Sales as=BigSales where="Quantity >= 3 && Discount != nil"
//denorm:count Sales.Discount as=Discounts
//denorm:sum Sales.Quantity as=Quantity
//denorm:sum Sales "Quantity * UnitPrice" as=Revenue
//denorm:sum Sales "Quantity * UnitPrice - Discount" as=Net where=`Kind != "gift"`
//denorm:sum Sales "Quantity / Bundle + Quantity % Bundle" as=Bundles
//denorm:avg Sales.Quantity as=AverageQuantity
//denorm:avg Sales.Discount as=AverageDiscount
//denorm:min Sales.Discount as=LeastDiscount
//denorm:max Sales.SoldAt as=LastSale where=`SoldAt >= "2024-02-01" || Kind == "web"`
//denorm:max Sales.Kind as=LastKind
//denorm:count Tags as=TagCount
//denorm:sum Tags.Weight as=TagWeight where="Weight != 2"
//denorm:count Authors as=AuthorCount
//denorm:max Authors through.Position as=LastPosition where=`through.Role != "editor"`
//denorm:count Authors.Books as=SharedBooks
//denorm:count Comments as=Opinions where=`Approved && (Score < 0 || like(Text, "A%"))`
//denorm:count Publisher.Books as=SiblingCount
//denorm:count Publisher.Books as=EverySibling all where="between(Price, -1, 5) || in(Status, \"open\", \"draft\")"
//denorm:include Chapters fields=Title order=Number
//denorm:count Chapters.Notes as=Chapters.NoteCount
//denorm:sum Chapters.Notes.Weight as=Chapters.NoteWeight where=`Lang == "en" || Body == nil`
//denorm:include Authors fields=Born order=Born
//denorm:count Authors.Books as=Authors.BookCount
//denorm:min Authors.Books.Price as=Authors.LeastPrice
//denorm:count Authors.Mentees as=Authors.MenteeCount where="Born != nil"
