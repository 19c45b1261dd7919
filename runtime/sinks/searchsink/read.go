package searchsink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	denorm "github.com/denormgen/denormgen/runtime"
)

// errNoIndex tells that the index is not there.
var errNoIndex = errors.New("there is no such index")

// read reads documents by their ids, as they are at this moment, also those that searches do not find yet.
func (s *Sink) read(ctx context.Context, p place, ids []string) ([]*stored, error) {
	if len(ids) == 0 {
		return nil, ctx.Err()
	}
	body, err := json.Marshal(struct {
		IDs []string `json:"ids"`
	}{ids})
	if err != nil {
		return nil, fmt.Errorf("write a request: %w", err)
	}
	answer, err := ask[struct {
		Docs []*stored `json:"docs"`
	}](ctx, s, http.MethodPost, p.path("_mget"), body)
	switch {
	case isKind(err, http.StatusNotFound, ""):
		return nil, errNoIndex
	case err != nil:
		return nil, err
	case len(answer.Docs) != len(ids):
		return nil, fmt.Errorf("the answer has %d documents, and %d were asked for", len(answer.Docs), len(ids))
	}
	for i, document := range answer.Docs {
		switch {
		case document == nil || document.ID != ids[i]:
			return nil, errors.New("the answer has other documents than were asked for")
		case document.Error != nil && document.Error.Type == "index_not_found_exception":
			return nil, errNoIndex
		case document.Error != nil:
			return nil, fmt.Errorf("read one of %d documents: %w", len(ids), document.Error.refusal(http.StatusOK))
		}
		if err := document.open(); err != nil {
			return nil, err
		}
	}
	return answer.Docs, nil
}

// Get implements denorm.Sink.
func (s *Sink) Get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	doing := fmt.Sprintf("get %d documents", len(keys))
	p, err := s.place(target)
	if err != nil {
		return nil, wrap(doing, err)
	}
	list := make([]denorm.SinkDocument, len(keys))
	var ids []string
	var asked []int
	for i, key := range keys {
		list[i].Key = key
		if checkKey(key) == nil {
			ids, asked = append(ids, documentID(key)), append(asked, i)
		}
	}
	found, err := s.read(ctx, p, ids)
	if err != nil {
		return nil, wrap(doing, err)
	}
	for i, document := range found {
		at := &list[asked[i]]
		at.Version = document.version
		if at.Body, err = document.body(); err != nil {
			return nil, wrap(doing, err)
		}
	}
	return list, nil
}

// mostListed is how many documents one request lists.
const mostListed = 1000

// Keys implements denorm.Sink, in the order of the keys' bytes. It returns no bodies, and at most 1,000 documents.
func (s *Sink) Keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	const doing = "list keys"
	p, err := s.place(target)
	if err != nil {
		return nil, wrap(doing, err)
	}
	if limit <= 0 {
		return nil, wrap(doing, ctx.Err())
	}
	// Searches do not find what was written a moment ago.
	if _, err := s.send(ctx, http.MethodPost, p.path("_refresh"), plainJSON, nil); err != nil {
		return nil, wrap(doing, err)
	}
	found, err := s.search(ctx, p, after, min(limit, mostListed), []string{reserved})
	if err != nil {
		return nil, wrap(doing, err)
	}
	list := make([]denorm.SinkDocument, len(found))
	for i, document := range found {
		list[i] = denorm.SinkDocument{Key: document.mark.Key, Version: document.version}
	}
	return list, nil
}

// liveDocuments is the query for what is there.
const liveDocuments = `{"bool":{"filter":[{"exists":{"field":"denorm_sink.key"}}],"must_not":[{"exists":{"field":"denorm_sink.gone"}}]}}`

// search lists documents that are there in the order of their keys, with all of their fields or some.
func (s *Sink) search(ctx context.Context, p place, after string, limit int, fields []string) ([]*stored, error) {
	query := struct {
		Query       json.RawMessage     `json:"query"`
		Sort        []map[string]string `json:"sort"`
		Size        int                 `json:"size"`
		Source      []string            `json:"_source,omitempty"`
		SearchAfter []string            `json:"search_after,omitempty"`
		Total       bool                `json:"track_total_hits"`
	}{Query: json.RawMessage(liveDocuments), Sort: []map[string]string{{reserved + ".key": "asc"}}, Size: limit, Source: fields}
	if after != "" {
		query.SearchAfter = []string{after}
	}
	body, err := json.Marshal(query)
	if err != nil {
		return nil, fmt.Errorf("write a request: %w", err)
	}
	// A page without what one shard has would pass for complete.
	answer, err := ask[struct {
		Hits struct {
			Hits []*stored `json:"hits"`
		} `json:"hits"`
	}](ctx, s, http.MethodPost, p.path("_search?allow_partial_search_results=false"), body)
	if err != nil {
		return nil, err
	}
	for _, document := range answer.Hits.Hits {
		document.Found = true
		if err := document.open(); err != nil {
			return nil, err
		}
	}
	return answer.Hits.Hits, nil
}
