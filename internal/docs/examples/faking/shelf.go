// Package faking is the guide's example of code that reads documents and is tested without a database.
package faking

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

// BookReader is what the page needs of a collection of books. *models.Books has it.
type BookReader interface {
	Get(ctx context.Context, id int64) (*models.BookDoc, error)
}

// BookPage answers GET /books/{id}.
type BookPage struct {
	Books BookReader
}

func (p *BookPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.Error(w, "a book's id is a number", http.StatusBadRequest)
		return
	}
	book, err := p.Books.Get(r.Context(), id)
	switch {
	case errors.Is(err, denorm.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		http.Error(w, "the book could not be read", http.StatusInternalServerError)
	default:
		fmt.Fprintf(w, "%s, %d chapters\n", book.Title, len(book.Chapters))
	}
}
