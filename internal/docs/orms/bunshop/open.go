package bunshop

import (
	"context"

	"github.com/jmoiron/sqlx"
	"github.com/uptrace/bun"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Open makes an engine over the connections that bun uses.
func Open(ctx context.Context, bunDB *bun.DB) (*denorm.Engine, error) {
	return denorm.Open(ctx, sqlx.NewDb(bunDB.DB, "sqlite"))
}

// Rename changes a customer's name and returns the document as the transaction sees it.
func Rename(ctx context.Context, bunDB *bun.DB, customers *Customers, id int64, name string) (*CustomerDoc, error) {
	var doc *CustomerDoc
	err := bunDB.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		customer := &Customer{ID: id, FullName: name}
		if _, err := tx.NewUpdate().Model(customer).Column("name").WherePK().Exec(ctx); err != nil {
			return err
		}
		docs, err := customers.Load(ctx, tx.Tx, id)
		if err != nil {
			return err
		}
		doc = docs[0] // nil if there is no such customer
		return nil
	})
	return doc, err
}
