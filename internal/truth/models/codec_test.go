package models

import (
	"testing"

	"github.com/denormgen/denormgen/internal/codectest"
	"github.com/denormgen/denormgen/runtime/wire"
)

func FuzzDecodeBook(f *testing.F) {
	codectest.Codec[BookDoc]{Encode: encodeBookDoc, Decode: decodeBookDoc}.Fuzz(f)
}

func FuzzDecodeAuthor(f *testing.F) {
	codectest.Codec[AuthorDoc]{Encode: encodeAuthorDoc, Decode: decodeAuthorDoc}.Fuzz(f)
}

func TestCodec(t *testing.T) {
	check(t, encodeBookDoc, decodeBookDoc)
	check(t, encodeBookCard, decodeBookCard)
	check(t, encodeBookFigures, decodeBookFigures)
	check(t, encodeAuthorDoc, decodeAuthorDoc)
	check(t, encodeChapterDoc, decodeChapterDoc)
	check(t, encodeCommentDoc, decodeCommentDoc)
}

func check[D any](t *testing.T, encode func(*wire.Encoder, *D), decode func(*wire.Decoder, *D)) {
	t.Helper()
	codec := codectest.Codec[D]{Encode: encode, Decode: decode, Multiple: codectest.WithMaps}
	codec.RoundTrip(t)
	codec.Hostile(t)
}
