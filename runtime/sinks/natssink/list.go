package natssink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	listedMessages = 1000
	// listingLife is for how long a listing is kept between two pages.
	listingLife = 10 * time.Minute
)

// listing is what is left of the keys of a stream, in order. A stream has no order but that of its messages, which changes
// as documents do, so all of it is read for the first page, without bodies.
type listing struct {
	rest  []denorm.SinkDocument
	after string // the last key of the page before
	at    time.Time
}

// Keys implements denorm.Sink, in the order of the keys' bytes, without bodies. The first page reads the headers of all
// messages, and what comes later is not in the pages that follow: it is newer than whatever asks for them.
func (s *Sink) Keys(ctx context.Context, target *denorm.SinkTarget, after string, limit int) ([]denorm.SinkDocument, error) {
	return run(ctx, "list keys", func(ctx context.Context) ([]denorm.SinkDocument, error) {
		p, err := s.placeOf(target)
		if err != nil || limit <= 0 {
			return nil, err
		}
		l := s.takeListing(p, after)
		if l == nil {
			if l, err = s.list(ctx, p, after); err != nil {
				return nil, err
			}
		}
		n := min(limit, len(l.rest))
		if n == 0 {
			return nil, nil
		}
		page := slices.Clone(l.rest[:n])
		s.mu.Lock()
		defer s.mu.Unlock()
		s.listings[p.stream] = &listing{rest: l.rest[n:], after: page[n-1].Key, at: time.Now()}
		return page, nil
	})
}

// takeListing returns the listing that goes on after a key, nil if there is none.
func (s *Sink) takeListing(p place, after string) *listing {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.listings[p.stream]
	delete(s.listings, p.stream)
	if l == nil || after == "" || l.after != after || time.Since(l.at) > listingLife {
		return nil
	}
	return l
}

// list reads the keys of all documents, and keeps those after a key. A document that is written meanwhile moves to the end of
// the stream, where it is read, perhaps once more.
func (s *Sink) list(ctx context.Context, p place, after string) (*listing, error) {
	consumer, err := s.js.CreateConsumer(ctx, p.stream, jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckNonePolicy, HeadersOnly: true, MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return nil, err
	}
	info := consumer.CachedInfo()
	defer func() { _ = s.js.DeleteConsumer(context.WithoutCancel(ctx), p.stream, info.Name) }() // else it goes in a minute
	box, err := s.open()
	if err != nil {
		return nil, err
	}
	defer box.close()
	found := map[string]denorm.Version{}
	reading := consuming{box: box, subject: s.api + "CONSUMER.MSG.NEXT." + p.stream + "." + info.Name, pending: info.NumPending}
	for reading.pending > 0 {
		if err := reading.next(ctx, found); err != nil {
			return nil, fmt.Errorf("read the stream's headers: %w", err)
		}
	}
	l := &listing{rest: make([]denorm.SinkDocument, 0, len(found))}
	for key, version := range found {
		if key > after {
			l.rest = append(l.rest, denorm.SinkDocument{Key: key, Version: version})
		}
	}
	slices.SortFunc(l.rest, func(a, b denorm.SinkDocument) int { return strings.Compare(a.Key, b.Key) })
	return l, nil
}

// consuming is a consumer that is read to its end.
type consuming struct {
	box     *inbox
	subject string
	number  int
	pending uint64
	read    uint64 // messages
}

// next reads some more messages.
func (c *consuming) next(ctx context.Context, found map[string]denorm.Version) error {
	batch := min(c.pending, listedMessages)
	request, err := json.Marshal(nextRequest{Batch: batch, NoWait: true})
	if err != nil {
		return err
	}
	c.number++
	if err := c.box.send(c.number, &nats.Msg{Subject: c.subject, Data: request}); err != nil {
		return err
	}
	for got := uint64(0); got < batch; {
		n, message, err := c.box.next(ctx)
		if err != nil {
			return err
		}
		if n != foreign && n != c.number {
			continue
		}
		switch status(message) {
		case "":
		case "404", "408": // what was pending is no more: it was written anew, and is the last in the stream, or was purged
			c.pending = 0
			return nil
		default:
			return refusal(message)
		}
		if err := c.add(message, found); err != nil {
			return err
		}
		got++
	}
	return nil
}

// nextRequest asks a consumer for messages that are there.
type nextRequest struct {
	Batch  uint64 `json:"batch"`
	NoWait bool   `json:"no_wait"`
}

// add notes a message. Messages are numbered, so that it is noticed if one was lost on its way.
func (c *consuming) add(message *nats.Msg, found map[string]denorm.Version) error {
	at, err := message.Metadata()
	if err != nil {
		return err
	}
	c.read++
	if at.Sequence.Consumer != c.read {
		return errors.New("messages were lost on their way")
	}
	c.pending = at.NumPending
	one, deleted, err := read(message)
	switch {
	case err != nil:
		return err
	case one.version == "":
	case deleted:
		delete(found, one.document.Key)
	default:
		found[one.document.Key] = one.document.Version
	}
	return nil
}
