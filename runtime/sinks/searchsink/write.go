package searchsink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	requestDocuments = 1000
	// requestBytes is how much is sent at a time, unless a single document has more.
	requestBytes = 8 << 20
	// mostRounds is how often a document is tried that somebody else changes in the same moment.
	mostRounds = 25
)

// errContended is of a document that others change all the time.
var errContended = errors.New("others changed the document each time it was to be written")

// Put implements denorm.Sink. Documents above MaxBytes are denorm.ErrTooLarge.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	failed := map[string]error{}
	fits := make([]denorm.SinkDocument, 0, len(documents))
	for _, document := range documents {
		if n := len(document.Body); n > s.maxBytes {
			failed[document.Key] = fmt.Errorf("%w: it has %d bytes, and %d are allowed", denorm.ErrTooLarge, n, s.maxBytes)
			continue
		}
		fits = append(fits, document)
	}
	return s.write(ctx, "put", target, fits, failed)
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	gone := make([]denorm.SinkDocument, len(documents))
	for i, document := range documents {
		gone[i] = denorm.SinkDocument{Key: document.Key, Version: document.Version}
	}
	if err := s.write(ctx, "delete", target, gone, map[string]error{}); err != nil {
		return err
	}
	s.sweep(ctx, target)
	return nil
}

// write writes documents, and tombstones for those without a body, and adds the errors of single ones to failed.
func (s *Sink) write(ctx context.Context, doing string, target *denorm.SinkTarget, documents []denorm.SinkDocument, failed map[string]error) error {
	doing = fmt.Sprintf("%s %d documents", doing, len(documents))
	p, err := s.place(target)
	if err != nil {
		return wrap(doing, err)
	}
	pending := make([]denorm.SinkDocument, 0, len(documents))
	for _, document := range documents {
		if err := checkKey(document.Key); err != nil {
			failed[document.Key] = err
			continue
		}
		pending = append(pending, document)
	}
	for round := 0; len(pending) > 0; round++ {
		if round == mostRounds {
			for _, document := range pending {
				failed[document.Key] = errContended
			}
			break
		}
		if err := pause(ctx, round); err != nil {
			return wrap(doing, err)
		}
		if pending, err = s.round(ctx, p, target, pending, failed); err != nil {
			return wrap(doing, err)
		}
	}
	if len(failed) > 0 {
		return &denorm.SinkError{Documents: failed}
	}
	return wrap(doing, ctx.Err())
}

// pause waits a little and by chance from the second round on, so that writers of the same documents get out of step.
func pause(ctx context.Context, round int) error {
	if round == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(rand.N(time.Duration(min(round, 10)) * 5 * time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// round tries documents once, in requests of bounded size, and returns those that somebody else changed meanwhile.
func (s *Sink) round(ctx context.Context, p place, target *denorm.SinkTarget, documents []denorm.SinkDocument, failed map[string]error) (again []denorm.SinkDocument, err error) {
	for len(documents) > 0 {
		n := nextRequest(documents)
		overtaken, err := s.over(ctx, p, target, documents[:n], failed)
		if errors.Is(err, errNoIndex) { // somebody has deleted it
			if err = s.create(ctx, p, target); err == nil {
				overtaken, err = s.over(ctx, p, target, documents[:n], failed)
			}
		}
		if err != nil {
			return nil, err
		}
		again = append(again, overtaken...)
		documents = documents[n:]
	}
	return again, nil
}

// nextRequest tells how many of the documents one request gets.
func nextRequest(documents []denorm.SinkDocument) int {
	bytes, n := 0, 0
	for ; n < min(len(documents), requestDocuments); n++ {
		size := len(documents[n].Body) + len(documents[n].Key)
		if n > 0 && bytes+size > requestBytes {
			break
		}
		bytes += size
	}
	return n
}

// over reads what is there, and writes newer documents over exactly that. It returns those of which it was changed
// meanwhile.
func (s *Sink) over(ctx context.Context, p place, target *denorm.SinkTarget, documents []denorm.SinkDocument, failed map[string]error) (again []denorm.SinkDocument, err error) {
	ids := make([]string, len(documents))
	for i, document := range documents {
		ids[i] = documentID(document.Key)
	}
	before, err := s.read(ctx, p, ids)
	if err != nil {
		return nil, err
	}
	var edits []edit
	var edited []denorm.SinkDocument
	for i, document := range documents {
		if before[i].known && document.Version.Compare(before[i].version) <= 0 {
			continue
		}
		own := mark{Key: document.Key, Version: document.Version.Sortable()}
		if len(document.Body) == 0 {
			own.Gone = time.Now().UnixMilli()
		}
		source, err := compose(own, before[i].others(target.Fields), document.Body)
		if err != nil {
			failed[document.Key] = err
			continue
		}
		edits, edited = append(edits, edit{over: before[i], source: source}), append(edited, document)
	}
	outcomes, err := s.bulk(ctx, p, edits)
	if err != nil {
		return nil, err
	}
	for i, outcome := range outcomes {
		switch {
		case outcome.overtaken:
			again = append(again, edited[i])
		case outcome.err != nil:
			failed[edited[i].Key] = outcome.err
		}
	}
	return again, nil
}
