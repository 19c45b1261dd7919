package depth

import (
	"testing"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) {
	t.Run("categories", func(t *testing.T) { jsontest.Equal(t, categoriesDefinition().AppendJSON) })
}
