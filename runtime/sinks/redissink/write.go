package redissink

import (
	"context"
	"fmt"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	// A script holds up everybody else on its node, so it gets no more than so many documents and bytes; only
	// a single document may have more bytes.
	scriptDocuments = 200
	scriptBytes     = 1 << 20
	// pipelineBytes is how much is sent at a time: the client's timeouts are for all that it sends in one go.
	pipelineBytes = 8 << 20
	// tombstoneLife is twice what is asked of a sink, for the clocks of a master and of the replica that takes its
	// place may differ.
	tombstoneLife = 2 * time.Hour
)

// Put implements denorm.Sink. Documents above MaxBytes are denorm.ErrTooLarge.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	fits := make([]denorm.SinkDocument, 0, len(documents))
	failed := map[string]error{}
	for _, document := range documents {
		if n := len(document.Body); n > s.maxBytes {
			failed[document.Key] = fmt.Errorf("%w: it has %d bytes, and %d are allowed", denorm.ErrTooLarge, n, s.maxBytes)
			continue
		}
		fits = append(fits, document)
	}
	if err := s.write(ctx, "put", target, fits); err != nil {
		return err
	}
	if len(failed) > 0 {
		return &denorm.SinkError{Documents: failed}
	}
	return nil
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	gone := make([]denorm.SinkDocument, len(documents))
	for i, document := range documents {
		gone[i] = denorm.SinkDocument{Key: document.Key, Version: document.Version}
	}
	return s.write(ctx, "delete", target, gone)
}

// write writes documents, and deletes those without a body.
func (s *Sink) write(ctx context.Context, doing string, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	_, err := run(ctx, fmt.Sprintf("%s %d documents", doing, len(documents)), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.send(ctx, s.placeOf(target.Collection), documents)
	})
	return err
}

// send sends documents in scripts of bounded size, and these in pipelines of bounded size.
func (s *Sink) send(ctx context.Context, at place, documents []denorm.SinkDocument) error {
	for len(documents) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		var calls []*call
		for sum := 0; len(documents) > 0 && sum < pipelineBytes; {
			n, bytes := nextScript(documents)
			calls = append(calls, at.write(documents[:n]))
			documents = documents[n:]
			sum += bytes
		}
		if err := s.writes.run(ctx, s.client, calls); err != nil {
			return err
		}
	}
	return nil
}

// nextScript tells how many of the documents one script gets, and about how many bytes they have.
func nextScript(documents []denorm.SinkDocument) (n, bytes int) {
	for ; n < min(len(documents), scriptDocuments); n++ {
		size := len(documents[n].Body) + len(documents[n].Key)
		if n > 0 && bytes+size > scriptBytes {
			break
		}
		bytes += size
	}
	return n, bytes
}

func (p *place) write(documents []denorm.SinkDocument) *call {
	c := &call{
		keys: append(make([]string, 0, 3+len(documents)), p.versions, p.keys, p.tombstones),
		args: append(make([]any, 0, 1+2*len(documents)), int64(tombstoneLife/time.Second)),
	}
	for _, document := range documents {
		c.keys = append(c.keys, p.documents+document.Key)
		c.args = append(c.args, document.Version.Sortable(), document.Body)
	}
	return c
}
