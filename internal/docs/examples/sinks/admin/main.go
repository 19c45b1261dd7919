// Command admin looks after the documents of the shop.
package main

import (
	"context"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/command"
)

func main() { command.Main("admin", open) }

// open makes the engine as the shop does.
func open(ctx context.Context) (*denorm.Engine, error) {
	db, err := sqlx.Open("sqlite", "file:bookstore.db?_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, err
	}
	engine, err := denorm.Open(ctx, db)
	if err != nil {
		return nil, err
	}
	models.NewBooks(engine)
	return engine, nil
}
