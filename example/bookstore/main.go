// Bookstore shows what denormgen does: it makes a small SQLite database, loads documents from it through
// generated code, and asks the generator what a change of one column would mean.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bookstore:", err)
		os.Exit(1)
	}
	if err := explain(context.Background(), "authors.last_name"); err != nil {
		fmt.Fprintln(os.Stderr, "bookstore:", err)
		os.Exit(1)
	}
}

// run makes the store and prints what is in it.
func run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "bookstore")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := store.Create(ctx, filepath.Join(dir, "bookstore.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	engine, err := denorm.Open(ctx, db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	books := models.NewBooks(engine)
	cards := models.NewBookCards(engine)
	shelves := models.NewShelves(engine)

	book, err := books.Get(ctx, 1)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Book 1 is %q by %s and has %d approved reviews. The whole document:\n\n",
		book.Title, book.Authors[0].Name, book.ReviewCount)
	if err := show(out, book); err != nil {
		return err
	}

	fmt.Fprint(out, "\nA page of cards, two at a time:\n\n")
	page, err := cards.Page(ctx, 2)
	if err != nil {
		return err
	}
	if err := show(out, page.Docs); err != nil {
		return err
	}
	if page.Next != nil {
		fmt.Fprintf(out, "\nThe next page begins after book %d.\n", *page.Next)
	}

	fmt.Fprint(out, "\nEvery top shelf, with what stands below it:\n\n")
	for shelf, err := range shelves.All(ctx) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\n", shelf.Name)
		below(out, shelf.Children, "  ")
	}

	if _, err := books.Get(ctx, 5); errors.Is(err, denorm.ErrNotFound) {
		fmt.Fprint(out, "\nBook 5 was withdrawn, so it has no document: ", err, "\n")
	}
	return nil
}

func show(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

func below(out io.Writer, shelves []models.ShelfChildren, indent string) {
	for _, shelf := range shelves {
		fmt.Fprintf(out, "%s%s (%d books)\n", indent, shelf.Name, shelf.BookCount)
		below(out, shelf.Children, indent+"  ")
	}
}

// explain asks the generator which documents a change of one column would touch.
func explain(ctx context.Context, column string) error {
	fmt.Printf("\n$ denormgen explain %s\n\n", column)
	command := exec.CommandContext(ctx, "go", "run", "github.com/denormgen/denormgen/cmd/denormgen",
		"explain", column, "--package", "github.com/denormgen/denormgen/example/bookstore/models")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}
