package ndjsonsink_test

import (
	"context"
	"log"
	"os"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/ndjsonsink"
)

func ExampleOpen() {
	var (
		ctx context.Context // of the program
		db  *sqlx.DB        // with change capture installed
	)
	sink, err := ndjsonsink.Open("books.ndjson")
	if err != nil {
		log.Fatal(err)
	}
	engine, err := denorm.Open(ctx, db, denorm.WithSink("file", sink, denorm.SinkCollections("books")))
	if err != nil {
		log.Fatal(err)
	}
	defer sink.Close() // after the engine
	defer engine.Close()
}

func ExampleNew() {
	var (
		ctx context.Context // of the program
		db  *sqlx.DB        // with change capture installed
	)
	engine, err := denorm.Open(ctx, db, denorm.WithSink("stdout", ndjsonsink.New(os.Stdout)))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
}
