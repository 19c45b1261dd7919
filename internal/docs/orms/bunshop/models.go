// Package bunshop holds the models of a program that uses bun: bun's tags are all that they carry.
//
//denorm:columns bun
//denorm:options dialects=sqlite
package bunshop

import (
	"time"

	"github.com/uptrace/bun"
)

//go:generate go tool denormgen

// Customer is somebody who orders.
//
//denorm:collection customers
//denorm:include Orders order="PlacedAt desc"
//denorm:count Orders as=OrderCount
type Customer struct {
	bun.BaseModel `bun:"table:customers,alias:c"`

	ID       int64    `bun:"id,pk,autoincrement"`
	FullName string   `bun:"name"`
	Orders   []*Order `bun:"rel:has-many,join:id=customer_id"`
}

// Order is what a customer bought at once.
type Order struct {
	bun.BaseModel `bun:"table:orders,alias:o"`

	ID         int64     `bun:"id,pk,autoincrement"`
	CustomerID int64     `bun:"customer_id"`
	TotalCents int64     `bun:"total_cents"`
	PlacedAt   time.Time `bun:"placed_at"`
}
