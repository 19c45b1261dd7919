package memcachedsink_test

import (
	"context"
	"log"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memcachedsink"
)

func ExampleNew() {
	var (
		ctx context.Context // of the program
		db  *sqlx.DB        // with change capture installed
	)
	client := memcache.New("10.0.0.1:11211", "10.0.0.2:11211")
	client.MaxIdleConns = 16 // and so many requests at a time
	sink, err := memcachedsink.New(client, memcachedsink.Prefix("shop:"))
	if err != nil {
		log.Fatal(err)
	}
	engine, err := denorm.Open(ctx, db, denorm.WithSink("memcached", sink, denorm.SinkCollections("books")))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	// Readers of any language, once the engine runs: get shop:books:42
}
