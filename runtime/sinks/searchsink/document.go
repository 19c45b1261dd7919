package searchsink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	denorm "github.com/denormgen/denormgen/runtime"
)

// reserved is the sink's own field at the root of each document.
const reserved = "denorm_sink"

// mark is what the sink's own field says.
type mark struct {
	Key     string `json:"key"`
	Version string `json:"version"`
	Gone    int64  `json:"gone,omitempty"` // when it was deleted, in milliseconds since 1970
}

// stored is a document as the index has it.
type stored struct {
	ID          string          `json:"_id"`
	Found       bool            `json:"found"`
	SeqNo       int64           `json:"_seq_no"`
	PrimaryTerm int64           `json:"_primary_term"`
	Source      json.RawMessage `json:"_source"`
	Error       *errorBody      `json:"error"`

	mark    mark
	version denorm.Version
	known   bool                       // there is a version
	fields  map[string]json.RawMessage // but the sink's own
}

// open reads the source.
func (d *stored) open() error {
	if len(d.Source) == 0 {
		return nil
	}
	if err := json.Unmarshal(d.Source, &d.fields); err != nil {
		return errors.New("a document that is there cannot be read")
	}
	own := d.fields[reserved]
	delete(d.fields, reserved)
	d.Source = nil
	if own == nil || json.Unmarshal(own, &d.mark) != nil {
		return nil // somebody else's, or spoiled: anything is newer
	}
	version, err := denorm.ParseSortable(d.mark.Version)
	d.version, d.known = version, err == nil
	return nil
}

func (d *stored) live() bool { return d.known && d.mark.Gone == 0 }

// body is the document without the sink's own field, nil where there is none.
func (d *stored) body() ([]byte, error) {
	if !d.live() {
		return nil, nil
	}
	text, err := json.Marshal(d.fields)
	if err != nil {
		return nil, errors.New("a document that is there cannot be written")
	}
	return text, nil
}

// others are the fields of others, as long as there is a document. None of the lists has them.
func (d *stored) others(lists ...[]string) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if d.Found && d.mark.Gone == 0 {
		for name, value := range d.fields {
			if !slices.ContainsFunc(lists, func(list []string) bool { return slices.Contains(list, name) }) {
				fields[name] = value
			}
		}
	}
	return fields
}

// compose writes a document's source on one line: the sink's own field, those of others, and then the body's, or nothing
// for a tombstone.
func compose(own mark, others map[string]json.RawMessage, body []byte) ([]byte, error) {
	front := map[string]json.RawMessage{}
	text, err := json.Marshal(own)
	if err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	front[reserved] = text
	if own.Gone == 0 {
		for name, value := range others {
			front[name] = value
		}
	}
	source, err := json.Marshal(front)
	if err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	if own.Gone != 0 {
		return source, nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, body); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	rest := compact.Bytes()
	switch {
	case len(rest) < 2 || rest[0] != '{':
		return nil, errors.New("read the document: it is no object")
	case len(rest) == 2:
		return source, nil
	}
	return append(append(source[:len(source)-1], ','), rest[1:]...), nil
}
