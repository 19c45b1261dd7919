package searchsink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	denorm "github.com/denormgen/denormgen/runtime"
)

// edit is a source to be written over what was read, and over nothing else.
type edit struct {
	over   *stored
	source []byte
}

// outcome is what became of an edit: stored if it is zero.
type outcome struct {
	overtaken bool  // what was read is not there any more
	err       error // of this document only
}

// action is the line in front of a document.
type action struct {
	Create *condition `json:"create,omitempty"`
	Index  *condition `json:"index,omitempty"`
}

type condition struct {
	ID          string `json:"_id"`
	SeqNo       *int64 `json:"if_seq_no,omitempty"`
	PrimaryTerm *int64 `json:"if_primary_term,omitempty"`
}

type bulkAnswer struct {
	Items []map[string]struct {
		Status int        `json:"status"`
		Error  *errorBody `json:"error"`
	} `json:"items"`
}

// bulk writes edits in one request, or in several where the server finds one too large. Any error but those of single
// documents means that nothing is known.
func (s *Sink) bulk(ctx context.Context, p place, edits []edit) ([]outcome, error) {
	if len(edits) == 0 {
		return nil, nil
	}
	body, err := bulkBody(edits)
	if err != nil {
		return nil, err
	}
	text, err := s.send(ctx, http.MethodPost, p.path("_bulk"), lines, body)
	switch {
	case err != nil && isTooLarge(err, len(body)):
		if len(edits) == 1 {
			return []outcome{{err: fmt.Errorf("%w: %w", denorm.ErrTooLarge, err)}}, nil
		}
		half := len(edits) / 2
		first, err := s.bulk(ctx, p, edits[:half])
		if err != nil {
			return nil, err
		}
		second, err := s.bulk(ctx, p, edits[half:])
		return append(first, second...), err
	case err != nil:
		return nil, err
	}
	answer, err := readAnswer[bulkAnswer](text)
	if err != nil {
		return nil, err
	}
	return answer.outcomes(edits)
}

func bulkBody(edits []edit) ([]byte, error) {
	var body bytes.Buffer
	for _, edit := range edits {
		do := action{Create: &condition{ID: edit.over.ID}}
		if edit.over.Found {
			do = action{Index: &condition{ID: edit.over.ID, SeqNo: &edit.over.SeqNo, PrimaryTerm: &edit.over.PrimaryTerm}}
		}
		line, err := json.Marshal(do)
		if err != nil {
			return nil, fmt.Errorf("write a request: %w", err)
		}
		body.Write(line)
		body.WriteByte('\n')
		body.Write(edit.source)
		body.WriteByte('\n')
	}
	return body.Bytes(), nil
}

func (a *bulkAnswer) outcomes(edits []edit) ([]outcome, error) {
	if len(a.Items) != len(edits) {
		return nil, fmt.Errorf("the answer is for %d documents, and %d were sent", len(a.Items), len(edits))
	}
	list := make([]outcome, len(edits))
	for i, item := range a.Items {
		if len(item) != 1 {
			return nil, errors.New("the answer for a document cannot be read")
		}
		for _, result := range item {
			if result.Error == nil {
				result.Error = &errorBody{}
			}
			refused := result.Error.refusal(result.Status)
			switch {
			case result.Status >= 200 && result.Status <= 299:
			case result.Status == http.StatusConflict:
				list[i].overtaken = true
			case isTooLarge(refused, len(edits[i].source)):
				list[i].err = fmt.Errorf("%w: %w", denorm.ErrTooLarge, refused)
			case result.Status == http.StatusBadRequest:
				list[i].err = refused
			default: // no document's own: the server is overloaded, full, read-only, or without the index
				return nil, fmt.Errorf("store one of %d documents: %w", len(edits), refused)
			}
		}
	}
	return list, nil
}
