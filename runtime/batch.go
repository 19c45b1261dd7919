package denorm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/denormgen/denormgen/runtime/internal/seam"
)

// Batch is one load of up to 1,000 roots from one snapshot, as generated load functions see it. Errors
// stick: after the first, loads do nothing. A Batch belongs to one goroutine.
type Batch struct {
	ctx        context.Context
	collection string
	loaders    []string
	source     source
	logger     *slog.Logger
	// expected is how many roots there may be.
	expected int
	// page is the rootPage[K] that cuts roots down to what was asked, nil for a load by keys.
	page any
	// experience has one element per loader; nil for a batch that neither has nor makes any.
	experience []experience
	// attach gives the parents of each loader their children.
	attach []func()
	err    error
}

// assemble gives all parents their children, the deepest first: one that is copied into a map takes its
// own children along.
func (b *Batch) assemble() {
	for _, attach := range slices.Backward(b.attach) {
		attach()
	}
}

// source runs loaders.
type source interface {
	open(loader int) (cursor, error)
}

// cursor walks over the rows of one result.
type cursor interface {
	next() bool
	row() Row
	// failure returns why the current row cannot be read, nil if it can, and which column.
	failure() (column string, err error)
	// close ends the result and returns what ended it early. It may be called twice.
	close() error
}

// fail keeps the first error.
func (b *Batch) fail(loader int, key, column string, err error) {
	if b.err != nil {
		return
	}
	path := ""
	if loader < len(b.loaders) {
		path = b.loaders[loader]
	}
	b.err = &LoadError{Collection: b.collection, Path: path, Key: key, Column: column, Err: err}
}

// open runs a loader, or returns nil after an error.
func (b *Batch) open(loader int) cursor {
	if b.err != nil {
		return nil
	}
	if loader < 0 || loader >= len(b.loaders) {
		b.fail(loader, "", "", fmt.Errorf("loader %d is not one of %d; run go generate", loader, len(b.loaders)))
		return nil
	}
	rows, err := b.source.open(loader)
	if err != nil {
		b.fail(loader, "", "", causedBy(b.ctx, err))
		return nil
	}
	return rows
}

// finish closes a result.
func (b *Batch) finish(loader int, rows cursor) {
	if err := rows.close(); err != nil {
		b.fail(loader, "", "", causedBy(b.ctx, err))
	}
}

// skipped tells of rows that an earlier row with the same identity hides. For a root that means a to-one
// relation with several rows, which somebody should know, but not at every read: the first batch warns. Below,
// a doubled link is the usual reason, and harmless.
func (b *Batch) skipped(loader, rows int) {
	if rows == 0 || b.logger == nil {
		return
	}
	level, text := slog.LevelDebug, "denorm: rows repeat, by a doubled link or a to-one relation with several rows; the first is used"
	if loader == 0 {
		text = "denorm: a to-one relation has several rows; the first is used"
		if loader < len(b.experience) && !b.experience[loader].doubled.Swap(true) {
			level = slog.LevelWarn
		}
	}
	b.logger.Log(b.ctx, level, text, "collection", b.collection, "path", b.loaders[loader], "skipped", rows)
}

// FakeBatch makes a batch over rows that are not from a database, for denormtest. open is called once
// per loader that runs and returns a function that gives the next row, nil after the last.
func FakeBatch(_ seam.Permit, loaders []string, open func(loader int) (next func() Row)) *Batch {
	return &Batch{ctx: context.Background(), loaders: loaders, source: fakeSource{open}}
}

// Err returns the error that stopped the batch, nil if there was none.
func (b *Batch) Err() error { return b.err }

type fakeSource struct {
	rows func(loader int) (next func() Row)
}

func (s fakeSource) open(loader int) (cursor, error) {
	next := s.rows(loader)
	if next == nil {
		return nil, errors.New("no rows for the loader")
	}
	return &fakeCursor{advance: next}, nil
}

type fakeCursor struct {
	advance func() Row
	current Row
}

func (c *fakeCursor) next() bool                          { c.current = c.advance(); return c.current != nil }
func (c *fakeCursor) row() Row                            { return c.current }
func (c *fakeCursor) failure() (column string, err error) { return "", nil }
func (c *fakeCursor) close() error                        { return nil }
