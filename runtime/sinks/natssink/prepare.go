package natssink

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go/jetstream"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Prepare implements denorm.SinkPreparer. It makes the stream, or changes of one that is there what would lose documents;
// replicas, limits, placement and the like stay as they are. A stream of the name that has other subjects is
// ErrNameTaken.
func (s *Sink) Prepare(ctx context.Context, target *denorm.SinkTarget) error {
	_, err := run(ctx, "prepare a stream", func(ctx context.Context) (struct{}, error) {
		p, err := s.placeOf(target)
		if err == nil {
			err = s.prepare(ctx, p)
		}
		return struct{}{}, err
	})
	return err
}

func (s *Sink) prepare(ctx context.Context, p place) error {
	stream, err := s.js.Stream(ctx, p.stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = s.js.CreateStream(ctx, needed(jetstream.StreamConfig{
			Name: p.stream, Description: "documents, kept by denormgen", Subjects: []string{p.all()}, Replicas: s.replicas,
		}))
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process made it meanwhile
			stream, err = s.js.Stream(ctx, p.stream)
		}
	}
	if err != nil {
		return err
	}
	config := stream.CachedInfo().Config
	switch {
	case !slices.Equal(config.Subjects, []string{p.all()}):
		return fmt.Errorf("%w: stream %s has other subjects", ErrNameTaken, p.stream)
	case config.Retention != jetstream.LimitsPolicy || config.Mirror != nil || len(config.Sources) > 0 || config.Sealed:
		return fmt.Errorf("%w: stream %s is not one of limits, or gets its messages from elsewhere", ErrNameTaken, p.stream)
	case isReady(config):
		return nil
	}
	_, err = s.js.UpdateStream(ctx, needed(config))
	return err
}

// needed has a stream keep the last message of each subject, tell when it is full, and be read without a consumer.
func needed(config jetstream.StreamConfig) jetstream.StreamConfig {
	config.MaxMsgsPerSubject = 1
	config.MaxAge = 0
	config.Discard = jetstream.DiscardNew
	config.DiscardNewPerSubject = false
	config.AllowDirect = true
	config.AllowMsgTTL = true
	return config
}

func isReady(config jetstream.StreamConfig) bool {
	return config.MaxMsgsPerSubject == 1 && config.MaxAge == 0 && config.Discard == jetstream.DiscardNew && !config.DiscardNewPerSubject &&
		config.AllowDirect && config.AllowMsgTTL
}
