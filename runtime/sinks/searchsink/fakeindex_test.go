package searchsink_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const primaryTerm = 1

// fakeIndex is an index of one shard. Searches see what was there at the last refresh.
type fakeIndex struct {
	fake      *fake
	name      string
	mappings  json.RawMessage
	mapped    *fakeMapping
	documents map[string]*fakeDocument
	visible   map[string]*fakeDocument
	next      int64
}

type fakeDocument struct {
	id     string
	seqNo  int64
	source json.RawMessage
}

func newFakeIndex(f *fake, name string, body []byte) (*fakeIndex, error) {
	var request struct {
		Settings json.RawMessage `json:"settings"`
		Mappings json.RawMessage `json:"mappings"`
	}
	if len(body) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&request); err != nil {
			return nil, bad("parse_exception", err.Error())
		}
	}
	mapped, err := newFakeMapping(request.Mappings)
	if err != nil {
		return nil, err
	}
	if request.Mappings == nil {
		request.Mappings = json.RawMessage("{}")
	}
	return &fakeIndex{fake: f, name: name, mappings: request.Mappings, mapped: mapped, documents: map[string]*fakeDocument{}}, nil
}

func (i *fakeIndex) store(id string, source []byte) {
	i.documents[id] = &fakeDocument{id: id, seqNo: i.next, source: slices.Clone(source)}
	i.next++
}

func (i *fakeIndex) refresh() { i.visible = maps.Clone(i.documents) }

// get is realtime, and knows no filter of an alias.
func (i *fakeIndex) get(id string) map[string]any {
	answer := map[string]any{"_index": i.name, "_id": id, "found": false}
	if document := i.documents[id]; document != nil {
		answer["found"], answer["_source"], answer["_seq_no"], answer["_primary_term"] = true, document.source, document.seqNo, primaryTerm
	}
	return answer
}

func (i *fakeIndex) mget(body []byte) (any, error) {
	var request struct {
		IDs []string `json:"ids"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return nil, bad("parsing_exception", err.Error())
	}
	if len(request.IDs) == 0 {
		return nil, bad("action_request_validation_exception", "no documents to get")
	}
	var docs []any
	for _, id := range request.IDs {
		docs = append(docs, i.get(id))
	}
	return map[string]any{"docs": docs}, nil
}

// search finds documents by a filter, one field to sort by, and the place after one.
func (i *fakeIndex) search(body []byte, filter json.RawMessage, excludes string) (any, error) {
	var request struct {
		Query       json.RawMessage     `json:"query"`
		Sort        []map[string]string `json:"sort"`
		Size        *int                `json:"size"`
		Source      []string            `json:"_source"`
		SearchAfter []string            `json:"search_after"`
		Total       bool                `json:"track_total_hits"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return nil, bad("parsing_exception", err.Error())
	}
	size := 10
	if request.Size != nil {
		size = *request.Size
	}
	if size > 10_000 {
		return nil, bad("illegal_argument_exception", "Result window is too large")
	}
	if len(request.SearchAfter) != 0 && len(request.SearchAfter) != len(request.Sort) || len(request.Sort) > 1 {
		return nil, bad("illegal_argument_exception", "search_after has another number of values than sort")
	}
	found, err := i.find(request.Query, filter)
	if err != nil {
		return nil, err
	}
	if len(request.Sort) == 1 {
		for field, order := range request.Sort[0] {
			if i.mapped.types[field] != "keyword" || order != "asc" {
				return nil, bad("illegal_argument_exception", "Fielddata is disabled on ["+field+"]")
			}
			slices.SortFunc(found, func(a, b *fakeDocument) int { return strings.Compare(text(a, field), text(b, field)) })
			if len(request.SearchAfter) == 1 {
				found = slices.DeleteFunc(found, func(d *fakeDocument) bool { return text(d, field) <= request.SearchAfter[0] })
			}
		}
	}
	hits := []any{}
	for _, document := range found[:min(size, len(found))] {
		source, err := choose(document.source, request.Source, excludes)
		if err != nil {
			return nil, err
		}
		hits = append(hits, map[string]any{"_index": i.name, "_id": document.id, "_source": source})
	}
	return map[string]any{"timed_out": false, "hits": map[string]any{"hits": hits}}, nil
}

