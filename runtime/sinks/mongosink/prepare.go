package mongosink

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	denorm "github.com/denormgen/denormgen/runtime"
)

// indexName is that of the index over deleted documents. Where it is, the collection is a sink's.
const indexName = "denorm_deleted"

// Prepare implements denorm.SinkPreparer. It makes the collection and an index, over deleted documents only. A collection
// that has documents of somebody else is ErrNameTaken; field names that the sink cannot store are denorm.ErrValue.
func (s *Sink) Prepare(ctx context.Context, target *denorm.SinkTarget) error {
	const doing = "prepare a collection"
	if err := checkFields(target.Fields); err != nil {
		return failed(ctx, doing, err)
	}
	collection := s.collection(target)
	ready, err := isReady(ctx, collection)
	if err != nil || ready {
		return wrapped(ctx, doing, err)
	}
	err = collection.FindOne(ctx, bson.D{{Key: versionField, Value: bson.D{{Key: "$exists", Value: false}}}},
		options.FindOne().SetProjection(bson.D{{Key: idField, Value: 1}})).Err()
	switch {
	case err == nil:
		// Another process may have made the index meanwhile, and others have written beside it.
		if ready, err = isReady(ctx, collection); err == nil && !ready {
			err = fmt.Errorf("%w: it has no index %s", ErrNameTaken, indexName)
		}
		return wrapped(ctx, doing, err)
	case !errors.Is(err, mongo.ErrNoDocuments):
		return failed(ctx, doing, err)
	}
	_, err = collection.Indexes().CreateOne(ctx, mongo.IndexModel{
		Keys:    bson.D{{Key: deletedField, Value: 1}},
		Options: options.Index().SetName(indexName).SetSparse(true),
	})
	return wrapped(ctx, doing, err)
}

func isReady(ctx context.Context, collection *mongo.Collection) (bool, error) {
	indexes, err := collection.Indexes().ListSpecifications(ctx)
	for _, index := range indexes {
		if index.Name == indexName {
			return true, nil
		}
	}
	return false, err
}

// wrapped is failed, or nil for no error.
func wrapped(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	return failed(ctx, doing, err)
}
