package mongosink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Put implements denorm.Sink. Documents above MaxBytes are denorm.ErrTooLarge.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	doing := fmt.Sprintf("put %d documents", len(documents))
	if err := checkFields(target.Fields); err != nil {
		return failed(ctx, doing, err)
	}
	w := s.newWriter(target)
	for _, document := range documents {
		if fresh, err := s.entry(target, document); err != nil {
			w.failed[document.Key] = err
		} else {
			w.pending = append(w.pending, &fresh)
		}
	}
	return w.run(ctx, doing)
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	w := s.newWriter(target)
	now := bson.NewDateTimeFromTime(time.Now())
	for _, document := range documents {
		if !utf8.ValidString(document.Key) {
			continue // never was there, and never can be
		}
		version := document.Version.Sortable()
		gone := bson.D{
			{Key: idField, Value: document.Key},
			{Key: ownField, Value: bson.D{{Key: "version", Value: version}, {Key: "deleted", Value: now}}},
		}
		w.pending = append(w.pending, &entry{
			key: document.Key, version: version, insert: gone,
			over: mongo.NewReplaceOneModel().SetFilter(older(document.Key, version)).SetReplacement(gone),
		})
	}
	return w.run(ctx, fmt.Sprintf("delete %d documents", len(documents)))
}

// entry is a document to be written: where there is none, and over an older one.
type entry struct {
	key, version string
	insert       bson.D
	over         mongo.WriteModel
	refused      int // how often it was, as a duplicate
}

// older finds the document of a key if it has an older version, or none.
func older(key, version string) bson.D {
	newer := bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: version}}}}
	return bson.D{{Key: idField, Value: key}, {Key: versionField, Value: newer}}
}

// entry sets the fields that a document has, and unsets those that it lacks.
func (s *Sink) entry(target *denorm.SinkTarget, document denorm.SinkDocument) (entry, error) {
	if !utf8.ValidString(document.Key) {
		return entry{}, errors.New("its key is not text")
	}
	fields, err := parse(document.Body)
	if err != nil {
		return entry{}, fmt.Errorf("turn the document into BSON: %w", err)
	}
	raw, err := bson.Marshal(fields)
	if err != nil {
		return entry{}, fmt.Errorf("turn the document into BSON: %w", err)
	}
	if len(raw) > s.maxBytes {
		return entry{}, fmt.Errorf("%w: it has %d bytes, and %d are allowed", denorm.ErrTooLarge, len(raw), s.maxBytes)
	}
	version := document.Version.Sortable()
	mark := bson.E{Key: ownField, Value: own{Version: version}}
	missing := bson.D{}
	for _, name := range target.Fields {
		if !slices.ContainsFunc(fields, func(field bson.E) bool { return field.Key == name }) {
			missing = append(missing, bson.E{Key: name, Value: ""})
		}
	}
	update := bson.D{{Key: "$set", Value: append(slices.Clone(fields), mark)}}
	if len(missing) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: missing})
	}
	return entry{
		key: document.Key, version: version,
		insert: slices.Concat(bson.D{{Key: idField, Value: document.Key}, mark}, fields),
		over:   mongo.NewUpdateOneModel().SetFilter(older(document.Key, version)).SetUpdate(update),
	}, nil
}
