// Package tree has documents with relations of every kind.
package tree

import (
	"context"
	"database/sql"
	"errors"
)

type Book struct {
	ID          int64
	Title       string
	PublisherID *int64
	Subtitle    sql.NullString
	Publisher   *Publisher
	Authors     []*Author
}

// Label is computed.
func (b *Book) Label() string { return b.Title + b.Subtitle.String }

// Check is computed and may fail.
func (b Book) Check() (*string, error) { return nil, errors.New("no") }

type Publisher struct {
	ID      int64
	Name    string
	Country string
}

// Upper is computed.
func (p *Publisher) Upper() string { return p.Name }

type Country struct {
	Code string
	Name string
}

type Author struct {
	ID   int64
	Name string
}

type Award struct {
	ID   int64
	Year int16
}

type Link struct {
	ID  int64
	URL *string
}

type Title struct {
	ID   int64
	Lang string
	Text string
}

// Extra is what the transform adds.
type Extra struct {
	Related []int64 `json:"related"`
}

func enrich(ctx context.Context, doc *BookDoc) error {
	doc.Related = []int64{doc.ID}
	return ctx.Err()
}
