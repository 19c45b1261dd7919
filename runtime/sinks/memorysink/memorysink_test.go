package memorysink_test

import (
	"encoding/json"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/conformance"
	"github.com/denormgen/denormgen/runtime/sinks/memorysink"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(*testing.T) conformance.Subject {
		sink := memorysink.New()
		return subject(sink, sink)
	})
}

func TestSwapping(t *testing.T) {
	conformance.Run(t, func(*testing.T) conformance.Subject {
		sink := memorysink.NewSwapping()
		return subject(sink, sink.Sink)
	})
}

func subject(sink denorm.Sink, inside *memorysink.Sink) conformance.Subject {
	const limit = 100_000
	inside.SetMaxBytes(limit)
	return conformance.Subject{
		Sink: sink, MaxBytes: limit,
		Read: func(t *testing.T, collection, key string) json.RawMessage {
			document, err := inside.Read(collection, key)
			if err != nil {
				t.Error(err)
			}
			return document
		},
		SetField: func(t *testing.T, collection, key, name string, value json.RawMessage) {
			if !inside.SetField(collection, key, name, value) {
				t.Errorf("there is no document %q", key)
			}
		},
	}
}
