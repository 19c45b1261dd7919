package models

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
)

// Holdings are all there is, as it was read.
type Holdings struct {
	Books   []json.RawMessage `json:"books"`
	Authors []json.RawMessage `json:"authors,omitempty"`
}

// libraryOf copies all documents, or those of books.
//
//denorm:aggregate library from=books,authors keys=all,books
func libraryOf(_ context.Context, key string, books iter.Seq2[*BookDoc, error], authors iter.Seq2[*AuthorDoc, error]) (Holdings, error) {
	var h Holdings
	var err, failed error
	if h.Books, err = copied(books); key == "all" {
		h.Authors, failed = copied(authors)
	}
	return h, errors.Join(err, failed)
}

func copied[D any](docs iter.Seq2[*D, error]) ([]json.RawMessage, error) {
	list := []json.RawMessage{}
	for doc, err := range docs {
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(doc)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}
