package denorm

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/denormgen/denormgen/runtime/wire"
)

type codecDoc struct {
	ID   int64
	Name string
	Bad  bool `json:"-"`
}

func codecDefinition() *Definition[int64, codecDoc] {
	return &Definition[int64, codecDoc]{
		Name: "things",
		Encode: func(e *wire.Encoder, doc *codecDoc) {
			if doc.Bad {
				e.Fail(errors.New("bad document"))
			}
			e.Int(doc.ID)
			e.Text(doc.Name)
		},
		Decode: func(d *wire.Decoder, doc *codecDoc) {
			doc.ID = d.Int()
			if doc.Name = d.Text(); doc.Name == "panic" {
				panic("method of the user")
			}
		},
	}
}

// otherCodec is JSON under another name.
type otherCodec struct{ jsonCodec }

func (otherCodec) Name() string { return "other" }

func (otherCodec) Marshal(any) ([]byte, error) { return nil, errors.New("refused") }

func TestDocumentCodec(t *testing.T) {
	for name, own := range map[string]Codec{"binary": nil, "json": JSONCodec()} {
		codec, err := codecFor(own, codecDefinition())
		if err != nil {
			t.Fatal(err)
		}
		want := codecDoc{ID: 7, Name: strings.Repeat("long name ", 20)}
		data, err := codec.append([]byte("before"), &want)
		if err != nil || string(data[:6]) != "before" {
			t.Fatalf("%s: %q, %v", name, data, err)
		}
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if got, err := codec.decode(data[6:]); err != nil || *got.(*codecDoc) != want {
					t.Errorf("%s: %v, %v", name, got, err)
				}
				if again, err := codec.append(nil, &want); err != nil || string(again) != string(data[6:]) {
					t.Errorf("%s: %q, %v", name, again, err)
				}
			})
		}
		group.Wait()
		for end := range data[6:] {
			if _, err := codec.decode(data[6 : 6+end]); err == nil {
				t.Errorf("%s: %d bytes are accepted", name, end)
			}
		}
	}
}

func TestDocumentCodecFails(t *testing.T) {
	binary, err := codecFor(nil, codecDefinition())
	if err != nil {
		t.Fatal(err)
	}
	if data, err := binary.append([]byte("x"), &codecDoc{Bad: true}); err == nil || string(data) != "x" {
		t.Errorf("a document that cannot be encoded: %q, %v", data, err)
	}
	if _, err := binary.append(nil, &codecDoc{}); err != nil {
		t.Errorf("the next document: %v", err)
	}
	data, err := binary.append(nil, &codecDoc{Name: "panic"})
	if err != nil {
		t.Fatal(err)
	}
	if doc, err := binary.decode(data); err == nil || doc != nil {
		t.Errorf("a panic: %v, %v", doc, err)
	}
	other, err := codecFor(otherCodec{}, codecDefinition())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.append(nil, &codecDoc{}); err == nil {
		t.Error("an error of the codec is lost")
	}
	text, err := json.Marshal(codecDoc{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.decode(append([]byte("\x04json"), text...)); err == nil {
		t.Error("a document of another codec is read")
	}
	if _, err := codecFor(nil, &Definition[int64, codecDoc]{Name: "things"}); !errors.Is(err, errNoCodec) {
		t.Errorf("no binary form: %v", err)
	}
}

// A document takes what its parts take, and its encoding one allocation.
func TestDocumentCodecAllocates(t *testing.T) {
	codec, err := codecFor(nil, codecDefinition())
	if err != nil {
		t.Fatal(err)
	}
	doc := &codecDoc{Name: strings.Repeat("long name ", 400)}
	data, _ := codec.append(nil, doc)
	if n := testing.AllocsPerRun(100, func() { _, _ = codec.append(nil, doc) }); n > 1 {
		t.Errorf("encoding: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = codec.decode(data) }); n > 1 {
		t.Errorf("decoding: %v allocations", n)
	}
}
