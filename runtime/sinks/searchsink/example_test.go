package searchsink_test

import (
	"context"
	"log"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/searchsink"
)

func ExampleNew() {
	var (
		ctx context.Context // of the program
		db  *sqlx.DB        // with change capture installed
	)
	sink, err := searchsink.New("http://localhost:9200", searchsink.Prefix("shop"), searchsink.Index("books", []byte(`{
		"mappings": {"dynamic": false, "properties": {"title": {"type": "text"}, "price": {"type": "scaled_float", "scaling_factor": 100}}}
	}`)))
	if err != nil {
		log.Fatal(err)
	}
	engine, err := denorm.Open(ctx, db, denorm.WithSink("search", sink, denorm.SinkCollections("books")))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	// Readers of any language, once the engine runs: POST /shop-books/_search?_source_excludes=denorm_sink
}
