package searchsink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

// readersFind is the filter of aliases.
const readersFind = `{"bool":{"must_not":[{"exists":{"field":"denorm_sink.gone"}}]}}`

// Serve implements denorm.SinkSwapper.
func (s *Sink) Serve(ctx context.Context, before, target *denorm.SinkTarget) error {
	return wrap("serve an index", s.serve(ctx, before, target))
}

func (s *Sink) serve(ctx context.Context, before, target *denorm.SinkTarget) error {
	p, err := s.place(target)
	if err != nil {
		return err
	}
	served, err := s.served(ctx, p.alias)
	if err != nil || len(served) == 1 && served[0] == p.index {
		return err
	}
	if before != nil {
		if err := s.carry(ctx, before, target); err != nil {
			return fmt.Errorf("take over the fields of others: %w", err)
		}
	}
	type change struct {
		Index  string          `json:"index"`
		Alias  string          `json:"alias"`
		Filter json.RawMessage `json:"filter,omitempty"`
	}
	type step struct {
		Add    *change `json:"add,omitempty"`
		Remove *change `json:"remove,omitempty"`
	}
	var steps []step
	for _, index := range served {
		if !strings.HasPrefix(index, p.alias+"-") {
			return ErrNameTaken
		}
		if index != p.index {
			steps = append(steps, step{Remove: &change{Index: index, Alias: p.alias}})
		}
	}
	steps = append(steps, step{Add: &change{Index: p.index, Alias: p.alias, Filter: json.RawMessage(readersFind)}})
	body, err := json.Marshal(struct {
		Actions []step `json:"actions"`
	}{steps})
	if err != nil {
		return fmt.Errorf("write a request: %w", err)
	}
	_, err = s.send(ctx, http.MethodPost, "/_aliases", plainJSON, body)
	if isKind(err, http.StatusBadRequest, "invalid_alias_name_exception") {
		return ErrNameTaken
	}
	return err
}

// served are the indexes that an alias stands for.
func (s *Sink) served(ctx context.Context, alias string) ([]string, error) {
	indexes, err := ask[map[string]json.RawMessage](ctx, s, http.MethodGet, "/_alias/"+alias, nil)
	if isKind(err, http.StatusNotFound, "") {
		return nil, nil
	}
	return slices.Sorted(maps.Keys(indexes)), err
}

// carry copies what others have put into documents to those that take their place.
func (s *Sink) carry(ctx context.Context, before, target *denorm.SinkTarget) error {
	from, err := s.place(before)
	if err != nil {
		return err
	}
	to, err := s.place(target)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, http.MethodPost, from.path("_refresh"), plainJSON, nil)
	if isKind(err, http.StatusNotFound, "") {
		return nil
	}
	if err != nil {
		return err
	}
	const page = 500
	for after := ""; ; {
		found, err := s.search(ctx, from, after, page, nil)
		if err != nil || len(found) == 0 {
			return err
		}
		after = found[len(found)-1].mark.Key
		fields := map[string]map[string]json.RawMessage{}
		for _, document := range found {
			if others := document.others(before.Fields, target.Fields); len(others) > 0 {
				fields[document.ID] = others
			}
		}
		for round := 0; len(fields) > 0; round++ {
			if round == mostRounds {
				return errContended
			}
			if err := pause(ctx, round); err != nil {
				return err
			}
			left := len(fields)
			if err := s.add(ctx, to, fields); err != nil {
				return err
			}
			if len(fields) < left {
				round = -1
			}
		}
	}
}

// add puts fields into documents, by their ids, that are there. It leaves those in the map that somebody else changed meanwhile.
func (s *Sink) add(ctx context.Context, p place, fields map[string]map[string]json.RawMessage) error {
	found, err := s.read(ctx, p, slices.Sorted(maps.Keys(fields)))
	if err != nil {
		return err
	}
	var edits []edit
	bytes := 0
	for _, document := range found {
		if !document.live() {
			delete(fields, document.ID)
			continue
		}
		all := maps.Clone(document.fields)
		maps.Copy(all, fields[document.ID])
		source, err := compose(document.mark, all, []byte("{}"))
		if err != nil {
			return err
		}
		if len(edits) > 0 && bytes+len(source) > requestBytes {
			break // the next round has the rest
		}
		bytes += len(source)
		edits = append(edits, edit{over: document, source: source})
	}
	outcomes, err := s.bulk(ctx, p, edits)
	if err != nil {
		return err
	}
	for i, outcome := range outcomes {
		if !outcome.overtaken {
			delete(fields, edits[i].over.ID) // what the engine refuses is left out
		}
	}
	return nil
}

// Drop implements denorm.SinkSwapper.
func (s *Sink) Drop(ctx context.Context, target *denorm.SinkTarget) error {
	return wrap("drop an index", s.drop(ctx, target))
}

func (s *Sink) drop(ctx context.Context, target *denorm.SinkTarget) error {
	p, err := s.place(target)
	if err != nil {
		return err
	}
	served, err := s.served(ctx, p.alias)
	if err != nil {
		return err
	}
	if slices.Contains(served, p.index) {
		return errors.New("it is served")
	}
	_, err = s.send(ctx, http.MethodDelete, "/"+p.index, plainJSON, nil)
	if isKind(err, http.StatusNotFound, "") {
		return nil
	}
	return err
}
