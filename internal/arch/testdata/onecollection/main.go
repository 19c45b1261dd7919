// Command onecollection is the smallest program with a generated collection on SQLite. It is listed, not
// run: what it links is what every user pays for.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

func main() {
	ctx := context.Background()
	engine, err := denorm.Open(ctx, sqlx.MustConnect("sqlite", "file:shop.db"))
	if err != nil {
		log.Fatal(err)
	}
	book, err := models.NewBooks(engine).Get(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(book.Title)
}
