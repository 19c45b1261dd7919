package models

// Publisher is a house that brings out books.
//
//denorm:collection publishers
//denorm:include Links omit=PublisherID order=Position
//denorm:include Tags flatten=Name order=Name
//denorm:include Books fields=Title,ISBN order="PublishedAt desc" limit=5
//denorm:count Books as=BookCount
type Publisher struct {
	ID   int64  `db:"id"`
	Name string `db:"name"`
	City string `db:"city"`

	Links []PublisherLink
	//denorm:manytomany publisher_tags
	Tags []Tag
	// Books are those that are still sold.
	Books []Book
}

// PublisherLink is a page of a publisher.
type PublisherLink struct {
	ID          int64  `db:"id"`
	PublisherID int64  `db:"publisher_id"`
	URL         string `db:"url"`
	Position    int    `db:"position"`
}

// Tag is a word that books and publishers are marked with.
type Tag struct {
	ID   int64  `db:"id"`
	Name string `db:"name"`
}
