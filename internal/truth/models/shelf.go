package models

// Category is a node of a tree, which bad data may turn into a circle.
//
//denorm:table categories
//denorm:collection categories where="Rank == nil || Rank >= 0"
//denorm:include Children fields=Name order="Rank desc nulls last, Name" limit=3 depth=3
//denorm:include Children.Books fields=Title order=Price limit=2
//denorm:include Children.Books.Tags flatten=Label order=Label
//denorm:count Children.Books as=Children.BookCount
//denorm:include Books flatten=ID
type Category struct {
	ID       int64  `db:"id"`
	Name     string `db:"name"`
	Rank     *int   `db:"rank"`
	ParentID *int64 `db:"parent_id"`

	Parent *Category
	//denorm:hasmany ParentID
	Children []Category
	Books    []Book
}

// Tag is a word that books are marked with.
//
//denorm:collection tags
//denorm:include Books fields=Title,Pages order="Pages nulls last, Title desc" limit=3
//denorm:include Books.Tags fields=Label order="Label desc" limit=2
//denorm:include Books.Comments flatten=Score order="Score desc" limit=2
//denorm:count Books as=BookCount
//denorm:max Books.Status as=LastStatus where="InPrint"
type Tag struct {
	ID     int64  `db:"id"`
	Label  string `db:"label"`
	Weight int    `db:"weight"`

	//denorm:manytomany book_tags
	Books []Book
}

// Shelf is identified by its room and a text.
//
//denorm:table shelves
//denorm:key Room,Code
//denorm:collection shelves
//denorm:include Books fields=Title,through.Copies,through.Slot order="through.Slot desc" limit=3
//denorm:include Books.Authors flatten=LastName order=LastName
//denorm:include Books.Comments fields=Text order="Text desc, Score" limit=1
//denorm:include Neighbours fields=Name order="Capacity desc"
//denorm:include Neighbours.Books flatten=Title order=Title where="through.Copies > 0"
//denorm:include NeighbourCodes flatten=Code
//denorm:sum Books through.Copies as=Copies
//denorm:sum Books "through.Copies * Price" as=Value where="through.Slot != nil"
//denorm:count Neighbours as=NeighbourCount
type Shelf struct {
	Room     int    `db:"room"`
	Code     string `db:"code"`
	Name     string `db:"name"`
	Capacity *int   `db:"capacity"`

	//denorm:manytomany through=Placement
	Books []Book
	//denorm:manytomany shelf_links local=from_room,from_code foreign=to_room,to_code
	Neighbours []Shelf
	//denorm:manytomany shelf_links local=from_room,from_code foreign=to_room,to_code
	NeighbourCodes []Shelf
}

// Placement says where copies of a book stand.
//
//denorm:key Room,ShelfCode,BookID
//denorm:collection placements where="Copies != 0"
//denorm:include Shelf fields=Name
//denorm:include Shelf.Books flatten=Title order="Title, through.Slot"
//denorm:include Book fields=Title all
//denorm:include Book.Shelves fields=Capacity,through.Copies order="through.Copies desc"
type Placement struct {
	Room      int    `db:"room"`
	ShelfCode string `db:"shelf_code"`
	BookID    int64  `db:"book_id"`
	Copies    int    `db:"copies"`
	Slot      *int   `db:"slot"`

	//denorm:belongsto Room,ShelfCode
	Shelf *Shelf
	Book  *Book
}
