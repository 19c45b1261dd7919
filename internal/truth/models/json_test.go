package models

import (
	"testing"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) {
	t.Run("authors", func(t *testing.T) { jsontest.Equal(t, authorsDefinition().AppendJSON) })
	t.Run("books", func(t *testing.T) { jsontest.Equal(t, booksDefinition().AppendJSON) })
	t.Run("bookCards", func(t *testing.T) { jsontest.Equal(t, bookCardsDefinition().AppendJSON) })
	t.Run("bookStats", func(t *testing.T) { jsontest.Equal(t, bookStatsDefinition().AppendJSON) })
	t.Run("chapters", func(t *testing.T) { jsontest.Equal(t, chaptersDefinition().AppendJSON) })
	t.Run("comments", func(t *testing.T) { jsontest.Equal(t, commentsDefinition().AppendJSON) })
	t.Run("opinions", func(t *testing.T) { jsontest.Equal(t, opinionsDefinition().AppendJSON) })
	t.Run("regions", func(t *testing.T) { jsontest.Equal(t, regionsDefinition().AppendJSON) })
	t.Run("publishers", func(t *testing.T) { jsontest.Equal(t, publishersDefinition().AppendJSON) })
	t.Run("categories", func(t *testing.T) { jsontest.Equal(t, categoriesDefinition().AppendJSON) })
	t.Run("tags", func(t *testing.T) { jsontest.Equal(t, tagsDefinition().AppendJSON) })
	t.Run("shelves", func(t *testing.T) { jsontest.Equal(t, shelvesDefinition().AppendJSON) })
	t.Run("placements", func(t *testing.T) { jsontest.Equal(t, placementsDefinition().AppendJSON) })
}
