package sqlsink_test

import (
	"context"
	"log"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// Documents are kept in the database of the source tables, for whoever reads by SQL.
func Example() {
	ctx := context.Background()
	db, err := sqlx.Connect("pgx", "postgres://localhost/shop")
	if err != nil {
		log.Fatal(err)
	}
	sink, err := sqlsink.New(db, sqlsink.Prefix("doc_"), sqlsink.Index("books", "author", "name"))
	if err != nil {
		log.Fatal(err)
	}
	engine, err := denorm.Open(ctx, db, denorm.WithSink("tables", sink))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	// Collections are registered here; then Install and Run keep the tables true:
	//
	//	SELECT document FROM doc_books WHERE document -> 'author' ->> 'name' = 'Le Guin'
}
