package keys

import (
	"testing"

	"github.com/denormgen/denormgen/internal/codectest"
)

func codec() codectest.Codec[HallDoc] {
	return codectest.Codec[HallDoc]{Encode: encodeHallDoc, Decode: decodeHallDoc, Multiple: codectest.WithoutMaps}
}

func TestCodecRoundTrip(t *testing.T) { codec().RoundTrip(t) }

func TestCodecHostile(t *testing.T) { codec().Hostile(t) }
