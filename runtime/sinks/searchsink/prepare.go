package searchsink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	denorm "github.com/denormgen/denormgen/runtime"
)

// ErrNameTaken tells that an index or an alias has the name that the sink would give to its own.
var ErrNameTaken = errors.New("an index or alias of that name is somebody else's")

// ownMapping is that of the sink's own field.
const ownMapping = `{"dynamic":false,"properties":{"key":{"type":"keyword"},"version":{"type":"keyword"},` +
	`"gone":{"type":"date","format":"epoch_millis"}}}`

// owner is what the mapping of an index says of whose it is.
type owner struct {
	Own *ownership `json:"denorm_sink"`
}

type ownership struct {
	Collection string `json:"collection"`
	Shape      string `json:"shape"`
}

// Prepare implements denorm.SinkPreparer: it creates the target's index where there is none.
func (s *Sink) Prepare(ctx context.Context, target *denorm.SinkTarget) error {
	p, err := s.place(target)
	if err == nil {
		err = s.create(ctx, p, target)
	}
	return wrap("prepare an index", err)
}

func (s *Sink) create(ctx context.Context, p place, target *denorm.SinkTarget) error {
	body, err := s.definitions[target.Collection].body(target)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, http.MethodPut, "/"+p.index, plainJSON, body)
	if isKind(err, http.StatusBadRequest, "resource_already_exists_exception") {
		return s.checkOwner(ctx, p, target)
	}
	return err
}

// body is the request that creates a target's index.
func (d definition) body(target *denorm.SinkTarget) ([]byte, error) {
	mappings := maps.Clone(d.mappings)
	if mappings == nil {
		// The first document would decide by the look of a text that all others have dates there.
		mappings = map[string]json.RawMessage{"date_detection": json.RawMessage("false")}
	}
	properties := maps.Clone(d.properties)
	if properties == nil {
		properties = map[string]json.RawMessage{}
	}
	properties[reserved] = json.RawMessage(ownMapping)
	text, err := json.Marshal(properties)
	if err == nil {
		mappings["properties"] = text
		text, err = json.Marshal(owner{&ownership{Collection: named(target.Collection), Shape: named(target.Shape)}})
	}
	if err == nil {
		mappings["_meta"] = text
		text, err = json.Marshal(mappings)
	}
	if err == nil {
		body := map[string]json.RawMessage{"mappings": text}
		if d.settings != nil {
			body["settings"] = d.settings
		}
		text, err = json.Marshal(body)
	}
	if err != nil {
		return nil, fmt.Errorf("write the definition of the index: %w", err)
	}
	return text, nil
}

// named is a name as it is where it is text, and by its digest elsewhere.
func named(name string) string {
	if checkKey(name) == nil {
		return name
	}
	return hashedID + digest(name)
}

// checkOwner tells whether an index that is there is the target's.
func (s *Sink) checkOwner(ctx context.Context, p place, target *denorm.SinkTarget) error {
	type mapped struct {
		Mappings struct {
			Meta owner `json:"_meta"`
		} `json:"mappings"`
	}
	found, err := ask[map[string]mapped](ctx, s, http.MethodGet, p.path("_mapping"), nil)
	if err != nil {
		return err
	}
	own := found[p.index].Mappings.Meta.Own
	if own == nil || own.Collection != named(target.Collection) || own.Shape != named(target.Shape) {
		return ErrNameTaken
	}
	return nil
}
