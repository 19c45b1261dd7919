package models

import (
	"context"
	"iter"
)

// indexTags lists the books under each tag.
//
//denorm:aggregate tag_index from=books
func indexTags(_ context.Context, _ string, books iter.Seq2[*BookDoc, error]) (map[string][]int64, error) {
	index := map[string][]int64{}
	for book, err := range books {
		if err != nil {
			return nil, err
		}
		for _, tag := range book.Tags {
			index[tag] = append(index[tag], book.ID)
		}
	}
	return index, nil
}

// Totals are the figures of all books, or of the cheap ones.
type Totals struct {
	Books   int   `json:"books"`
	Cents   int64 `json:"cents"`
	Reviews int64 `json:"reviews"`
}

// totals adds up what the shop has.
//
//denorm:aggregate figures from=books keys=all,cheap
func totals(_ context.Context, key string, books iter.Seq2[*BookDoc, error]) (*Totals, error) {
	var t Totals
	for book, err := range books {
		if err != nil {
			return nil, err
		}
		if key == "cheap" && book.PriceCents >= 2000 {
			continue
		}
		t.Books++
		t.Cents += book.PriceCents
		t.Reviews += book.ReviewCount
	}
	return &t, nil
}
