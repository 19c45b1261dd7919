package searchfake

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
)

const primaryTerm = 1

// index is an index of one shard. Searches see what was there at the last refresh.
type index struct {
	server    *Server
	name      string
	mappings  json.RawMessage
	mapped    *mapping
	documents map[string]*document
	next      int64 // sequence number

	visible   []*document
	ordered   map[string][]*document // the same, by fields that searches had them sorted by
	refreshed int64                  // next at the last refresh
}

// document is one that does not change: another takes its place.
type document struct {
	id     string
	seqNo  int64
	source json.RawMessage
	texts  map[string]string // what was read of the source, by path
}

func newIndex(s *Server, name string, body []byte) (*index, error) {
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
	mapped, err := newMapping(request.Mappings)
	if err != nil {
		return nil, err
	}
	if request.Mappings == nil {
		request.Mappings = json.RawMessage("{}")
	}
	return &index{server: s, name: name, mappings: request.Mappings, mapped: mapped, documents: map[string]*document{}}, nil
}

func (i *index) store(id string, source []byte) {
	i.documents[id] = &document{id: id, seqNo: i.next, source: slices.Clone(source), texts: map[string]string{}}
	i.next++
}

func (i *index) refresh() {
	if i.refreshed != i.next {
		i.visible, i.ordered, i.refreshed = slices.Collect(maps.Values(i.documents)), map[string][]*document{}, i.next
	}
}

// inOrder is what is visible, in the order of a field. It is sorted once for all of the pages.
func (i *index) inOrder(field string) []*document {
	sorted, ok := i.ordered[field]
	if !ok && len(i.visible) > 0 {
		sorted = slices.SortedFunc(slices.Values(i.visible), func(a, b *document) int { return strings.Compare(a.text(field), b.text(field)) })
		i.ordered[field] = sorted
	}
	return sorted
}

// get is realtime, and knows no filter of an alias.
func (i *index) get(id string) map[string]any {
	answer := map[string]any{"_index": i.name, "_id": id, "found": false}
	if document := i.documents[id]; document != nil {
		answer["found"], answer["_source"], answer["_seq_no"], answer["_primary_term"] = true, document.source, document.seqNo, primaryTerm
	}
	return answer
}

func (i *index) mget(body []byte) (any, error) {
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
func (i *index) search(body []byte, filter json.RawMessage, excludes string) (any, error) {
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
	if size < 0 || size > 10_000 {
		return nil, bad("illegal_argument_exception", "Result window is too large")
	}
	if len(request.SearchAfter) != 0 && len(request.SearchAfter) != len(request.Sort) || len(request.Sort) > 1 {
		return nil, bad("illegal_argument_exception", "search_after has another number of values than sort")
	}
	matches, err := i.parse(request.Query, filter)
	if err != nil {
		return nil, err
	}
	from := i.visible
	if len(request.Sort) == 1 {
		for field, order := range request.Sort[0] {
			if i.mapped.types[field] != "keyword" || order != "asc" {
				return nil, bad("illegal_argument_exception", "Fielddata is disabled on ["+field+"]")
			}
			from = i.inOrder(field)
			if len(request.SearchAfter) == 1 {
				from = from[sort.Search(len(from), func(n int) bool { return from[n].text(field) > request.SearchAfter[0] }):]
			}
		}
	}
	hits := []any{}
	for _, document := range from {
		if len(hits) == size {
			break
		}
		if !matches(document) {
			continue
		}
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

// text is what a document has at a path, "" for nothing.
func (d *document) text(path string) string {
	if text, ok := d.texts[path]; ok {
		return text
	}
	at := d.source
	for name := range strings.SplitSeq(path, ".") {
		var fields map[string]json.RawMessage
		if json.Unmarshal(at, &fields) != nil {
			at = nil
			break
		}
		at = fields[name]
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(at))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		value = nil
	}
	var text string
	switch value := value.(type) {
	case string:
		text = value
	case json.Number:
		text = value.String()
	}
	d.texts[path] = text
	return text
}

func (i *index) deleteByQuery(body []byte, filter json.RawMessage, options url.Values) (any, error) {
	var request struct {
		Query json.RawMessage `json:"query"`
	}
	if err := json.Unmarshal(body, &request); err != nil || request.Query == nil {
		return nil, bad("action_request_validation_exception", "query is missing")
	}
	matches, err := i.parse(request.Query, filter)
	if err != nil {
		return nil, err
	}
	deleted := 0
	for _, document := range i.visible {
		if !matches(document) {
			continue
		}
		if most, err := strconv.Atoi(options.Get("max_docs")); err == nil && deleted == most {
			break
		}
		switch now := i.documents[document.id]; {
		case now == document:
			delete(i.documents, document.id)
			i.next++
			deleted++
		case options.Get("conflicts") != "proceed":
			return nil, &Problem{Status: 409, Kind: "version_conflict_engine_exception"}
		}
	}
	return map[string]any{"deleted": deleted}, nil
}
