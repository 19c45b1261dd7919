package models

import (
	"testing"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) {
	t.Run("books", func(t *testing.T) { jsontest.Equal(t, booksDefinition().AppendJSON) })
	t.Run("bookCards", func(t *testing.T) { jsontest.Equal(t, bookCardsDefinition().AppendJSON) })
	t.Run("shelves", func(t *testing.T) { jsontest.Equal(t, shelvesDefinition().AppendJSON) })
	t.Run("publishers", func(t *testing.T) { jsontest.Equal(t, publishersDefinition().AppendJSON) })
}
