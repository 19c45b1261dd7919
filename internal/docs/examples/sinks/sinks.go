// Package sinks holds the guide's examples of documents in other stores.
package sinks

import (
	"context"

	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// Open makes an engine that keeps books in Redis, and everything in tables of another database.
func Open(ctx context.Context, db *sqlx.DB, client redis.UniversalClient, warehouse *sqlx.DB) (*denorm.Engine, error) {
	plain, err := redissink.New(client, redissink.Prefix("shop:"))
	if err != nil {
		return nil, err
	}
	tables, err := sqlsink.New(warehouse)
	if err != nil {
		return nil, err
	}
	return denorm.Open(ctx, db,
		denorm.WithSink("redis", plain, denorm.SinkCollections("books")),
		denorm.WithSink("warehouse", tables),
	)
}
