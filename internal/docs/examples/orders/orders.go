// Package orders is the guide's example for what the bookstore has no use for.
package orders

import (
	"context"
	"fmt"

	denorm "github.com/denormgen/denormgen/runtime"
)

//go:generate go run github.com/denormgen/denormgen/cmd/denormgen

// Order is what a customer bought at once.
//
//denorm:collection orders extra=OrderExtra where=`Status != "draft"`
//denorm:include Customer as=Buyer fields=Name
//denorm:include Lines omit=OrderID order=Position
//denorm:include Notes by=Lang flatten=Text
//denorm:sum Lines "Quantity * UnitCents" as=TotalCents
//denorm:max Lines.UnitCents as=DearestCents
type Order struct {
	ID         int64  `db:"id"`
	Status     string `db:"status"`
	CustomerID int64  `db:"customer_id" json:"-"`

	Customer *Customer
	Lines    []Line
	Notes    []Note
}

// Customer is somebody who orders.
type Customer struct {
	ID        int64   `db:"id"`
	FirstName string  `db:"first_name"`
	LastName  string  `db:"last_name"`
	Title     *string `db:"title"`
}

// Name is how a customer is addressed.
//
//denorm:computed needs=FirstName,LastName,Title
func (c *Customer) Name() string { return address(c) }

func address(c *Customer) string {
	if c.Title == nil {
		return c.FirstName + " " + c.LastName
	}
	return *c.Title + " " + c.LastName
}

// Line is a number of pieces of one article.
type Line struct {
	ID        int64  `db:"id"`
	OrderID   int64  `db:"order_id"`
	Position  int    `db:"position"`
	Article   string `db:"article"`
	Quantity  int    `db:"quantity"`
	UnitCents int64  `db:"unit_cents"`
}

// Note is what the packer has to know, in one language.
type Note struct {
	ID      int64  `db:"id"`
	OrderID int64  `db:"order_id"`
	Lang    string `db:"lang"`
	Text    string `db:"text"`
}

// OrderExtra is what the transform adds to the document.
type OrderExtra struct {
	Total string `json:"total"`
}

// price writes the total as people read it, and drops orders without lines.
//
//denorm:transform orders
func price(_ context.Context, doc *OrderDoc) error {
	if len(doc.Lines) == 0 {
		return denorm.Skip
	}
	doc.Total = fmt.Sprintf("%d.%02d EUR", doc.TotalCents/100, doc.TotalCents%100)
	return nil
}
