package natssink

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
)

const (
	askedSubjects = 500       // a server refuses to answer with more than 1,024 messages
	askedText     = 200 << 10 // bytes of a request
	answeredBytes = 4 << 20   // of one answer, far below what a server keeps for a slow client
)

// lastRequest asks for the last message of each subject, those from a sequence on.
type lastRequest struct {
	Subjects []string `json:"multi_last"`
	From     uint64   `json:"seq,omitempty"`
	MaxBytes int      `json:"max_bytes"`
}

// last reads the last message of each subject. Where replicas answer, it may be an older one.
func (s *Sink) last(ctx context.Context, p place, subjects []string) (map[string]stored, error) {
	box, err := s.open()
	if err != nil {
		return nil, err
	}
	defer box.close()
	found := make(map[string]stored, len(subjects))
	for number := 0; len(subjects) > 0; number++ {
		n := s.countAsked(subjects)
		request := lastRequest{Subjects: subjects[:n], MaxBytes: answeredBytes}
		subjects = subjects[n:]
		for more := true; more; number++ {
			if request.From, more, err = box.lastOf(ctx, p, number, request, found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// countAsked tells how many subjects one request can ask for: at least one, and no more than half of what a message may
// hold, beside the first.
func (s *Sink) countAsked(subjects []string) int {
	most := askedText
	if allowed := s.conn.MaxPayload(); allowed > 0 {
		most = int(min(allowed/2, askedText))
	}
	n, bytes := 0, 0
	for ; n < min(len(subjects), askedSubjects); n++ {
		if bytes += len(subjects[n]); n > 0 && bytes > most {
			break
		}
	}
	return n
}

// lastOf makes one request. What did not fit into the answer is left, from a sequence on.
func (b *inbox) lastOf(ctx context.Context, p place, number int, request lastRequest, found map[string]stored) (next uint64, more bool, err error) {
	text, err := json.Marshal(request)
	if err != nil {
		return 0, false, err
	}
	if err := b.send(number, &nats.Msg{Subject: b.sink.api + "DIRECT.GET." + p.stream, Data: text}); err != nil {
		return 0, false, err
	}
	for {
		n, message, err := b.next(ctx)
		if err != nil {
			return 0, false, err
		}
		if n != number {
			continue
		}
		switch status(message) {
		case "": // a message
		case "404": // none at all
			return 0, false, nil
		case "204": // the end
			return next, header(message, "Nats-Num-Pending") != "0", nil
		default:
			return 0, false, refusal(message)
		}
		one, _, err := read(message)
		if err != nil {
			return 0, false, err
		}
		if one.sequence, err = strconv.ParseUint(header(message, "Nats-Sequence"), 10, 64); err != nil {
			return 0, false, fmt.Errorf("read the sequence of a message: %w", err)
		}
		found[header(message, "Nats-Subject")] = one
		next = one.sequence + 1
	}
}
