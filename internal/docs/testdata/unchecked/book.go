// Package unchecked is the guide's example of generated code that is out of date: it was never made.
//
//denorm:options dialects=sqlite
package unchecked

// Book is a title that the shop sells.
//
//denorm:collection books
type Book struct {
	ID    int64  `db:"id"`
	Title string `db:"title"`
}
