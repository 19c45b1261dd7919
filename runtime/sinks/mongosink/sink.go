package mongosink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	denorm "github.com/denormgen/denormgen/runtime"
)

// ErrNameTaken tells that a MongoDB collection has documents that are not of a sink.
var ErrNameTaken = errors.New("the collection holds documents of somebody else")

// Sink is a denorm.Sink in a database of MongoDB. It is safe for concurrent use, also by several processes.
type Sink struct {
	database *mongo.Database
	prefix   string
	maxBytes int
	batch    int

	mu    sync.Mutex
	swept map[string]time.Time // by collection
}

var (
	_ denorm.Sink         = (*Sink)(nil)
	_ denorm.SinkPreparer = (*Sink)(nil)
)

// New makes a sink of a database, whose client stays the caller's to disconnect. It connects to nothing yet. Whatever
// the client's settings are, the sink reads from the primary and has writes acknowledged by the majority.
func New(database *mongo.Database, opts ...Option) (*Sink, error) {
	if database == nil {
		return nil, fmt.Errorf("mongo sink: %w: there is no database", denorm.ErrValue)
	}
	s := &Sink{database: database, maxBytes: mostBytes, batch: defaultBatch, swept: map[string]time.Time{}}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("mongo sink: %w", err)
		}
	}
	return s, nil
}

// collection is where a target's documents are.
func (s *Sink) collection(target *denorm.SinkTarget) *mongo.Collection {
	return s.database.Collection(s.prefix+escape(target.Collection),
		options.Collection().SetReadPreference(readpref.Primary()).SetWriteConcern(writeconcern.Majority()))
}

// failed says what could not be done; that a context has ended counts more than what came of it.
func failed(ctx context.Context, doing string, err error) error {
	err = plain(err)
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("mongo sink: %s: %w: %w", doing, ended, err)
	}
	return fmt.Errorf("mongo sink: %s: %w", doing, err)
}
