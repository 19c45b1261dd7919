package redissink_test

import (
	"context"
	"log"

	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
)

func ExampleNew() {
	var (
		ctx context.Context // of the program
		db  *sqlx.DB        // with change capture installed
	)
	client := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
	sink, err := redissink.New(client, redissink.Prefix("shop:"))
	if err != nil {
		log.Fatal(err)
	}
	engine, err := denorm.Open(ctx, db, denorm.WithSink("redis", sink, denorm.SinkCollections("books")))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	// Readers of any language, once the engine runs: GET shop:{books}:42
}
