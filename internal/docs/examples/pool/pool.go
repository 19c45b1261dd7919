// Package pool is the guide's example of handing a pgxpool to an engine.
package pool

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/pgxpipeline"
)

// Titles reads the titles of all books through a pool that the rest of the program uses too.
func Titles(ctx context.Context, pool *pgxpool.Pool) (titles []string, err error) {
	db := sqlx.NewDb(stdlib.OpenDBFromPool(pool), "pgx")
	defer func() { err = errors.Join(err, db.Close()) }() // closes the adapter, not the pool

	engine, err := denorm.Open(ctx, db, denorm.WithPipeline(pgxpipeline.New()), denorm.WithSecondConnection())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()

	for book, err := range models.NewBooks(engine).All(ctx) {
		if err != nil {
			return nil, err
		}
		titles = append(titles, book.Title)
	}
	return titles, nil
}
