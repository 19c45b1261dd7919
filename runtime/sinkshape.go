package denorm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// shapes is what the database keeps of the releases that write to a target, whose documents differ in form.
type shapes struct {
	// Serving is whose documents readers of the store find. A version from before Since may be another one's.
	Serving string
	Since   Version
	// Known are all, in the order in which they came; one that comes back, comes last.
	Known []knownShape
}

type knownShape struct {
	Shape   string
	Fields  []string // of its documents' roots
	Dropped bool     // its documents are not in the store
}

// errAnotherShape tells that documents of another release are wanted.
var errAnotherShape = errors.New("another release serves the sink")

const (
	// comesBack is for how long nobody writes the documents that are served, until a release takes over that
	// was superseded: the newer one was rolled back.
	comesBack = time.Minute
	// dropAfter is for how long nobody writes documents that are not served, until they are dropped.
	dropAfter = time.Hour
)

func (s *shapes) index(shape string) int {
	return slices.IndexFunc(s.Known, func(known knownShape) bool { return known.Shape == shape })
}

// comesAfter tells whether a shape is newer than the one that is served.
func (s *shapes) comesAfter(shape string) bool { return s.index(shape) > s.index(s.Serving) }

// target is what a known shape's documents are written as.
func (s *shapes) target(collection, shape string) *SinkTarget {
	return &SinkTarget{Collection: collection, Shape: shape, Fields: s.Known[s.index(shape)].Fields}
}

