// Package gormshop holds the models of a program that uses gorm: gorm's tags are all that they carry.
//
//denorm:columns gorm
//denorm:options dialects=sqlite
package gormshop

import "time"

//go:generate go tool denormgen

// Customer is somebody who orders.
//
//denorm:collection customers
//denorm:include Orders order="PlacedAt desc"
//denorm:count Orders as=OrderCount
type Customer struct {
	ID       uint   `gorm:"primaryKey"`
	FullName string `gorm:"column:name"`
	Orders   []Order
}

// Order is what a customer bought at once.
type Order struct {
	ID         uint `gorm:"primaryKey"`
	CustomerID uint
	TotalCents int64
	PlacedAt   time.Time
}
