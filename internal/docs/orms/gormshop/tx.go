package gormshop

import (
	"context"
	"errors"

	"gorm.io/gorm"

	denorm "github.com/denormgen/denormgen/runtime"
)

// RenameNow changes a customer's name. Documents show it when RenameNow returns.
func RenameNow(ctx context.Context, engine *denorm.Engine, gormDB *gorm.DB, id uint, name string) error {
	tx := gormDB.WithContext(ctx).Begin()
	if tx.Error != nil {
		return tx.Error
	}
	defer tx.Rollback()
	if err := tx.Model(&Customer{ID: id}).Update("FullName", name).Error; err != nil {
		return err
	}
	pending, err := engine.Join(ctx, tx.Statement.ConnPool)
	if err != nil {
		return err
	}
	err = tx.Commit().Error
	return errors.Join(err, pending.Committed(ctx))
}
