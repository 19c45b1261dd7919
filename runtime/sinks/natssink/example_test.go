package natssink_test

import (
	"context"
	"fmt"
	"log"
	"net/url"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/natssink"
)

func ExampleNew() {
	var (
		ctx context.Context // of the program
		db  *sqlx.DB        // with change capture installed
	)
	conn, err := nats.Connect("nats://localhost:4222", nats.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		log.Fatal(err)
	}
	sink, err := natssink.New(js, natssink.Prefix("shop"))
	if err != nil {
		log.Fatal(err)
	}
	engine, err := denorm.Open(ctx, db, denorm.WithSink("nats", sink, denorm.SinkCollections("books")))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	// Readers, once the engine runs: nats stream get shop-books --last-for shop.books.42
}

// A reader gets all documents first, and then what changes.
func Example_reader() {
	var (
		ctx context.Context
		js  jetstream.JetStream
	)
	consumer, err := js.OrderedConsumer(ctx, "denorm-books", jetstream.OrderedConsumerConfig{})
	if err != nil {
		log.Fatal(err)
	}
	consuming, err := consumer.Consume(func(message jetstream.Msg) {
		key, err := url.PathUnescape(message.Headers().Get("Denorm-Key"))
		if err != nil {
			log.Print(err)
			return
		}
		if message.Headers().Get("Denorm-Deleted") != "" {
			fmt.Println(key, "is gone")
			return
		}
		fmt.Println(key, "is", string(message.Data()))
	})
	if err != nil {
		log.Fatal(err)
	}
	defer consuming.Stop()
}
