package ndjsonsink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Sink is a denorm.Sink that writes lines of JSON. It is safe for concurrent use.
type Sink struct {
	out  output
	turn chan struct{} // full while somebody writes

	closing sync.Once
	closed  chan struct{}
}

var _ denorm.Sink = (*Sink)(nil)

// output is where lines go. It is used by one at a time.
type output interface {
	// write writes lines, after it has mended what the write before may have left of a line.
	write(lines []byte) error
	close() error
}

func newSink(out output) *Sink {
	return &Sink{out: out, turn: make(chan struct{}, 1), closed: make(chan struct{})}
}

// New makes a sink that writes to w, one batch a call, which stays the caller's to close. After a write that failed
// half way the next one begins with the rest of the line; so w has to tell truly how much it has taken. A call returns
// when its context ends though w blocks: what it was about to write may be written later, and nothing else is before.
func New(w io.Writer) *Sink { return newSink(&stream{w: w}) }

// Open makes a sink that appends to a file, which is made where there is none, for its owner only (mode 0600). It cuts
// off what a crash may have left of a last line. Each batch is on disk before it counts as written, unless NoSync says
// otherwise. What is not a regular file is refused: use New for a named pipe.
func Open(path string, opts ...FileOption) (*Sink, error) {
	f, err := openFile(path, opts)
	if err != nil {
		return nil, fmt.Errorf("ndjson sink: %w", err)
	}
	return newSink(f), nil
}

// Close ends the sink: calls return os.ErrClosed afterwards. It closes the file of Open, after the batch that is under way;
// the writer of New it leaves alone, and does not wait for.
func (s *Sink) Close() error {
	var err error
	s.closing.Do(func() {
		close(s.closed)
		err = s.close()
	})
	if err != nil {
		return fmt.Errorf("ndjson sink: %w", err)
	}
	return nil
}

func (s *Sink) close() error {
	if _, ours := s.out.(*file); ours {
		s.turn <- struct{}{}
		defer func() { <-s.turn }()
	}
	return s.out.close()
}

// Put implements denorm.Sink. A document that is no JSON, or whose key is not UTF-8, is reported by a *denorm.SinkError.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return s.write(ctx, "put", target.Collection, documents)
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	gone := make([]denorm.SinkDocument, len(documents))
	for i, document := range documents {
		gone[i] = denorm.SinkDocument{Key: document.Key, Version: document.Version}
	}
	return s.write(ctx, "delete", target.Collection, gone)
}

// Keys returns errors.ErrUnsupported.
func (s *Sink) Keys(context.Context, *denorm.SinkTarget, string, int) ([]denorm.SinkDocument, error) {
	return nil, fmt.Errorf("ndjson sink: list keys: %w", errors.ErrUnsupported)
}

// Get returns errors.ErrUnsupported.
func (s *Sink) Get(context.Context, *denorm.SinkTarget, []string) ([]denorm.SinkDocument, error) {
	return nil, fmt.Errorf("ndjson sink: get documents: %w", errors.ErrUnsupported)
}

func (s *Sink) write(ctx context.Context, doing, collection string, documents []denorm.SinkDocument) error {
	err := ctx.Err()
	var lines []byte
	var failed map[string]error
	if err == nil {
		lines, failed = linesOf(collection, documents)
		err = s.send(ctx, lines)
	}
	if err != nil {
		return fmt.Errorf("ndjson sink: %s %d documents: %w", doing, len(documents), err)
	}
	if len(failed) > 0 {
		return &denorm.SinkError{Documents: failed}
	}
	return nil
}

// send writes lines when it is its turn. It returns when the context ends, and leaves the write to end by itself; nobody
// else has a turn until then.
func (s *Sink) send(ctx context.Context, lines []byte) error {
	select {
	case <-s.closed:
		return os.ErrClosed
	default:
	}
	if len(lines) == 0 {
		return nil
	}
	select {
	case s.turn <- struct{}{}:
	case <-s.closed:
		return os.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-s.turn }()
		done <- s.sendNow(ctx, lines)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sendNow looks once more whether it may, for turns do not come in the order in which things happen.
func (s *Sink) sendNow(ctx context.Context, lines []byte) error {
	select {
	case <-s.closed:
		return os.ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.out.write(lines)
}
