package models

// Category is a shelf; shelves stand within shelves.
//
//denorm:table categories
//denorm:collection shelves doc=Shelf where="ParentID == nil"
//denorm:fields Name
//denorm:include Children fields=Name order=Name depth=3
//denorm:count Books as=BookCount
//denorm:count Children.Books as=Children.BookCount
type Category struct {
	ID       int64  `db:"id"`
	Name     string `db:"name"`
	ParentID *int64 `db:"parent_id" json:"-"`

	Parent *Category
	//denorm:hasmany ParentID
	Children []Category
	Books    []Book
}
