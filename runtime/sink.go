package denorm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Sink is a store that holds documents for people and programs which do not speak to this runtime. The engine writes
// to it what changed, and all of it by Engine.Sync. Implementations are safe for concurrent use, and pass the suite of
// package sinks/conformance. What a sink does not implement of the optional interfaces is done for it, or left out.
//
// The newest state wins: each document carries the version at which it was loaded, and is written only where the store
// holds none of the key, or an older one. What is deleted leaves its version behind, at least for an hour, so that a
// write that was under way meanwhile does not bring it back. Nothing else is asked of the order of calls: they may
// come repeatedly, late, and from several processes.
type Sink interface {
	// Put stores up to 1,000 documents of different keys. Documents that the store cannot take, while it can take
	// others, are named by a *SinkError; any other error means that nothing is known of any of them.
	Put(ctx context.Context, target *SinkTarget, documents []SinkDocument) error
	// Delete removes up to 1,000 documents of different keys; their Body is nil. A key that is not there leaves its
	// version behind as well.
	Delete(ctx context.Context, target *SinkTarget, documents []SinkDocument) error
	// Keys lists up to limit documents that are there after a key, "" for the first ones, in whatever order the
	// store has as long as it keeps to it. Bodies may be left out. errors.ErrUnsupported means that the store cannot be
	// read: a full sync then leaves documents there that went while nobody followed.
	Keys(ctx context.Context, target *SinkTarget, after string, limit int) ([]SinkDocument, error)
	// Get reads documents back, one result for each key in order, with a nil Body where there is none; or returns
	// errors.ErrUnsupported.
	Get(ctx context.Context, target *SinkTarget, keys []string) ([]SinkDocument, error)
}

// SinkPreparer is a Sink that has to make tables, indexes or the like before documents of a collection can be written.
// Prepare is called repeatedly, and by several processes at a time.
type SinkPreparer interface {
	Prepare(ctx context.Context, target *SinkTarget) error
}

// SinkSwapper is a Sink that keeps documents of different shapes apart, so that those of a new release are complete
// before readers of the store find them. In any other sink a new release writes its documents one by one over those that
// are there.
type SinkSwapper interface {
	// Serve has readers of the store find the target's documents under the name of the collection, in place of those of
	// before, which is nil at first. Fields that others put into those are taken over. It may be called repeatedly.
	Serve(ctx context.Context, before, target *SinkTarget) error
	// Drop removes all of a target that is not served, and that nobody has written for an hour.
	Drop(ctx context.Context, target *SinkTarget) error
}

// SinkTarget says whose documents they are.
type SinkTarget struct {
	Collection string
	Shape      string // differs where the form of documents does
	// Fields are the names that a document can have at its root, in alphabetical order: they are the engine's, and
	// missing from the store where a document lacks them. Others there belong to somebody else, and are kept.
	Fields []string
}

// SinkDocument is a document on its way to a sink, or from it.
type SinkDocument struct {
	// Key is the text of the document's key, as in the feed.
	Key string
	// Version is a point in the feed whose changes the document shows.
	Version Version
	// Body is the document as JSON, an object; nil where there is none.
	Body []byte
}

// ErrTooLarge is why a sink cannot take a document that is larger than the store allows. An older one that it holds is
// removed, and the document is set aside until it changes.
var ErrTooLarge = errors.New("the document is too large for the store")

// SinkError says which documents a sink could not take, where it could take others.
type SinkError struct {
	Documents map[string]error // by key
}

// Error names the first few documents' errors, not their keys, which may tell what nobody should read in a log.
func (e *SinkError) Error() string {
	const some = 3
	var texts []string
	for _, key := range slices.Sorted(maps.Keys(e.Documents)) {
		if text := e.Documents[key].Error(); !slices.Contains(texts, text) && len(texts) < some {
			texts = append(texts, text)
		}
	}
	return fmt.Sprintf("%d documents could not be stored: %s", len(e.Documents), strings.Join(texts, "; "))
}

// Unwrap returns the documents' errors.
func (e *SinkError) Unwrap() []error { return slices.Collect(maps.Values(e.Documents)) }
