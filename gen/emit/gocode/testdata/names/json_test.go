package names

import (
	"testing"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) {
	t.Run("urls", func(t *testing.T) { jsontest.Equal(t, urlsDefinition().AppendJSON) })
	t.Run("parts", func(t *testing.T) { jsontest.Equal(t, partsDefinition().AppendJSON) })
}
