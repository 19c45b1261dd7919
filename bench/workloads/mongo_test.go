package workloads

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/denormgen/denormgen/runtime/sinks/mongosink"
)

// inMongo writes to an embedded FerretDB by InsertMany. That reads the whole collection, and decodes it, to find some keys
// and to sort them, so its cost grows with the square of the documents: a thousand have to do. Its updates are of few
// documents each, for it hangs on many.
func inMongo(b *testing.B) kept {
	const updates = 10
	most := brief(1000, 100)
	database := ferret(b)
	plain, sunk := database.Collection("plain"), database.Collection("books")
	return kept{
		most: most,
		sink: must[*mongosink.Sink](b)(mongosink.New(database, mongosink.Batch(updates))),
		clear: func(ctx context.Context) error {
			_, err := sunk.DeleteMany(ctx, bson.D{})
			return errors.Join(err, plain.Drop(ctx))
		},
		bulk: func(ctx context.Context, documents []ready, _ bool) error {
			if len(documents) == 0 {
				return nil
			}
			list := make([]any, len(documents))
			for i, one := range documents {
				doc := bson.D{{Key: "_id", Value: one.id}}
				var body bson.D
				if err := bson.UnmarshalExtJSON(one.body, false, &body); err != nil {
					return err
				}
				list[i] = append(doc, body...)
			}
			_, err := plain.InsertMany(ctx, list, options.InsertMany().SetOrdered(false))
			return err
		},
	}
}

// ferret starts a server on a folder.
func ferret(b *testing.B) *mongo.Database {
	b.Helper()
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"}, Logger: slog.New(slog.DiscardHandler),
		Handler: "sqlite", SQLiteURL: "file:" + b.TempDir() + "/",
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended })
	client, err := mongo.Connect(options.Client().ApplyURI(server.MongoDBURI()).SetTimeout(5 * time.Minute))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client.Database("bench")
}
