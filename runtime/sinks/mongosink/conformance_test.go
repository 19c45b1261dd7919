package mongosink_test

import (
	"encoding/json"
	"testing"

	"github.com/denormgen/denormgen/runtime/sinks/conformance"
	"github.com/denormgen/denormgen/runtime/sinks/mongosink"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Subject {
		const limit = 100_000
		database := connect(t, shared.address)
		return conformance.Subject{
			Sink: newSink(t, database, mongosink.MaxBytes(limit)), MaxBytes: limit,
			NoNestedArrays: true, // FerretDB refuses what MongoDB takes
			Read: func(t *testing.T, collection, key string) json.RawMessage {
				return read(t, database.Collection(collection), key)
			},
			SetField: func(t *testing.T, collection, key, name string, value json.RawMessage) {
				setField(t, database.Collection(collection), key, name, value)
			},
		}
	})
}
