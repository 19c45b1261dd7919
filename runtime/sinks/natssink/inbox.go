package natssink

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
)

// errNoAnswer tells that the server is away, or slow.
var errNoAnswer = errors.New("the server does not answer in time")

// inbox receives answers to requests that are told apart by numbers.
type inbox struct {
	sink  *Sink
	sub   *nats.Subscription
	front string
}

func (s *Sink) open() (*inbox, error) {
	front := s.conn.NewInbox() + "."
	sub, err := s.conn.SubscribeSync(front + "*")
	if err != nil {
		return nil, err
	}
	// What is asked for is of bounded size; it must not be dropped.
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return nil, errors.Join(err, sub.Unsubscribe())
	}
	return &inbox{s, sub, front}, nil
}

func (b *inbox) close() { _ = b.sub.Unsubscribe() } // else the connection is closed

// send publishes a request, to be answered by its number.
func (b *inbox) send(n int, message *nats.Msg) error {
	message.Reply = b.front + strconv.Itoa(n)
	return b.sink.conn.PublishMsg(message)
}

// foreign is the number of what comes by a subject of its own: a consumer's messages.
const foreign = -1

// next waits for an answer.
func (b *inbox) next(ctx context.Context) (int, *nats.Msg, error) {
	timed, cancel := context.WithTimeout(ctx, b.sink.timeout)
	defer cancel()
	message, err := b.sub.NextMsgWithContext(timed)
	switch {
	case err != nil && ctx.Err() == nil && timed.Err() != nil:
		return 0, nil, errNoAnswer
	case err != nil:
		return 0, nil, err
	}
	number, ours := strings.CutPrefix(message.Subject, b.front)
	if !ours {
		return foreign, message, nil
	}
	n, err := strconv.Atoi(number)
	return n, message, err
}

// status is what the server says in place of a message, "" for a message.
func status(message *nats.Msg) string {
	if len(message.Data) > 0 {
		return ""
	}
	return header(message, "Status")
}

// refusal is an error for a status.
func refusal(message *nats.Msg) error {
	if code := status(message); code != "503" {
		return fmt.Errorf("the server answers with status %s (%s)", code, header(message, "Description"))
	}
	return errors.New("no server of JetStream has the stream")
}
