package ndjsonsink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	denorm "github.com/denormgen/denormgen/runtime"
)

// line is what is written of a document.
type line struct {
	Collection string          `json:"collection"`
	Key        string          `json:"key"`
	Epoch      uint64          `json:"epoch"`
	Seq        uint64          `json:"seq"`
	Document   json.RawMessage `json:"document"` // nil is null
}

// lineBegin is what all lines begin with.
const lineBegin = `{"collection":"`

// linesOf makes the lines of documents, and says which cannot be one. The encoder takes bodies as they are, but for blanks
// and newlines between their tokens.
func linesOf(collection string, documents []denorm.SinkDocument) ([]byte, map[string]error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	failed := map[string]error{}
	for _, document := range documents {
		if !utf8.ValidString(collection) || !utf8.ValidString(document.Key) {
			// Encoded, different keys would be the same.
			failed[document.Key] = errors.New("the name of the collection or the key is not valid UTF-8")
			continue
		}
		err := encoder.Encode(line{
			Collection: collection, Key: document.Key, Epoch: document.Version.Epoch, Seq: document.Version.Seq, Document: document.Body,
		})
		if err != nil {
			failed[document.Key] = fmt.Errorf("the document is no JSON: %w", err)
		}
	}
	return lines.Bytes(), failed
}
