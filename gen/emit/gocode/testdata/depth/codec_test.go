package depth

import (
	"testing"

	"github.com/denormgen/denormgen/internal/codectest"
)

func codec() codectest.Codec[CategoryDoc] {
	return codectest.Codec[CategoryDoc]{Encode: encodeCategoryDoc, Decode: decodeCategoryDoc, Multiple: codectest.WithoutMaps}
}

func TestCodecRoundTrip(t *testing.T) { codec().RoundTrip(t) }

func TestCodecHostile(t *testing.T) { codec().Hostile(t) }
