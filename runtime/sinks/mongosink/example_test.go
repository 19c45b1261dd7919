package mongosink_test

import (
	"context"
	"log"

	"github.com/jmoiron/sqlx"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/mongosink"
)

func ExampleNew() {
	var (
		ctx context.Context // of the program
		db  *sqlx.DB        // with change capture installed
	)
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://localhost:27017"))
	if err != nil {
		log.Fatal(err)
	}
	sink, err := mongosink.New(client.Database("shop"))
	if err != nil {
		log.Fatal(err)
	}
	engine, err := denorm.Open(ctx, db, denorm.WithSink("mongo", sink, denorm.SinkCollections("books")))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	// Readers, once the engine runs: db.books.find({title: "The Salt Road", "_denorm.deleted": null})
}
