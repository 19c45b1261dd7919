package faking_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/docs/examples/faking"
	denorm "github.com/denormgen/denormgen/runtime"
)

// The real collection fits the interface.
var _ faking.BookReader = (*models.Books)(nil)

// fakeBooks is a collection in memory.
type fakeBooks struct {
	docs map[int64]*models.BookDoc
	err  error // what every call returns, if it is set
}

func (f *fakeBooks) Get(_ context.Context, id int64) (*models.BookDoc, error) {
	if f.err != nil {
		return nil, f.err
	}
	if doc, ok := f.docs[id]; ok {
		return doc.Clone(), nil
	}
	return nil, denorm.ErrNotFound
}

func TestBookPage(t *testing.T) {
	books := map[int64]*models.BookDoc{
		1: {ID: 1, Title: "The Salt Road", Chapters: []models.BookDocChapters{{Number: 1, Title: "Low water"}}},
	}
	for _, test := range []struct {
		path string
		fake *fakeBooks
		code int
		body string
	}{
		{"/books/1", &fakeBooks{docs: books}, http.StatusOK, "The Salt Road, 1 chapters\n"},
		{"/books/2", &fakeBooks{docs: books}, http.StatusNotFound, "404 page not found\n"},
		{"/books/one", &fakeBooks{docs: books}, http.StatusBadRequest, "a book's id is a number\n"},
		{"/books/1", &fakeBooks{err: errors.New("no route to host")}, http.StatusInternalServerError, "the book could not be read\n"},
	} {
		mux := http.NewServeMux()
		mux.Handle("GET /books/{id}", &faking.BookPage{Books: test.fake})
		recorder := httptest.NewRecorder()
		mux.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, test.path, strings.NewReader("")))
		if recorder.Code != test.code || recorder.Body.String() != test.body {
			t.Errorf("%s: %d %q, want %d %q", test.path, recorder.Code, recorder.Body.String(), test.code, test.body)
		}
	}
}
