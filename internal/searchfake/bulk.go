package searchfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// condition is what the line in front of a document says.
type condition struct {
	ID          *string `json:"_id"`
	Index       string  `json:"_index"`
	SeqNo       *int64  `json:"if_seq_no"`
	PrimaryTerm *int64  `json:"if_primary_term"`
}

// bulk takes lines of actions and documents, each of which it answers by itself.
func (s *Server) bulk(name, contentType string, body []byte) (any, error) {
	if !strings.HasPrefix(contentType, "application/x-ndjson") && !strings.HasPrefix(contentType, "application/json") {
		return nil, &Problem{Status: 406, Kind: "media_type_header_exception"}
	}
	if len(body) == 0 {
		return nil, bad("parse_exception", "request body is required")
	}
	if !bytes.HasSuffix(body, []byte("\n")) {
		return nil, bad("illegal_argument_exception", "The bulk request must be terminated by a newline [\\n]")
	}
	rows := bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	if len(rows)%2 != 0 {
		return nil, bad("illegal_argument_exception", "a document is missing")
	}
	// The lines of actions are read before anything is done.
	verbs := make([]string, len(rows)/2)
	conditions := make([]condition, len(rows)/2)
	for i := range verbs {
		var action map[string]json.RawMessage
		if err := json.Unmarshal(rows[2*i], &action); err != nil || len(action) != 1 {
			return nil, bad("illegal_argument_exception", fmt.Sprintf("Malformed action/metadata line [%d]", 2*i+1))
		}
		for verb, meta := range action {
			decoder := json.NewDecoder(bytes.NewReader(meta))
			decoder.DisallowUnknownFields()
			if verb != "index" && verb != "create" || decoder.Decode(&conditions[i]) != nil {
				return nil, bad("illegal_argument_exception", fmt.Sprintf("Malformed action/metadata line [%d]", 2*i+1))
			}
			verbs[i] = verb
		}
		c := conditions[i]
		if (c.SeqNo == nil) != (c.PrimaryTerm == nil) || c.SeqNo != nil && verbs[i] == "create" {
			return nil, bad("action_request_validation_exception", "compare and write operations need both, and no create")
		}
		if c.ID == nil {
			return nil, bad("illegal_argument_exception", "the fake makes up no ids")
		}
		if *c.ID == "" || len(*c.ID) > 512 {
			return nil, bad("illegal_argument_exception", "id is too long, must be no longer than 512 bytes, and not empty")
		}
	}
	if s.indexes[name] == nil && s.aliases[name] == nil {
		if _, err := s.create(name, nil); err != nil { // as with action.auto_create_index
			return nil, err
		}
	}
	index, _, err := s.resolve(name)
	if err != nil {
		return nil, err
	}
	var items []any
	failed := false
	for i, verb := range verbs {
		item := map[string]any{"_index": index.name, "_id": *conditions[i].ID}
		created, p := index.write(verb, conditions[i], rows[2*i+1])
		switch {
		case p != nil:
			item["status"], item["error"], failed = p.Status, p.body(), true
		case created:
			item["status"] = 201
		default:
			item["status"] = 200
		}
		items = append(items, map[string]any{verb: item})
	}
	return map[string]any{"errors": failed, "items": items}, nil
}

// write stores one document, if what is there is what the condition says.
func (i *index) write(verb string, c condition, source []byte) (created bool, p *Problem) {
	if i.server.onItem != nil {
		if p := i.server.onItem(*c.ID); p != nil {
			return false, p
		}
	}
	before := i.documents[*c.ID]
	conflict := &Problem{Status: 409, Kind: "version_conflict_engine_exception", Reason: "[" + *c.ID + "]: version conflict"}
	switch {
	case verb == "create" && before != nil:
		return false, conflict
	case c.SeqNo != nil && (before == nil || before.seqNo != *c.SeqNo || *c.PrimaryTerm != primaryTerm):
		return false, conflict
	}
	if p := i.mapped.learn(source); p != nil {
		return false, p
	}
	i.store(*c.ID, source)
	return before == nil, nil
}

// update merges fields into a document, as others do who use the engine.
func (i *index) update(id string, body []byte) (any, error) {
	var request struct{ Doc map[string]any }
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, bad("x_content_parse_exception", err.Error())
	}
	before := i.documents[id]
	if before == nil {
		return nil, &Problem{Status: 404, Kind: "document_missing_exception"}
	}
	var source map[string]any
	decoder := json.NewDecoder(bytes.NewReader(before.source))
	decoder.UseNumber()
	if err := decoder.Decode(&source); err != nil {
		return nil, err
	}
	merge(source, request.Doc)
	text, err := json.Marshal(source)
	if err != nil {
		return nil, err
	}
	if p := i.mapped.learn(text); p != nil {
		return nil, p
	}
	i.store(id, text)
	return map[string]any{"result": "updated"}, nil
}

func merge(into, from map[string]any) {
	for name, value := range from {
		below, ok := into[name].(map[string]any)
		if more, both := value.(map[string]any); ok && both {
			merge(below, more)
		} else {
			into[name] = value
		}
	}
}
