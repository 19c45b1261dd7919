// Package jsontest compares the JSON that generated code writes with json.Marshal's, for the tests of packages
// with generated code.
package jsontest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// Random returns a document that seed alone decides.
func Random[D any](seed uint64) *D {
	doc := new(D)
	random{Rand: rand.New(rand.NewPCG(seed, 2)), spoilt: seed%4 == 0}.fill(reflect.ValueOf(doc).Elem(), 0)
	return doc
}

// Equal compares random documents, of which some cannot be written: then the errors are alike.
func Equal[D any](t *testing.T, appendJSON func(dst []byte, doc *D) ([]byte, error)) {
	t.Helper()
	failed := 0
	const documents = 500
	for seed := range uint64(documents) {
		if !same(t, appendJSON, Random[D](seed)) {
			failed++
		}
		if t.Failed() {
			t.Fatalf("document %d", seed)
		}
	}
	if failed > documents/2 {
		t.Errorf("%d of %d documents could not be written", failed, documents)
	}
	same(t, appendJSON, new(D))
	same(t, appendJSON, nil)
}

// same compares one document, and tells whether it could be written.
func same[D any](t *testing.T, appendJSON func(dst []byte, doc *D) ([]byte, error), doc *D) bool {
	t.Helper()
	want, wantErr := json.Marshal(doc)
	got, err := appendJSON([]byte("head"), doc)
	if reflect.TypeOf(err) != reflect.TypeOf(wantErr) || err != nil && err.Error() != wantErr.Error() {
		t.Errorf("the error is %v, and of json.Marshal %v", err, wantErr)
	}
	got, found := bytes.CutPrefix(got, []byte("head"))
	if !found {
		t.Error("what was there before is gone")
	}
	if !bytes.Equal(got, want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("the JSON is\n%s\nand of json.Marshal\n%s", around(got, at), around(want, at))
	}
	return wantErr == nil
}

// around cuts out what stands about a place.
func around(text []byte, at int) []byte { return text[max(0, at-100):min(len(text), at+100)] }

// Benchmark measures a document: the generated code and json.Marshal in turn, so that whatever else the machine
// does slows both, and reports the medians of their times and of the rounds' ratios.
func Benchmark[D any](b *testing.B, appendJSON func(dst []byte, doc *D) ([]byte, error), doc *D) {
	b.Helper()
	const round = 20
	var buf []byte
	var generated, standard, ratios []float64
	for b.Loop() {
		start := time.Now()
		for range round {
			text, err := appendJSON(buf[:0], doc)
			if err != nil {
				b.Fatal(err)
			}
			buf = text
		}
		between := time.Now()
		for range round {
			if _, err := json.Marshal(doc); err != nil {
				b.Fatal(err)
			}
		}
		end := time.Now()
		generated = append(generated, float64(between.Sub(start))/round)
		standard = append(standard, float64(end.Sub(between))/round)
		ratios = append(ratios, float64(between.Sub(start))/float64(end.Sub(between)))
	}
	b.ReportMetric(median(generated), "generated-ns")
	b.ReportMetric(median(standard), "encodingjson-ns")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(testing.AllocsPerRun(100, func() { buf, _ = appendJSON(buf[:0], doc) }), "generated-allocs")
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
