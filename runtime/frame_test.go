package denorm

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testFrames() map[string]frame {
	return map[string]frame{
		"document": {
			key: "app:books:1", shape: "02b64e495435c2af", codec: codecBinary, version: Version{Epoch: 3, Seq: 77}, body: []byte("a document"),
		},
		"greatest version": {key: "k", shape: "s", codec: codecNamed, version: Version{Epoch: math.MaxUint64, Seq: math.MaxUint64}, body: []byte{}},
		"absent":           {key: "k", shape: "s", codec: codecBinary, version: Version{Epoch: 1}, absent: true, body: []byte{}},
		"nothing":          {body: []byte{}},
	}
}

func TestFrame(t *testing.T) {
	for name, want := range testFrames() {
		data := appendFrame([]byte("before"), want)
		if string(data[:6]) != "before" {
			t.Errorf("%s: what was there before is changed", name)
		}
		got, err := readFrame(data[6:], want.key, want.shape, want.codec)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(frame{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// No byte can be changed, cut off or added.
func TestFrameDamaged(t *testing.T) {
	for name, f := range testFrames() {
		whole := appendFrame(nil, f)
		refused := func(data []byte, what string, at int) {
			if _, err := readFrame(data, f.key, f.shape, f.codec); !errors.Is(err, errFrame) && !errors.Is(err, errFrameOther) {
				t.Errorf("%s: %s at byte %d: %v", name, what, at, err)
			}
		}
		for i := range whole {
			for bit := range 8 {
				data := append([]byte(nil), whole...)
				data[i] ^= 1 << bit
				refused(data, "a changed bit", i)
			}
			refused(whole[:i], "a cut", i)
			refused(whole[i+1:], "a missing beginning", i)
		}
		refused(append(whole[:len(whole):len(whole)], 0), "one more", len(whole))
	}
}

func TestFrameElsewhere(t *testing.T) {
	f := testFrames()["document"]
	data := appendFrame(nil, f)
	for name, test := range map[string]struct {
		key, shape string
		codec      byte
		want       error
	}{
		"key":   {"app:books:2", f.shape, f.codec, errFrame},
		"shape": {f.key, "another", f.codec, errFrameOther},
		"codec": {f.key, f.shape, codecNamed, errFrameOther},
	} {
		if _, err := readFrame(data, test.key, test.shape, test.codec); !errors.Is(err, test.want) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	if got, _ := readFrame(data, f.key, f.shape, f.codec); cap(got.body) != len(got.body) {
		t.Error("appending to the body may write beyond it")
	}
}

func FuzzReadFrame(f *testing.F) {
	for _, frame := range testFrames() {
		f.Add(appendFrame(nil, frame), frame.key, frame.shape, frame.codec)
	}
	f.Fuzz(func(t *testing.T, data []byte, key, shape string, codec byte) {
		got, err := readFrame(data, key, shape, codec)
		if err != nil {
			return
		}
		if again := appendFrame(nil, got); string(again) != string(data) {
			t.Errorf("%x is read, but written as %x", data, again)
		}
	})
}
