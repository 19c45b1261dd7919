package models

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) { jsontest.Equal(t, booksDefinition().AppendJSON) }

// BenchmarkJSON writes a document of about 4 KB.
func BenchmarkJSON(b *testing.B) { jsontest.Benchmark(b, booksDefinition().AppendJSON, typical()) }

func typical() *BookDoc {
	at := time.Date(2021, 3, 4, 5, 6, 7, 0, time.UTC)
	doc := &BookDoc{
		ID: 4711, Title: "The <collected> letters & papers", ISBN: "978-3-16-148410-0", Price: 24.95, Pages: 416, PublishedAt: at,
		Summary: new(strings.Repeat("A summary that goes on for a while, with \"quotes\". ", 8)),
	}
	for i := range int64(2) {
		doc.Authors = append(doc.Authors, BookDocAuthors{
			ID: i + 17, Name: fmt.Sprint("Author of number ", i), CountryID: i, Country: &BookDocAuthorsCountry{ID: i, Name: "Österreich"},
		})
		doc.Tags = append(doc.Tags, BookDocTags{ID: i, Name: fmt.Sprint("tag", i)}, BookDocTags{ID: i + 7, Name: "history"})
	}
	for i := range int64(8) {
		doc.Reviews = append(doc.Reviews, BookDocReviews{
			ID: 90_000 + i, Rating: int(i%5) + 1, CreatedAt: at.Add(time.Duration(i) * time.Hour),
			Body: strings.Repeat("It was a good read, though the end came sooner than I had hoped. ", 5),
		})
	}
	return doc
}
