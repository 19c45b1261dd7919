package forms

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/denormgen/denormgen/internal/codectest"
	"github.com/denormgen/denormgen/runtime/wire"
)

func codec() codectest.Codec[ItemDoc] {
	return codectest.Codec[ItemDoc]{
		Encode: encodeItemDoc, Decode: decodeItemDoc, Multiple: codectest.WithMaps, Unordered: true,
		Compare: []cmp.Option{cmpopts.EquateComparable(Version{}, Address{})},
	}
}

func TestCodecRoundTrip(t *testing.T) { codec().RoundTrip(t) }

func TestCodecHostile(t *testing.T) { codec().Hostile(t) }

// What only methods can see survives too.
func TestCodecHidden(t *testing.T) {
	doc := &ItemDoc{V6: Version{1, 2}, V7: Address{netip.MustParseAddr("10.0.0.1")}, V14: []*Version{nil, {3, 4}}}
	e := wire.NewEncoder(nil)
	encodeItemDoc(e, doc)
	var got ItemDoc
	d := wire.NewDecoder(e.Bytes())
	decodeItemDoc(d, &got)
	if d.Finish() != nil || got.V6 != doc.V6 || got.V7 != doc.V7 || *got.V14[1] != *doc.V14[1] {
		t.Errorf("%v, %v, %v, %v", d.Err(), got.V6, got.V7, got.V14)
	}
}
