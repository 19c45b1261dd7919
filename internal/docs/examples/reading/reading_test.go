// Package reading_test holds the guide's examples of reading documents, on the bookstore.
package reading_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
)

var (
	ctx    = context.Background()
	db     *sqlx.DB
	engine *denorm.Engine
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "reading")
	if err != nil {
		log.Fatal(err)
	}
	if db, err = store.Create(ctx, filepath.Join(dir, "bookstore.db")); err != nil {
		log.Fatal(err)
	}
	if engine, err = denorm.Open(ctx, db); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	if err := errors.Join(engine.Close(), db.Close(), os.RemoveAll(dir)); err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

func Example_get() {
	books := models.NewBooks(engine)
	book, err := books.Get(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(book.Title, "by", book.Authors[0].Name)

	_, err = books.Get(ctx, 5)
	fmt.Println(err)
	fmt.Println(errors.Is(err, denorm.ErrNotFound), errors.Is(err, sql.ErrNoRows))
	// Output:
	// The Salt Road by Mina Okafor
	// load books, key 5: document not found
	// true true
}

func Example_getMany() {
	books := models.NewBooks(engine)
	docs, err := books.GetMany(ctx, []int64{3, 5, 1, 3})
	if err != nil {
		log.Fatal(err)
	}
	for _, book := range docs {
		if book == nil {
			fmt.Println("none")
			continue
		}
		fmt.Println(book.ID, book.Title)
	}
	// Output:
	// 3 A Handbook of Small Telescopes
	// none
	// 1 The Salt Road
	// 3 A Handbook of Small Telescopes
}

func Example_getJSON() {
	shelves := models.NewShelves(engine)
	text, _, err := shelves.GetJSON(ctx, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	// Output:
	// {"id":2,"name":"Science","book_count":0,"children":[{"id":5,"name":"Astronomy","book_count":0,"children":[{"id":6,"name":"Telescopes","book_count":1,"children":[]}]}]}
}

func Example_all() {
	books := models.NewBooks(engine)
	for book, err := range books.All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(book.ID, book.Title)
	}
	// Output:
	// 1 The Salt Road
	// 2 Nine Lamps
	// 3 A Handbook of Small Telescopes
	// 4 Letters from the Ice
}

func Example_page() {
	cards := models.NewBookCards(engine)
	page, err := cards.Page(ctx, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Docs), "cards, last", *page.Next)

	page, err = cards.Page(ctx, 3, denorm.After(*page.Next))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Docs), "card, more:", page.Next != nil)

	page, err = cards.Page(ctx, 3, denorm.Before(*page.Prev))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Docs), "cards, first", page.Docs[0].ID)
	// Output:
	// 3 cards, last 3
	// 1 card, more: false
	// 3 cards, first 1
}

func Example_count() {
	books := models.NewBooks(engine)
	all, err := books.Count(ctx, 0)
	if err != nil {
		log.Fatal(err)
	}
	atMost, err := books.Count(ctx, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all, atMost)
	// Output:
	// 4 3
}

func Example_load() {
	books := models.NewBooks(engine)
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE books SET title = ? WHERE id = ?", "The Pepper Road", 1); err != nil {
		log.Fatal(err)
	}
	docs, err := books.Load(ctx, tx, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(docs[0].Title)

	outside, err := books.Get(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outside.Title)
	// Output:
	// The Pepper Road
	// The Salt Road
}

func Example_clone() {
	books := models.NewBooks(engine)
	book, err := books.Get(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}
	mine := book.Clone()
	mine.Tags[0] = "bestseller"
	fmt.Println(book.Tags[0], mine.Tags[0])
	// Output:
	// classic bestseller
}

func Example_queryLog() {
	queries := engine.QueryLog()
	queries.Reset()
	queries.Start()
	defer queries.Stop()

	cards := models.NewBookCards(engine)
	if _, err := cards.GetMany(ctx, []int64{1, 2, 3, 4}); err != nil {
		log.Fatal(err)
	}
	for _, query := range queries.Entries() {
		fmt.Printf("%s %q: %d keys, %d rows\n", query.Collection, query.Path, query.Keys, query.Rows)
	}
	// Output:
	// book_cards "": 4 keys, 4 rows
	// book_cards "Authors": 4 keys, 6 rows
}

func Example_loadError() {
	books := models.NewBooks(engine)
	tx := db.MustBegin()
	defer tx.Rollback()
	tx.MustExec("UPDATE chapters SET number = 'one' WHERE id = 1")
	_, err := books.Load(ctx, tx, 1)
	fmt.Println(err)
	fmt.Println(errors.Is(err, denorm.ErrValue))

	var failed *denorm.LoadError
	if errors.As(err, &failed) {
		fmt.Println(failed.Collection, failed.Path, failed.Key, failed.Column)
	}
	// Output:
	// load books, path Chapters, key 1, column number: value does not fit: text from the driver is not an integer of 64 bits
	// true
	// books Chapters 1 number
}

func Example_aggregates() {
	index := models.NewTagIndex(engine)
	tags, err := index.Get(ctx, "default")
	if err != nil {
		log.Fatal(err)
	}
	figures, err := models.NewFigures(engine).Get(ctx, "cheap")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tags["classic"], figures.Books, figures.Cents)
	// Output:
	// [1 4] 3 4130
}
