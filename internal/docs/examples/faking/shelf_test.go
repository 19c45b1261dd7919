package faking_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/docs/examples/faking"
	"github.com/denormgen/denormgen/runtime/denormtest"
)

// The real collection fits the interface, and so does a fake.
var (
	_ faking.BookReader = (*models.Books)(nil)
	_ faking.BookReader = (*denormtest.FakeCollection[int64, models.BookDoc])(nil)
)

func TestBookPage(t *testing.T) {
	key := func(doc *models.BookDoc) int64 { return doc.ID }
	books := denormtest.Fake(key, &models.BookDoc{
		ID: 1, Title: "The Salt Road", Chapters: []models.BookDocChapters{{Number: 1, Title: "Low water"}},
	})
	broken := denormtest.Fake(key)
	broken.SetError(errors.New("no route to host"))

	for _, test := range []struct {
		path  string
		books faking.BookReader
		code  int
		body  string
	}{
		{"/books/1", books, http.StatusOK, "The Salt Road, 1 chapters\n"},
		{"/books/2", books, http.StatusNotFound, "404 page not found\n"},
		{"/books/one", books, http.StatusBadRequest, "a book's id is a number\n"},
		{"/books/1", broken, http.StatusInternalServerError, "the book could not be read\n"},
	} {
		mux := http.NewServeMux()
		mux.Handle("GET /books/{id}", &faking.BookPage{Books: test.books})
		recorder := httptest.NewRecorder()
		mux.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, test.path, strings.NewReader("")))
		if recorder.Code != test.code || recorder.Body.String() != test.body {
			t.Errorf("%s: %d %q, want %d %q", test.path, recorder.Code, recorder.Body.String(), test.code, test.body)
		}
	}
}
