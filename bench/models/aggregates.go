package models

import (
	"context"
	"iter"
)

// CountTags counts the books of each tag.
//
//denorm:aggregate tag_counts from=books
func CountTags(_ context.Context, _ string, books iter.Seq2[*BookDoc, error]) (map[string]int, error) {
	counts := map[string]int{}
	for book, err := range books {
		if err != nil {
			return nil, err
		}
		for _, tag := range book.Tags {
			counts[tag.Name]++
		}
	}
	return counts, nil
}
