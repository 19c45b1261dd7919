package bunshop

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	denorm "github.com/denormgen/denormgen/runtime"
)

// RenameNow changes a customer's name. Documents show it when RenameNow returns.
func RenameNow(ctx context.Context, engine *denorm.Engine, bunDB *bun.DB, id int64, name string) error {
	tx, err := bunDB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	customer := &Customer{ID: id, FullName: name}
	if _, err := tx.NewUpdate().Model(customer).Column("name").WherePK().Exec(ctx); err != nil {
		return err
	}
	pending, err := engine.Join(ctx, tx.Tx)
	if err != nil {
		return err
	}
	err = tx.Commit()
	return errors.Join(err, pending.Committed(ctx))
}
