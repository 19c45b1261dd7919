package mongosink

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	// remembered is how long it is known what was deleted: long enough for clocks of processes to differ by hours.
	remembered = 24 * time.Hour
	sweepEvery = 10 * time.Minute // at most, unless more is left
	sweepMost  = 1000             // documents at a time
)

// sweep forgets some of what was deleted long ago. What fails is done by the next one.
func (s *Sink) sweep(ctx context.Context, collection *mongo.Collection) {
	now := time.Now()
	s.mu.Lock()
	due := now.Sub(s.swept[collection.Name()]) >= sweepEvery
	if due {
		s.swept[collection.Name()] = now
	}
	s.mu.Unlock()
	if !due {
		return
	}
	if n, err := s.forget(ctx, collection, now.Add(-remembered)); err != nil || n == sweepMost {
		s.mu.Lock()
		delete(s.swept, collection.Name())
		s.mu.Unlock()
	}
}

// forget removes some of what was deleted before a time, and tells how many it found.
func (s *Sink) forget(ctx context.Context, collection *mongo.Collection, before time.Time) (int, error) {
	old := bson.E{Key: deletedField, Value: bson.D{{Key: "$lt", Value: before}}}
	cursor, err := collection.Find(ctx, bson.D{old},
		options.Find().SetProjection(bson.D{{Key: idField, Value: 1}}).SetLimit(sweepMost))
	if err != nil {
		return 0, err
	}
	var list []struct {
		ID string `bson:"_id"`
	}
	if err := cursor.All(ctx, &list); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(list, s.batch) {
		keys := bson.A{}
		for _, document := range some {
			keys = append(keys, document.ID)
		}
		if _, err := collection.DeleteMany(ctx, bson.D{{Key: idField, Value: bson.D{{Key: "$in", Value: keys}}}, old}); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
