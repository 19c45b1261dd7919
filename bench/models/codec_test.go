package models

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/codectest"
	"github.com/denormgen/denormgen/runtime/wire"
)

func codec() codectest.Codec[BookDoc] {
	return codectest.Codec[BookDoc]{Encode: encodeBookDoc, Decode: decodeBookDoc, Multiple: codectest.WithoutMaps}
}

func TestCodecRoundTrip(t *testing.T) { codec().RoundTrip(t) }

func TestCodecHostile(t *testing.T) { codec().Hostile(t) }

// sample is a document of some 4 KB of JSON.
func sample() *BookDoc {
	at := time.Date(2020, 5, 17, 9, 30, 0, 0, time.UTC)
	doc := &BookDoc{
		ID: 12345, Title: "The Title of Book 12345", ISBN: "978-0-00-012345", Price: 19.99, Pages: 321, PublishedAt: at,
		Summary: new(strings.Repeat("What it is about. ", 20)),
	}
	for id := range int64(2) {
		doc.Authors = append(doc.Authors, BookDocAuthors{
			ID: id, Name: fmt.Sprintf("Author Number %d", id), CountryID: 44, Country: &BookDocAuthorsCountry{ID: 44, Name: "Country 44"},
		})
	}
	for id := range int64(4) {
		doc.Tags = append(doc.Tags, BookDocTags{ID: id, Name: fmt.Sprintf("tag-%d", id)})
	}
	for id := range int64(8) {
		doc.Reviews = append(doc.Reviews, BookDocReviews{
			ID: 100_000 + id, Rating: 4, Body: strings.Repeat("I have read it and say so. ", 12), CreatedAt: at.Add(time.Duration(id) * time.Hour),
		})
	}
	return doc
}

// BenchmarkCodec sets the binary form against encoding/json, in rounds of both.
func BenchmarkCodec(b *testing.B) {
	doc := sample()
	text, err := json.Marshal(doc)
	if err != nil {
		b.Fatal(err)
	}
	e := wire.NewEncoder(nil)
	encodeBookDoc(e, doc)
	data := append([]byte(nil), e.Bytes()...)
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d, out := wire.NewDecoder(data), new(BookDoc)
			decodeBookDoc(d, out)
			if err := d.Finish(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Reset(e.Bytes()[:0])
			encodeBookDoc(e, doc)
		}
	})
	b.Run("ratio", func(b *testing.B) {
		var encode, decode, encodeJSON, decodeJSON time.Duration
		timed := func(sum *time.Duration, f func()) {
			const rounds = 20
			start := time.Now()
			for range rounds {
				f()
			}
			*sum += time.Since(start)
		}
		for b.Loop() {
			timed(&encode, func() { e.Reset(e.Bytes()[:0]); encodeBookDoc(e, doc) })
			timed(&encodeJSON, func() { _, _ = json.Marshal(doc) })
			timed(&decode, func() { decodeBookDoc(wire.NewDecoder(data), new(BookDoc)) })
			timed(&decodeJSON, func() { _ = json.Unmarshal(text, new(BookDoc)) })
		}
		b.ReportMetric(float64(encode)/float64(encodeJSON), "encode/json")
		b.ReportMetric(float64(decode)/float64(decodeJSON), "decode/json")
		b.ReportMetric(float64(len(data))/float64(len(text)), "size/json")
	})
}