// fields are those of all shapes: none of them is anybody else's.
func (s *shapes) fields() []string {
	var all []string
	for _, known := range s.Known {
		all = append(all, known.Fields...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// shapesName is that of what is kept of shapes.
func (s *sinkTarget) shapesName() string {
	return "shapes of " + s.settings.name + "/" + s.target.Collection
}

// consumerName is that of a shape's consumer. Where a sink does not keep shapes apart, all are one.
func (s *sinkTarget) consumerName(shape string) string {
	name := "sink " + s.settings.name + "/" + s.target.Collection
	if s.swapper() != nil {
		name += "@" + shape
	}
	return name
}

func (s *sinkTarget) swapper() SinkSwapper {
	swapper, _ := s.settings.sink.(SinkSwapper)
	return swapper
}

func (s *sinkTarget) shapes(ctx context.Context) (shapes, error) {
	return readNote[shapes](ctx, s, s.shapesName())
}

// changeShapes changes what is kept of shapes, as the only process that does, if the function says so. It returns what
// is kept then.
func (s *sinkTarget) changeShapes(ctx context.Context, change func(context.Context, *shapes) (bool, error)) (state shapes, err error) {
	name := s.shapesName()
	err = s.exclusively(ctx, name, func(ctx context.Context, held relay.Hold) error {
		if state, err = parseNote[shapes](name, held); err != nil {
			return err
		}
		if changed, err := change(ctx, &state); err != nil || !changed {
			return err
		}
		return writeNote(ctx, s, name, held.Holder, state)
	})
	return state, err
}

// announce makes the shape of this program known, and has it served where the sink does not keep shapes apart and it
// is its turn. It tells whether this process may write.
func (s *sinkTarget) announce(ctx context.Context) (bool, error) {
	state, err := s.shapes(ctx)
	if err != nil {
		return false, err
	}
	if at := state.index(s.target.Shape); at < 0 || state.Known[at].Dropped {
		if state, err = s.changeShapes(ctx, s.arrive); err != nil {
			return false, err
		}
	}
	if s.swapper() != nil {
		at := state.index(s.target.Shape)
		return at >= 0 && !state.Known[at].Dropped, nil
	}
	if turn, err := s.turn(ctx, &state); err != nil || !turn {
		return state.Serving == s.target.Shape, err
	}
	state, err = s.changeShapes(ctx, func(ctx context.Context, state *shapes) (bool, error) {
		turn, err := s.turn(ctx, state)
		if err != nil || !turn {
			return false, err
		}
		if state.Serving != "" {
			at, err := s.head(ctx)
			if err != nil {
				return false, err
			}
			state.Since = versionOf(at)
		}
		s.serveNow(state)
		return true, nil
	})
	return err == nil && state.Serving == s.target.Shape, err
}

// arrive makes the shape of this program known.
func (s *sinkTarget) arrive(_ context.Context, state *shapes) (bool, error) {
	own := knownShape{Shape: s.target.Shape, Fields: s.target.Fields}
	if at := state.index(own.Shape); at >= 0 {
		state.Known[at] = own
	} else {
		state.Known = append(state.Known, own)
	}
	return true, nil
}

// turn tells whether the shape of this program is to be served and is not: because it is newer, or because nobody
// writes the one that is.
func (s *sinkTarget) turn(ctx context.Context, state *shapes) (bool, error) {
	switch at := state.index(s.target.Shape); {
	case at < 0, state.Serving == s.target.Shape:
		return false, nil
	case state.Serving == "", state.comesAfter(s.target.Shape):
		return true, nil
	}
	held, err := s.live.feed.Held(ctx, s.consumerName(state.Serving))
	return err == nil && held.Free > comesBack, err
}

// serveNow has the shape of this program served, and be the newest.
func (s *sinkTarget) serveNow(state *shapes) {
	at := state.index(s.target.Shape)
	own := state.Known[at]
	state.Known = append(slices.Delete(state.Known, at, at+1), own)
	state.Serving = own.Shape
}

// swap has documents served that are complete by now, if it is their turn, and drops those of which nobody has heard
// for long.
func (s *sinkTarget) swap(ctx context.Context) error {
	swapper := s.swapper()
	if swapper == nil {
		return nil
	}
	state, err := s.shapes(ctx)
	if err != nil {
		return err
	}
	if state.Serving == s.target.Shape {
		return s.dropOld(ctx, &state)
	}
	if turn, err := s.turn(ctx, &state); err != nil || !turn {
		return err
	}
	_, err = s.changeShapes(ctx, func(ctx context.Context, state *shapes) (bool, error) {
		turn, err := s.turn(ctx, state)
		if err != nil || !turn {
			return false, err
		}
		var before *SinkTarget
		if state.Serving != "" {
			before = state.target(s.target.Collection, state.Serving)
		}
		if err := swapper.Serve(ctx, before, s.target); err != nil {
			return false, fmt.Errorf("have the documents of shape %s served: %w", s.target.Shape, err)
		}
		s.live.engine.logger.InfoContext(ctx, "denorm: a sink serves documents of another shape", "sink", s.settings.name,
			"collection", s.target.Collection, "before", state.Serving, "now", s.target.Shape)
		s.serveNow(state)
		return true, nil
	})
	return err
}

// dropOld drops what is not served, and was not written for long.
func (s *sinkTarget) dropOld(ctx context.Context, state *shapes) error {
	for _, known := range state.Known {
		if known.Shape == s.target.Shape || known.Dropped {
			continue
		}
		name := s.consumerName(known.Shape)
		held, err := s.live.feed.Held(ctx, name)
		if err != nil {
			return err
		}
		if held.Free > dropAfter {
			if err := s.drop(ctx, known.Shape); err != nil {
				return fmt.Errorf("drop the documents of shape %s: %w", known.Shape, err)
			}
		}
	}
	return nil
}

// drop forgets one shape's documents, unless somebody has begun to write them again.
func (s *sinkTarget) drop(ctx context.Context, shape string) error {
	name := s.consumerName(shape)
	if held, err := s.live.feed.Held(ctx, name); err != nil || held.Held {
		return err
	}
	return s.exclusively(ctx, name, func(ctx context.Context, _ relay.Hold) error {
		_, err := s.changeShapes(ctx, func(ctx context.Context, state *shapes) (bool, error) {
			if state.Serving == shape {
				return false, nil
			}
			// Who comes back has to fill it anew, even if what follows fails.
			if err := s.live.feed.ForgetPosition(ctx, name); err != nil {
				return false, err
			}
			if err := s.swapper().Drop(ctx, state.target(s.target.Collection, shape)); err != nil {
				return false, err
			}
			state.Known[state.index(shape)].Dropped = true
			return true, nil
		})
		return err
	})
}

// writable is what documents are written as, unless it is another release's turn. It is asked after the version was
// drawn and before anything is written: what is under way when another shape's turn begins is older than whatever that
// one writes.
func (s *sinkTarget) writable(ctx context.Context) (*SinkTarget, error) {
	if s.swapper() != nil {
		return s.target, nil
	}
	state, err := s.shapes(ctx)
	if err != nil {
		return nil, err
	}
	if state.Serving != s.target.Shape && !mutant.Active(mutant.OneShape) {
		return nil, errAnotherShape
	}
	return &SinkTarget{Collection: s.target.Collection, Shape: s.target.Shape, Fields: state.fields()}, nil
}
