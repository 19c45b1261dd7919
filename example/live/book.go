package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/example/bookstore/models"
)

// lines are a book for people to read.
func lines(book json.RawMessage) []string {
	if len(book) == 0 || string(book) == "null" {
		return []string{"there is no such book"}
	}
	var doc models.BookDoc
	if err := json.Unmarshal(book, &doc); err != nil {
		return []string{"this is no book: " + err.Error()}
	}
	list := []string{
		fmt.Sprintf("%s, %s, %d.%02d", doc.Title, doc.PublishedAt.Format("2 January 2006"), doc.PriceCents/100, doc.PriceCents%100),
	}
	for _, author := range doc.Authors {
		list = append(list, author.Role+": "+author.Name)
	}
	if doc.Publisher != nil {
		list = append(list, "publisher: "+doc.Publisher.Name+", "+doc.Publisher.City)
	}
	if doc.Category != nil {
		list = append(list, "category: "+doc.Category.Name)
	}
	for _, chapter := range doc.Chapters {
		list = append(list, fmt.Sprintf("chapter %d: %s", chapter.Number, chapter.Title))
	}
	list = append(list, "tags: "+strings.Join(doc.Tags, ", "))
	if doc.Rating != nil {
		list = append(list, fmt.Sprintf("rating: %.2f of %d reviews", *doc.Rating, doc.ReviewCount))
	}
	for _, review := range doc.Reviews {
		list = append(list, fmt.Sprintf("  %d: %s", review.Rating, review.Text))
	}
	return list
}
