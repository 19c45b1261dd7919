package models

// Region is a place, identified by a text.
//
//denorm:key Code
//denorm:collection regions
//denorm:include Publishers fields=Name,Rating order="Rating desc nulls last, Name" limit=3
//denorm:include Publishers.Books fields=Title order="Pages desc" limit=2
//denorm:include Publishers.Books.Comments fields=Score order=CreatedAt limit=2
//denorm:include Authors flatten=LastName order="LastName desc"
//denorm:count Publishers as=PublisherCount
//denorm:count Publishers.Books as=BookCount
//denorm:count Publishers.Books as=EveryBookCount all
type Region struct {
	Code string `db:"code"`
	Name string `db:"name"`

	//denorm:hasmany RegionCode
	Publishers []Publisher
	//denorm:hasmany RegionCode
	Authors []Author
}

// Publisher brings books out, under its own name and as an imprint.
//
//denorm:collection publishers
//denorm:include Region
//denorm:include Books fields=Title,Price order="Price desc, Title" limit=3
//denorm:include Books.Comments fields=Text order="Score desc" limit=2
//denorm:include Books.Comments.Author fields=FirstName,Seniority
//denorm:include Books.Chapters fields=Title,Words order="Title desc nulls last, Words" limit=2
//denorm:include Books.Chapters.Notes flatten=Body order="Lang, Weight"
//denorm:include AllBooks all flatten=Title order="Title desc"
//denorm:include Writers fields=FirstName order=LastName limit=4
//denorm:include Writers.Profile fields=Bio
//denorm:include Topics flatten=Label order="Weight desc" limit=3
//denorm:include TopicIDs flatten=ID
//denorm:include Imprints fields=Title where=`Status == "open"`
//denorm:sum Books.Sales "Quantity * UnitPrice" as=Revenue
//denorm:count Writers as=WriterCount
//denorm:count Topics as=TopicCount where="Weight < 3"
//denorm:count Books.Tags as=BookTagCount
//denorm:avg Books.Price as=AveragePrice
type Publisher struct {
	ID         int64   `db:"id"`
	Name       string  `db:"name"`
	Slug       *string `db:"slug"`
	RegionCode *string `db:"region_code"`
	Rating     *int32  `db:"rating"`

	//denorm:belongsto RegionCode
	Region *Region
	Books  []Book
	//denorm:hasmany PublisherID
	AllBooks []Book
	//denorm:hasmany via=Books.Authors
	Writers []Author
	//denorm:hasmany via=Books.Tags
	Topics []Tag
	//denorm:hasmany via=Books.Tags
	TopicIDs []Tag
	//denorm:hasmany ImprintSlug ref=Slug
	Imprints []Book
}
