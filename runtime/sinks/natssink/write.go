package natssink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	// sentMessages and sentBytes are how much waits for its acknowledgement at a time: a server holds only so much that
	// is not stored yet.
	sentMessages = 500
	sentBytes    = 8 << 20
	// mostRounds is how often a write looks at what is there: once, and again whenever another writer came between.
	mostRounds = 50
	mostPause  = 100 * time.Millisecond // between rounds, for replicas to catch up
)

// Put implements denorm.Sink. Documents that with their headers are larger than the server's max_payload, or the stream's
// limit, are denorm.ErrTooLarge.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return s.write(ctx, "put", target, documents)
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	gone := make([]denorm.SinkDocument, len(documents))
	for i, document := range documents {
		gone[i] = denorm.SinkDocument{Key: document.Key, Version: document.Version}
	}
	return s.write(ctx, "delete", target, gone)
}

// entry is a document to be written.
type entry struct {
	key, version string
	message      *nats.Msg
}

// write writes documents, and tombstones for those without a body.
func (s *Sink) write(ctx context.Context, doing string, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	_, err := run(ctx, fmt.Sprintf("%s %d documents", doing, len(documents)), func(ctx context.Context) (struct{}, error) {
		p, err := s.placeOf(target)
		if err != nil {
			return struct{}{}, err
		}
		failed := map[string]error{}
		var fits []entry
		for _, document := range documents {
			message := s.message(p, target, document)
			if n, most := sizeOf(message), s.conn.MaxPayload(); most > 0 && int64(n) > most {
				failed[document.Key] = fmt.Errorf("%w: its message has %d bytes, and %d are allowed", denorm.ErrTooLarge, n, most)
				continue
			}
			fits = append(fits, entry{document.Key, document.Version.Sortable(), message})
		}
		if err := s.settle(ctx, p, fits, failed); err != nil {
			return struct{}{}, err
		}
		if len(failed) > 0 {
			return struct{}{}, &denorm.SinkError{Documents: failed}
		}
		return struct{}{}, nil
	})
	return err
}

// settle publishes what is newer than the last message of its subject, under the condition that it still is the last;
// what another writer came between of, it looks at again.
func (s *Sink) settle(ctx context.Context, p place, pending []entry, failed map[string]error) error {
	for round := 0; len(pending) > 0; round++ {
		switch {
		case round == mostRounds:
			return errors.New("other writers came between too often")
		case round > 1:
			select {
			case <-time.After(min(time.Duration(round)*5*time.Millisecond, mostPause)):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		subjects := make([]string, len(pending))
		for i, e := range pending {
			subjects[i] = e.message.Subject
		}
		known, err := s.last(ctx, p, subjects)
		if err != nil {
			return fmt.Errorf("look at what is there: %w", err)
		}
		var newer []entry
		for _, e := range pending {
			if last := known[e.message.Subject]; last.version < e.version {
				e.message.Header[jetstream.ExpectedLastSubjSeqHeader] = []string{strconv.FormatUint(last.sequence, 10)}
				newer = append(newer, e)
			}
		}
		pending = nil
		for len(newer) > 0 {
			n := countSent(newer)
			left, err := s.publish(ctx, newer[:n], failed)
			if err != nil {
				return err
			}
			pending = append(pending, left...)
			newer = newer[n:]
		}
	}
	return nil
}

func countSent(entries []entry) int {
	n, bytes := 0, 0
	for ; n < min(len(entries), sentMessages) && bytes < sentBytes; n++ {
		bytes += len(entries[n].message.Data)
	}
	return n
}

// acknowledgement is the server's answer to a message.
type acknowledgement struct {
	Stream string              `json:"stream"`
	Error  *jetstream.APIError `json:"error"`
}

// publish sends messages in one go, and returns those of whose subjects there was another message meanwhile.
func (s *Sink) publish(ctx context.Context, entries []entry, failed map[string]error) (left []entry, err error) {
	box, err := s.open()
	if err != nil {
		return nil, err
	}
	defer box.close()
	for n, e := range entries {
		if err := box.send(n, e.message); err != nil {
			return nil, err
		}
	}
	for range entries {
		n, message, err := box.next(ctx)
		if err != nil {
			return nil, err
		}
		if status(message) != "" {
			return nil, refusal(message)
		}
		var answer acknowledgement
		if err := json.Unmarshal(message.Data, &answer); err != nil || answer.Error == nil && answer.Stream == "" {
			return nil, errors.New("the answer is not an acknowledgement")
		}
		switch {
		case answer.Error == nil:
		case isLate(answer.Error.ErrorCode):
			left = append(left, entries[n])
		case answer.Error.ErrorCode == tooLarge:
			failed[entries[n].key] = fmt.Errorf("%w: %w", denorm.ErrTooLarge, answer.Error)
		default:
			return nil, answer.Error
		}
	}
	return left, nil
}

const tooLarge jetstream.ErrorCode = 10054 // the stream's max_msg_size

// isLate tells that another message of the subject is the last one.
func isLate(code jetstream.ErrorCode) bool {
	const whileOtherIsUnderWay jetstream.ErrorCode = 10164
	return code == jetstream.JSErrCodeStreamWrongLastSequence || code == whileOtherIsUnderWay
}
