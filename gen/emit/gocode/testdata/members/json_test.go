package members

import (
	"testing"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) {
	t.Run("items", func(t *testing.T) { jsontest.Equal(t, itemsDefinition().AppendJSON) })
	t.Run("noted", func(t *testing.T) { jsontest.Equal(t, notedDefinition().AppendJSON) })
}
