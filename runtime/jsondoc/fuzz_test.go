package jsondoc

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzText(f *testing.F) {
	for _, s := range texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, "Text", s, func(w *Writer) { w.Text(s) })
		check(t, "QuotedText", struct {
			S string `json:",string"`
		}{s}, func(w *Writer) {
			w.Raw(`{"S":`).QuotedText(s)
			w.Raw(`}`)
		})
		check(t, "TextKey", map[string]int{s: 1}, func(w *Writer) {
			w.Raw(`{`).TextKey(s)
			w.Raw(`1}`)
		})
		check(t, "Base64", []byte(s), func(w *Writer) { w.Base64([]byte(s)) })
	})
}

func FuzzRawMessage(f *testing.F) {
	for _, s := range rawTexts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, "RawMessage", json.RawMessage(s), func(w *Writer) { w.RawMessage(json.RawMessage(s)) })
	})
}

func FuzzFloat(f *testing.F) {
	for _, v := range floats() {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		wide, narrow := math.Float64frombits(bits), math.Float32frombits(uint32(bits))
		check(t, "Float64", wide, func(w *Writer) { w.Float64(wide) })
		check(t, "Float32", narrow, func(w *Writer) { w.Float32(narrow) })
		check(t, "Float32", float32(wide), func(w *Writer) { w.Float32(float32(wide)) })
	})
}

// texts holds every byte at every place of a word, and characters at the edges of what is escaped.
func texts() []string {
	list := []string{"", "plain", strings.Repeat("long plain text ", 9), "\u2027\u2028\u2029\u202a", "\xe2\x80", "\xe2\x80\xa8", "é\xffé", "\xed\xa0\x80",
		string(utf8.RuneError), "日本語のテキスト", "😀<😀>", `\"`, "\x7f\u0080"}
	for b := range 256 {
		for at := range 17 {
			list = append(list, strings.Repeat("x", at)+string([]byte{byte(b)})+strings.Repeat("y", 16-at))
		}
		list = append(list, string([]byte{byte(b), byte(b + 1), 0xff, byte(b ^ 4), '"'}))
	}
	return list
}

func rawTexts() []string {
	return []string{"", " ", "null", ` { "a" : [ 1 , "<&> \" \\" ] } `, `"\u2028` + "\u2028\u2029\u202a\xe2\"", "[1,\n\t2]\r", "{", `"\`, "1 2", `{"a b":"c d"}`,
		`"\\"   `, "\"\x01\"", "\"\xff\"", `["\"" , "a\\"]`}
}

func floats() []float64 {
	return []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e-6, 9.999999e-7, 1e-7, 1e-9, 1e-10, 1e20, 1e21, 1e22, 123456789.125, math.MaxFloat64,
		math.SmallestNonzeroFloat64, math.MaxFloat32, math.SmallestNonzeroFloat32, math.Inf(1), math.Inf(-1), math.NaN(), 1 << 53, 1e100, 1e-100, 3.4e38, 1.1e-5}
}
