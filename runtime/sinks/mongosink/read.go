package mongosink

import (
	"context"
	"fmt"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Keys implements denorm.Sink, in the order of the keys' bytes, without bodies. Documents that others put into the
// collection are left out.
func (s *Sink) Keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	const doing = "list keys"
	if limit <= 0 {
		return nil, wrapped(ctx, doing, ctx.Err())
	}
	cursor, err := s.collection(target).Find(ctx,
		bson.D{
			{Key: idField, Value: bson.D{{Key: "$gt", Value: after}}},
			{Key: versionField, Value: bson.D{{Key: "$exists", Value: true}}},
			{Key: deletedField, Value: bson.D{{Key: "$exists", Value: false}}},
		},
		options.Find().SetSort(bson.D{{Key: idField, Value: 1}}).SetLimit(int64(limit)).SetProjection(bson.D{{Key: versionField, Value: 1}}))
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	var found []stored
	if err := cursor.All(ctx, &found); err != nil {
		return nil, failed(ctx, doing, err)
	}
	list := make([]denorm.SinkDocument, len(found))
	for i, document := range found {
		list[i].Key = document.ID
		if list[i].Version, err = denorm.ParseSortable(document.Own.Version); err != nil {
			return nil, failed(ctx, doing, err)
		}
	}
	return list, nil
}

// Get implements denorm.Sink. Values of fields of others that JSON has no type for are MongoDB's extended JSON.
func (s *Sink) Get(ctx context.Context, target *denorm.SinkTarget, keys []string) ([]denorm.SinkDocument, error) {
	doing := fmt.Sprintf("get %d documents", len(keys))
	found := make(map[string]denorm.SinkDocument, len(keys))
	err := each(ctx, s.collection(target), keys, nil, func(raw bson.Raw) error {
		document, err := read(raw)
		found[document.Key] = document
		return err
	})
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	list := make([]denorm.SinkDocument, len(keys))
	for i, key := range keys {
		list[i] = found[key]
		list[i].Key = key
	}
	return list, nil
}

// read reads what is stored of a key. A document that is deleted, or not a sink's, has no body.
func read(raw bson.Raw) (document denorm.SinkDocument, err error) {
	var head struct {
		ID  string `bson:"_id"`
		Own struct {
			Version string         `bson:"version"`
			Deleted *bson.RawValue `bson:"deleted"`
		} `bson:"_denorm"`
	}
	if err := bson.Unmarshal(raw, &head); err != nil {
		return document, fmt.Errorf("read what is the sink's of a document: %w", err)
	}
	document.Key = head.ID
	if head.Own.Version == "" {
		return document, nil
	}
	if document.Version, err = denorm.ParseSortable(head.Own.Version); err != nil || head.Own.Deleted != nil {
		return document, err
	}
	document.Body, err = render(raw)
	return document, err
}

// versions reads the versions of keys, "" for a document that is not a sink's.
func versions(ctx context.Context, collection *mongo.Collection, keys []string) (map[string]string, error) {
	found := make(map[string]string, len(keys))
	err := each(ctx, collection, keys, bson.D{{Key: versionField, Value: 1}}, func(raw bson.Raw) error {
		var document stored
		err := bson.Unmarshal(raw, &document)
		found[document.ID] = document.Own.Version
		return err
	})
	return found, err
}

// each calls a function for what there is of some keys, in any order.
func each(ctx context.Context, collection *mongo.Collection, keys []string, projection bson.D, call func(bson.Raw) error) error {
	texts := make(bson.A, 0, len(keys))
	for _, key := range keys {
		if utf8.ValidString(key) { // none other is stored
			texts = append(texts, key)
		}
	}
	if len(texts) == 0 {
		return ctx.Err()
	}
	opts := options.Find().SetBatchSize(int32(len(texts)))
	if projection != nil {
		opts.SetProjection(projection)
	}
	cursor, err := collection.Find(ctx, bson.D{{Key: idField, Value: bson.D{{Key: "$in", Value: texts}}}}, opts)
	if err != nil {
		return err
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	for cursor.Next(ctx) {
		if err := call(cursor.Current); err != nil {
			return err
		}
	}
	return cursor.Err()
}
