package searchfake

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// query tells whether a document is asked for.
type query func(*document) bool

// parse reads queries of which a document has to match all. One that is nil asks for nothing.
func (i *index) parse(texts ...json.RawMessage) (query, error) {
	var all []query
	for _, text := range texts {
		if text == nil {
			continue
		}
		one, err := i.parseOne(text)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return func(d *document) bool {
		return !slices.ContainsFunc(all, func(matches query) bool { return !matches(d) })
	}, nil
}

func (i *index) parseOne(text json.RawMessage) (query, error) {
	var kinds map[string]json.RawMessage
	if err := json.Unmarshal(text, &kinds); err != nil || len(kinds) != 1 {
		return nil, bad("parsing_exception", "a query has one kind")
	}
	switch {
	case kinds["bool"] != nil:
		return i.parseBool(kinds["bool"])
	case kinds["exists"] != nil:
		var exists struct{ Field string }
		if err := json.Unmarshal(kinds["exists"], &exists); err != nil {
			return nil, bad("parsing_exception", err.Error())
		}
		known := i.mapped.types[exists.Field] != ""
		return func(d *document) bool { return known && d.text(exists.Field) != "" }, nil
	case kinds["ids"] != nil:
		var ids struct{ Values []string }
		if err := json.Unmarshal(kinds["ids"], &ids); err != nil {
			return nil, bad("parsing_exception", err.Error())
		}
		wanted := map[string]bool{}
		for _, id := range ids.Values {
			wanted[id] = true
		}
		return func(d *document) bool { return wanted[d.id] }, nil
	case kinds["range"] != nil:
		var fields map[string]struct{ Lt int64 }
		if err := json.Unmarshal(kinds["range"], &fields); err != nil || len(fields) != 1 {
			return nil, bad("parsing_exception", "a range has one field")
		}
		for field, limit := range fields {
			return func(d *document) bool {
				n, err := strconv.ParseInt(d.text(field), 10, 64)
				return err == nil && n < limit.Lt
			}, nil
		}
	}
	return nil, bad("parsing_exception", "unknown query")
}

func (i *index) parseBool(text json.RawMessage) (query, error) {
	var parts struct {
		Filter  []json.RawMessage `json:"filter"`
		MustNot []json.RawMessage `json:"must_not"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&parts); err != nil {
		return nil, bad("parsing_exception", err.Error())
	}
	required, err := i.parse(parts.Filter...)
	if err != nil {
		return nil, err
	}
	var excluded []query
	for _, text := range parts.MustNot {
		one, err := i.parseOne(text)
		if err != nil {
			return nil, err
		}
		excluded = append(excluded, one)
	}
	return func(d *document) bool {
		return required(d) && !slices.ContainsFunc(excluded, func(matches query) bool { return matches(d) })
	}, nil
}
