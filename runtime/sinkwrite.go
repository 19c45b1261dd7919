package denorm

import (
	"context"
	"errors"
	"fmt"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// refresh loads documents and writes them, or that there is none, and keeps those aside that the sink cannot take.
// They show everything up to a position that was read before.
func (s *sinkTarget) refresh(ctx context.Context, at relay.Position, keys []string) error {
	bodies, err := s.source.documents(ctx, keys, at)
	if err != nil {
		return fmt.Errorf("load %d documents of %s: %w", len(keys), s.target.Collection, err)
	}
	if mutant.Active(mutant.VersionFirst) {
		if at, err = s.head(ctx); err != nil {
			return err
		}
	}
	documents := make([]SinkDocument, len(keys))
	for i, key := range keys {
		documents[i] = SinkDocument{Key: key, Version: versionOf(at), Body: bodies[i]}
	}
	return s.write(ctx, documents)
}

// write puts documents, and deletes those without a body.
func (s *sinkTarget) write(ctx context.Context, documents []SinkDocument) error {
	target, err := s.writable(ctx)
	if err != nil {
		return err
	}
	var put, gone []SinkDocument
	for _, document := range documents {
		if document.Body == nil {
			gone = append(gone, document)
		} else {
			put = append(put, document)
		}
	}
	failed, err := s.try(ctx, s.settings.sink.Put, target, put)
	if err != nil {
		return fmt.Errorf("put %d documents: %w", len(put), err)
	}
	for _, document := range put {
		if errors.Is(failed[document.Key], ErrTooLarge) {
			gone = append(gone, SinkDocument{Key: document.Key, Version: document.Version})
		}
	}
	s.live.engine.counters.sinkPuts.Add(int64(len(put) - len(failed)))
	left, err := s.try(ctx, s.settings.sink.Delete, target, gone)
	if err != nil {
		return fmt.Errorf("delete %d documents: %w", len(gone), err)
	}
	s.live.engine.counters.sinkDeletes.Add(int64(len(gone) - len(left)))
	for key, err := range left {
		failed[key] = err
	}
	return s.account(ctx, documents, failed)
}

// try calls the sink, and returns the errors of single documents.
func (s *sinkTarget) try(ctx context.Context, call func(context.Context, *SinkTarget, []SinkDocument) error, target *SinkTarget,
	documents []SinkDocument) (map[string]error, error) {
	failed := map[string]error{}
	if len(documents) == 0 {
		return failed, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.timeout)
	defer cancel()
	err := call(ctx, target, documents)
	if single := new(SinkError); errors.As(err, &single) {
		for key, err := range single.Documents {
			failed[key] = err
		}
		return failed, nil
	}
	return failed, err
}

// account keeps the failures of documents, and forgets those of documents that are written by now.
func (s *sinkTarget) account(ctx context.Context, documents []SinkDocument, failed map[string]error) error {
	if len(failed) == 0 && s.aside.Load() == 0 {
		return nil
	}
	before, err := s.live.feed.Failures(ctx, s.name, false, mostAside)
	if err != nil {
		return err
	}
	known := make(map[string]relay.Failure, len(before))
	for _, failure := range before {
		known[failure.Key] = failure
	}
	var written []string
	var list []relay.Failure
	for _, document := range documents {
		failure, was := known[document.Key]
		err := failed[document.Key]
		switch {
		case err != nil:
			list = append(list, s.failure(document.Key, failure, err))
		case was:
			written = append(written, document.Key)
		}
	}
	if len(before)+len(list) > mostAside {
		return fmt.Errorf("%d documents are set aside already: %w", len(before), &SinkError{failed})
	}
	if len(list) > 0 {
		s.live.engine.counters.sinkFailures.Add(int64(len(list)))
		s.live.engine.logger.WarnContext(ctx, "denorm: documents could not be written to a sink, and are set aside",
			"sink", s.settings.name, "collection", s.target.Collection, "documents", len(list), "error", (&SinkError{failed}).Error())
		if err := s.live.feed.SaveFailures(ctx, s.name, list); err != nil {
			return err
		}
		s.aside.Add(1)
	}
	if len(written) == 0 {
		return nil
	}
	return s.live.feed.ForgetFailures(ctx, s.name, written)
}

// mostAside is how many documents one sink sets aside of a collection before it counts as failing as a whole.
const mostAside = 10_000

// failure is that of a document after one more attempt.
func (s *sinkTarget) failure(key string, before relay.Failure, err error) relay.Failure {
	now := relay.Failure{Key: key, Attempts: before.Attempts + 1, Since: before.Since, Error: err.Error()}
	if int(before.Attempts) < len(s.settings.pauses) && !errors.Is(err, ErrTooLarge) {
		now.Pause = s.settings.pauses[before.Attempts]
	}
	return now
}

// again tries those documents once more that are due.
func (s *sinkTarget) again(ctx context.Context) error {
	known := s.aside.Load()
	if known == 0 {
		return nil
	}
	due, err := s.live.feed.Failures(ctx, s.name, true, maxBatch)
	if err != nil {
		return err
	}
	if len(due) == 0 {
		left, err := s.live.feed.Failures(ctx, s.name, false, 1)
		if err == nil && len(left) == 0 {
			s.aside.CompareAndSwap(known, 0)
		}
		return err
	}
	at, err := s.head(ctx)
	if err != nil {
		return err
	}
	keys := make([]string, len(due))
	for i, failure := range due {
		keys[i] = failure.Key
	}
	return s.refresh(ctx, at, keys)
}

// head is the end of the feed: what is loaded later shows everything up to it.
func (s *sinkTarget) head(ctx context.Context) (relay.Position, error) { return s.live.head(ctx) }

// head is the end of the feed.
func (l *live) head(ctx context.Context) (relay.Position, error) {
	poll, err := l.feed.Poll(ctx)
	if err != nil {
		return relay.Position{}, fmt.Errorf("poll the feed: %w", err)
	}
	return poll.Head, nil
}
