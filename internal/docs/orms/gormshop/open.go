package gormshop

import (
	"context"

	"github.com/jmoiron/sqlx"
	"gorm.io/gorm"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Open makes an engine over the connections that gorm uses.
func Open(ctx context.Context, gormDB *gorm.DB) (*denorm.Engine, error) {
	db, err := gormDB.DB()
	if err != nil {
		return nil, err
	}
	return denorm.Open(ctx, sqlx.NewDb(db, "sqlite"))
}

// Rename changes a customer's name and returns the document as the transaction sees it.
func Rename(ctx context.Context, gormDB *gorm.DB, customers *Customers, id uint, name string) (*CustomerDoc, error) {
	var doc *CustomerDoc
	err := gormDB.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Model(&Customer{ID: id}).Update("FullName", name).Error; err != nil {
			return err
		}
		docs, err := customers.Load(ctx, tx.Statement.ConnPool, id)
		if err != nil {
			return err
		}
		doc = docs[0] // nil if there is no such customer
		return nil
	})
	return doc, err
}
