package models

import (
	"context"
	"iter"
)

// MenuItem is a category with those below it.
type MenuItem struct {
	ID    int64      `json:"id"`
	Name  string     `json:"name"`
	Items []MenuItem `json:"items"`
}

// menuOf makes the tree of all categories, from those on that have no parent. What stands below one without a document is
// left out with it, and so is a circle.
//
//denorm:aggregate menu from=categories
func menuOf(_ context.Context, _ string, categories iter.Seq2[*CategoryDoc, error]) ([]MenuItem, error) {
	var top []*CategoryDoc
	below := map[int64][]*CategoryDoc{}
	for doc, err := range categories {
		switch {
		case err != nil:
			return nil, err
		case doc.ParentID == nil:
			top = append(top, doc)
		default:
			below[*doc.ParentID] = append(below[*doc.ParentID], doc)
		}
	}
	return itemsOf(top, below), nil
}

func itemsOf(docs []*CategoryDoc, below map[int64][]*CategoryDoc) []MenuItem {
	items := make([]MenuItem, len(docs))
	for i, doc := range docs {
		items[i] = MenuItem{ID: doc.ID, Name: doc.Name, Items: itemsOf(below[doc.ID], below)}
	}
	return items
}
