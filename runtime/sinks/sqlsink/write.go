package sqlsink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	maxKey   = 2048    // bytes: indexes of PostgreSQL take little more
	maxRows  = 1000    // in one statement
	maxBytes = 4 << 20 // in one statement, unless a single document has more
)

// Put implements denorm.Sink.
func (s *Sink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return s.write(ctx, target, documents, false)
}

// Delete implements denorm.Sink.
func (s *Sink) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return s.write(ctx, target, documents, true)
}

func (s *Sink) write(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument, gone bool) error {
	doing := "put documents"
	if gone {
		doing = "delete documents"
	}
	p, err := s.place(target)
	if err != nil {
		return wrap(ctx, doing, err)
	}
	single := map[string]error{}
	list := acceptable(documents, gone, single)
	if err := s.database.refuses(ctx, s.db, list, single); err != nil {
		return wrap(ctx, doing, err)
	}
	list = slices.DeleteFunc(list, func(d denorm.SinkDocument) bool { return single[d.Key] != nil })
	for len(list) > 0 {
		n := chunk(list)
		if err := s.store(ctx, p, list[:n], gone, single); err != nil {
			return wrap(ctx, doing, err)
		}
		list = list[n:]
	}
	if gone {
		s.sweep(ctx, p)
	}
	if len(single) > 0 {
		return &denorm.SinkError{Documents: single}
	}
	return nil
}

// acceptable sorts documents by key, so that writers of the same rows wait for each other instead of locking each other
// out, and takes those away that no database could store.
func acceptable(documents []denorm.SinkDocument, gone bool, failed map[string]error) []denorm.SinkDocument {
	list := make([]denorm.SinkDocument, 0, len(documents))
	for _, d := range documents {
		d.Body = bytes.TrimSpace(d.Body)
		switch {
		case !isText(d.Key):
			failed[d.Key] = errors.New("the key is not text")
		case len(d.Key) > maxKey:
			failed[d.Key] = fmt.Errorf("the key has %d bytes, and %d are allowed", len(d.Key), maxKey)
		case d.Version.Epoch > math.MaxInt64 || d.Version.Seq > math.MaxInt64:
			failed[d.Key] = errors.New("the version is above all that there can be")
		case gone:
			d.Body = nil
			list = append(list, d)
		case !utf8.Valid(d.Body):
			failed[d.Key] = errors.New("the document is not UTF-8")
		case len(d.Body) < 2 || d.Body[0] != '{' || d.Body[len(d.Body)-1] != '}':
			failed[d.Key] = errors.New("the document is not a JSON object")
		default:
			if len(bytes.TrimSpace(d.Body[1:len(d.Body)-1])) == 0 {
				d.Body = []byte("{}") // as SQLite's merge knows it
			}
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b denorm.SinkDocument) int { return strings.Compare(a.Key, b.Key) })
	return list
}

// chunk is how many of the documents go into the next statement.
func chunk(list []denorm.SinkDocument) int {
	size := 0
	for n, d := range list[:min(len(list), maxRows)] {
		size += len(d.Key) + len(d.Body)
		if size > maxBytes && n > 0 {
			return n
		}
	}
	return min(len(list), maxRows)
}

// store writes documents as one, or, where the database refuses one of them, in halves until it is found.
func (s *Sink) store(ctx context.Context, p *place, list []denorm.SinkDocument, gone bool, failed map[string]error) error {
	err := again(ctx, func() error { return s.database.write(ctx, s.db, p, list, gone) })
	reason := ofDocument(err)
	switch {
	case reason == nil:
		return err
	case len(list) == 1:
		failed[list[0].Key] = reason
		return nil
	}
	half := len(list) / 2
	if err := s.store(ctx, p, list[:half], gone, failed); err != nil {
		return err
	}
	return s.store(ctx, p, list[half:], gone, failed)
}

// again repeats what failed because somebody else had a lock.
func again(ctx context.Context, try func() error) error {
	const attempts = 25
	pause := time.Millisecond
	for n := 1; ; n++ {
		err := try()
		if err == nil || n == attempts || !isBusy(err) {
			return err
		}
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
		pause = min(2*pause, 100*time.Millisecond)
	}
}
