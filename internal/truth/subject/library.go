package subject

import (
	"context"
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
)

// Library is an aggregate of books and authors as one process reads it.
type Library struct{ access *models.Library }

// LibraryName is that of the aggregate.
const LibraryName = "library"

// NewLibrary registers it with an engine.
func NewLibrary(engine *denorm.Engine) *Library { return &Library{models.NewLibrary(engine)} }

// Compare gets the aggregate's documents, and tells where they are not what the documents of its sources make.
func (l *Library) Compare(ctx context.Context, books, authors []naive.Document) error {
	for key, want := range map[string]string{
		"books": `{"books":` + list(books) + `}`,
		"all":   `{"books":` + list(books) + authorsPart(authors) + `}`,
	} {
		got, version, err := l.access.GetJSON(ctx, key)
		if err != nil {
			return err
		}
		if string(got) != want {
			return fmt.Errorf("document %s of %s, built at %s\n got %s\nwant %s", key, LibraryName, version, got, want)
		}
	}
	return nil
}

func authorsPart(authors []naive.Document) string {
	if len(authors) == 0 {
		return ""
	}
	return `,"authors":` + list(authors)
}

// list writes documents as an array.
func list(docs []naive.Document) string {
	texts := make([]string, len(docs))
	for i, doc := range docs {
		texts[i] = doc.JSON
	}
	return "[" + strings.Join(texts, ",") + "]"
}
