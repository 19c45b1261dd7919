package keys

import (
	"testing"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) {
	t.Run("halls", func(t *testing.T) { jsontest.Equal(t, hallsDefinition().AppendJSON) })
}
