package mongosink

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	// mostRounds is how often a write looks at what is there: once, and again whenever another writer came between.
	mostRounds = 20
	// mostRefusals is after how many of them a duplicate counts as one in somebody's unique index, rather than as another
	// writer's document of the same key.
	mostRefusals = 3
)

// writer writes documents that are newer than what is there. It looks at the versions, inserts what is missing and
// updates what is older, under the condition that it still is; what another writer came between of, it looks at again.
// An upsert would do the same in one go, but for its duplicates: those of late documents, which are plenty when
// work is repeated, and cannot be told from those of an insert by somebody else.
type writer struct {
	sink       *Sink
	collection *mongo.Collection
	pending    []*entry
	failed     map[string]error
	refusals   int
	single     bool // one document a command, so that it is known which one an error is about
}

func (s *Sink) newWriter(target *denorm.SinkTarget) *writer {
	return &writer{sink: s, collection: s.collection(target), failed: map[string]error{}}
}

// run writes until everything is there, or something newer.
func (w *writer) run(ctx context.Context, doing string) error {
	if err := ctx.Err(); err != nil {
		return failed(ctx, doing, err)
	}
	for round := 0; len(w.pending) > 0; round++ {
		if round == mostRounds {
			return failed(ctx, doing, errors.New("other writers came between too often"))
		}
		known, err := w.look(ctx)
		if err == nil {
			err = w.send(ctx, known)
		}
		if err != nil {
			return failed(ctx, doing, err)
		}
	}
	w.sink.sweep(ctx, w.collection)
	if len(w.failed) > 0 {
		return &denorm.SinkError{Documents: w.failed}
	}
	return nil
}

// look reads what versions there are, and leaves out what is not newer.
func (w *writer) look(ctx context.Context) (map[string]string, error) {
	keys := make([]string, len(w.pending))
	for i, e := range w.pending {
		keys[i] = e.key
	}
	known, err := versions(ctx, w.collection, keys)
	w.pending = slices.DeleteFunc(w.pending, func(e *entry) bool {
		version, there := known[e.key]
		return there && version >= e.version
	})
	return known, err
}

// send writes what is pending, and keeps of that what may not have been written.
func (w *writer) send(ctx context.Context, known map[string]string) error {
	size := w.sink.batch
	if w.single {
		size = 1
	}
	var left []*entry
	for some := range slices.Chunk(w.pending, size) {
		written, err := w.command(ctx, some, known)
		switch {
		case written:
			continue
		case err == nil: // somebody else wrote one of them
		case !ofDocuments(err):
			return err
		case len(some) > 1:
			w.refusals++
			w.single = w.single || !isDuplicate(err) || w.refusals > mostRefusals
		case isDuplicate(err) && some[0].refused < mostRefusals:
			some[0].refused++
		default:
			w.failed[some[0].key] = ofDocument(err)
			continue
		}
		left = append(left, some...)
	}
	w.pending = left
	return nil
}

// command writes some documents, and tells whether all of them were.
func (w *writer) command(ctx context.Context, some []*entry, known map[string]string) (bool, error) {
	models := make([]mongo.WriteModel, len(some))
	for i, e := range some {
		if _, there := known[e.key]; there {
			models[i] = e.over
		} else {
			models[i] = mongo.NewInsertOneModel().SetDocument(e.insert)
		}
	}
	result, err := w.collection.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	if err != nil {
		return false, err
	}
	return result.InsertedCount+result.MatchedCount == int64(len(some)), nil
}