// choose leaves only some fields of the root, or leaves one out.
func choose(source json.RawMessage, includes []string, excludes string) (json.RawMessage, error) {
	if len(includes) == 0 && excludes == "" {
		return source, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(source, &fields); err != nil {
		return nil, err
	}
	for name := range fields {
		if name == excludes || len(includes) > 0 && !slices.Contains(includes, name) {
			delete(fields, name)
		}
	}
	return json.Marshal(fields)
}

// find looks in what was there at the last refresh.
func (i *fakeIndex) find(queries ...json.RawMessage) (found []*fakeDocument, err error) {
	for _, document := range i.visible {
		all := true
		for _, query := range queries {
			if query == nil {
				continue
			}
			ok, err := i.matches(query, document)
			if err != nil {
				return nil, err
			}
			all = all && ok
		}
		if all {
			found = append(found, document)
		}
	}
	return found, nil
}

func (i *fakeIndex) matches(query json.RawMessage, document *fakeDocument) (bool, error) {
	var kinds map[string]json.RawMessage
	if err := json.Unmarshal(query, &kinds); err != nil || len(kinds) != 1 {
		return false, bad("parsing_exception", "a query has one kind")
	}
	switch {
	case kinds["bool"] != nil:
		var parts map[string][]json.RawMessage
		if err := json.Unmarshal(kinds["bool"], &parts); err != nil {
			return false, bad("parsing_exception", err.Error())
		}
		for part, list := range parts {
			if part != "filter" && part != "must_not" {
				return false, bad("parsing_exception", "[bool] query does not support ["+part+"]")
			}
			for _, query := range list {
				ok, err := i.matches(query, document)
				if err != nil || ok != (part == "filter") {
					return false, err
				}
			}
		}
		return true, nil
	case kinds["exists"] != nil:
		var exists struct{ Field string }
		if err := json.Unmarshal(kinds["exists"], &exists); err != nil {
			return false, bad("parsing_exception", err.Error())
		}
		return i.mapped.types[exists.Field] != "" && text(document, exists.Field) != "", nil
	case kinds["ids"] != nil:
		var ids struct{ Values []string }
		if err := json.Unmarshal(kinds["ids"], &ids); err != nil {
			return false, bad("parsing_exception", err.Error())
		}
		return slices.Contains(ids.Values, document.id), nil
	case kinds["range"] != nil:
		var fields map[string]struct{ Lt int64 }
		if err := json.Unmarshal(kinds["range"], &fields); err != nil {
			return false, bad("parsing_exception", err.Error())
		}
		for field, limit := range fields {
			n, err := strconv.ParseInt(text(document, field), 10, 64)
			return err == nil && n < limit.Lt, nil
		}
	}
	return false, bad("parsing_exception", "unknown query")
}

// text is what a document has at a path, "" for nothing.
func text(document *fakeDocument, path string) string {
	var at any
	decoder := json.NewDecoder(bytes.NewReader(document.source))
	decoder.UseNumber()
	if decoder.Decode(&at) != nil {
		return ""
	}
	for name := range strings.SplitSeq(path, ".") {
		fields, ok := at.(map[string]any)
		if !ok {
			return ""
		}
		at = fields[name]
	}
	switch at := at.(type) {
	case string:
		return at
	case json.Number:
		return at.String()
	}
	return ""
}

func (i *fakeIndex) deleteByQuery(body []byte, filter json.RawMessage, options url.Values) (any, error) {
	var request struct {
		Query json.RawMessage `json:"query"`
	}
	if err := json.Unmarshal(body, &request); err != nil || request.Query == nil {
		return nil, bad("action_request_validation_exception", "query is missing")
	}
	found, err := i.find(request.Query, filter)
	if err != nil {
		return nil, err
	}
	deleted := 0
	for _, document := range found {
		if most, err := strconv.Atoi(options.Get("max_docs")); err == nil && deleted == most {
			break
		}
		switch now := i.documents[document.id]; {
		case now == document:
			delete(i.documents, document.id)
			i.next++
			deleted++
		case options.Get("conflicts") != "proceed":
			return nil, &problem{status: 409, kind: "version_conflict_engine_exception"}
		}
	}
	return map[string]any{"deleted": deleted}, nil
}
