package tree

import (
	"testing"

	"github.com/denormgen/denormgen/internal/codectest"
)

func codec() codectest.Codec[BookDoc] {
	return codectest.Codec[BookDoc]{Encode: encodeBookDoc, Decode: decodeBookDoc, Multiple: codectest.WithMaps}
}

func TestCodecRoundTrip(t *testing.T) { codec().RoundTrip(t) }

func TestCodecHostile(t *testing.T) { codec().Hostile(t) }
