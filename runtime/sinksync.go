package denorm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// syncState is what the database keeps of full syncs, so that they can be gone on with.
type syncState struct {
	// Done is where the last sync that has ended began.
	Done Version
	// From is where the one under way began, zero for none: no document in the sink may be older in the end.
	From             Version
	After            string // the last key that was written
	Walked           bool   // all documents were written; what is left is what is gone
	Listed           string // the last key of the sink that was looked at
	Written, Removed int64
	Total            int // documents when it began
	Begun            time.Time
}

// syncName is that of the full sync of a target, which one process at a time can be at.
func (s *sinkTarget) syncName() string { return "sync of " + s.name }

// targetState is what the database keeps of a target.
type targetState struct {
	hold   relay.Hold // of its consumer
	asked  Version    // when a full sync was asked for last
	shapes shapes
	sync   syncState
}

func (s *sinkTarget) look(ctx context.Context) (state targetState, err error) {
	if state.hold, err = s.live.feed.Held(ctx, s.name); err != nil {
		return state, err
	}
	if state.asked, err = parseNote[Version](s.name, state.hold); err != nil {
		return state, err
	}
	if state.shapes, err = s.shapes(ctx); err != nil {
		return state, err
	}
	state.sync, err = readNote[syncState](ctx, s, s.syncName())
	return state, err
}

// wanted is the version after which a full sync has to begin: at which it was asked for last, or the shape that is
// written changed.
func (s *sinkTarget) wanted(state *targetState) Version {
	if s.swapper() == nil && state.shapes.Since.Compare(state.asked) > 0 {
		return state.shapes.Since
	}
	return state.asked
}

// due tells whether a full sync was asked for and none has ended that began later.
func (s *sinkTarget) due(state *targetState) bool {
	wanted := s.wanted(state)
	return wanted != Version{} && state.sync.Done.Compare(wanted) <= 0
}

// prepare has the sink make what it needs.
func (s *sinkTarget) prepare(ctx context.Context) error {
	preparer, ok := s.settings.sink.(SinkPreparer)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.timeout)
	defer cancel()
	if err := preparer.Prepare(ctx, s.target); err != nil {
		return fmt.Errorf("prepare the sink for %s: %w", s.target.Collection, err)
	}
	return nil
}

// sync writes all documents, and then removes what is in the sink of documents that are gone. Nobody else syncs the
// same meanwhile. One that was interrupted is gone on with.
func (s *sinkTarget) sync(ctx context.Context, o syncOptions) error {
	mine, err := s.announce(ctx)
	if err != nil {
		return err
	}
	if !mine {
		return errAnotherShape
	}
	name, holder := s.syncName(), s.newHolder()
	held, err := s.live.feed.Hold(ctx, name, holder, s.settings.hold)
	if err != nil {
		return err
	}
	if held.Holder != holder {
		return &SyncingError{Sink: s.settings.name, Collection: s.target.Collection, Holder: processOf(held.Holder), Until: held.Until}
	}
	err = s.holding(ctx, name, held, func(ctx context.Context, held relay.Hold) error {
		if err := s.begin(ctx); err != nil {
			return err
		}
		state, err := s.look(ctx)
		if err != nil {
			return err
		}
		run := &syncRun{sinkTarget: s, options: o, name: name, holder: holder, state: state.sync}
		run.resumed = run.state.From != Version{} && run.state.From.Compare(s.wanted(&state)) > 0
		return run.all(ctx)
	})
	if err != nil {
		return err
	}
	return s.swap(ctx)
}

// begin gives a sink that nobody has served yet a position, so that whoever does goes on from here. It counts as filled
// only once a full sync has ended.
func (s *sinkTarget) begin(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	_, found, err := s.live.feed.LoadPosition(ctx, s.name)
	if err != nil || found {
		return err
	}
	held, err := s.live.feed.Hold(ctx, s.name, s.holder, s.settings.hold)
	if err != nil || held.Holder != s.holder {
		return err // who serves it asks for a full sync
	}
	at, err := s.head(ctx)
	if err == nil {
		err = s.demand(ctx, at)
	}
	if err != nil {
		return err
	}
	return errors.Join(s.live.feed.SavePosition(ctx, s.name, s.holder, at), s.live.feed.Release(ctx, s.name, s.holder))
}

// demand asks for a full sync that begins after a position.
func (s *sinkTarget) demand(ctx context.Context, at relay.Position) error {
	return writeNote(ctx, s, s.name, s.holder, versionOf(at))
}

// syncRun is a full sync under way.
type syncRun struct {
	*sinkTarget
	options      syncOptions
	name, holder string
	state        syncState
	resumed      bool
}

func (r *syncRun) all(ctx context.Context) error {
	if !r.resumed {
		at, err := r.newVersion(ctx)
		if err != nil {
			return err
		}
		total, err := r.source.count(ctx)
		if err != nil {
			return fmt.Errorf("count documents of %s: %w", r.target.Collection, err)
		}
		r.state = syncState{Done: r.state.Done, From: versionOf(at), Total: total, Begun: time.Now()}
	}
	if err := r.walk(ctx); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = r.removeOn(ctx); err != nil {
			return err
		}
	}
	ended := r.state
	r.state = syncState{Done: r.state.From}
	if err := r.keep(ctx); err != nil {
		return err
	}
	r.report(ended, true)
	return nil
}

// report tells how far the sync has come.
func (r *syncRun) report(state syncState, done bool) {
	if r.options.progress == nil {
		return
	}
	progress := r.sinkTarget.progress(state)
	progress.Resumed, progress.Done = r.resumed, done
	r.options.progress(progress)
}

// newVersion is one that nothing in the sink has yet, made by an event of no collection.
func (s *sinkTarget) newVersion(ctx context.Context) (relay.Position, error) {
	if mutant.Active(mutant.SyncEvent) {
		return s.head(ctx)
	}
	return s.live.feed.Append(ctx, []relay.Event{{}})
}

// walked are documents that were loaded in the order of their keys.
type walked struct {
	documents []SinkDocument
	next      string // the key to go on after, "" where nothing follows
	err       error
}

// walk writes all documents that are left. The next ones are loaded meanwhile.
func (r *syncRun) walk(ctx context.Context) error {
	if r.state.Walked {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	ahead := make(chan walked)
	var loading sync.WaitGroup
	loading.Go(func() {
		defer close(ahead)
		for after, more := r.state.After, true; more; {
			loaded := r.load(ctx, after)
			after, more = loaded.next, loaded.err == nil && loaded.next != ""
			select {
			case ahead <- loaded:
			case <-ctx.Done():
				return
			}
		}
	})
	defer loading.Wait()
	defer stop()
	for loaded := range ahead {
		if err := r.put(ctx, loaded); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// load loads the next documents.
func (r *syncRun) load(ctx context.Context, after string) walked {
	at, err := r.head(ctx)
	if err != nil {
		return walked{err: err}
	}
	documents, next, err := r.source.walk(ctx, after, syncBatch, at)
	if err != nil {
		return walked{err: fmt.Errorf("load documents of %s: %w", r.target.Collection, err)}
	}
	if mutant.Active(mutant.SyncVersionFirst) {
		if at, err = r.head(ctx); err != nil {
			return walked{err: err}
		}
	}
	for i := range documents {
		documents[i].Version = versionOf(at)
	}
	return walked{documents: documents, next: next}
}

// put writes what was loaded, and keeps to the rate.
func (r *syncRun) put(ctx context.Context, loaded walked) error {
	if loaded.err != nil {
		return loaded.err
	}
	begun := time.Now()
	if err := r.write(ctx, loaded.documents); err != nil {
		return err
	}
	n := len(loaded.documents)
	r.state.After, r.state.Walked = loaded.next, loaded.next == ""
	r.state.Written += int64(n)
	if err := r.keep(ctx); err != nil {
		return err
	}
	r.report(r.state, false)
	if r.options.rate > 0 {
		sleep(ctx, time.Until(begun.Add(time.Duration(n)*time.Second/time.Duration(r.options.rate))), nil)
	}
	return ctx.Err()
}

// syncBatch is how many documents a full sync loads at a time.
const syncBatch = 500

// removeOn loads what the sink holds of documents that were not written since the sync began: they are gone, or came
// and went meanwhile.
func (r *syncRun) removeOn(ctx context.Context) (more bool, err error) {
	timed, cancel := context.WithTimeout(ctx, r.settings.timeout)
	listed, err := r.settings.sink.Keys(timed, r.target, r.state.Listed, maxBatch)
	cancel()
	if errors.Is(err, errors.ErrUnsupported) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("list keys: %w", err)
	}
	if len(listed) == 0 {
		return false, nil
	}
	var old []string
	for _, document := range listed {
		if document.Version.Compare(r.state.From) < 0 {
			old = append(old, document.Key)
		}
	}
	if len(old) > 0 {
		at, err := r.head(ctx)
		if err != nil {
			return false, err
		}
		if err := r.refresh(ctx, at, old); err != nil {
			return false, err
		}
	}
	r.state.Listed = listed[len(listed)-1].Key
	r.state.Removed += int64(len(old))
	if err := r.keep(ctx); err != nil {
		return false, err
	}
	r.report(r.state, false)
	return true, nil
}

// keep stores how far the sync has come.
func (r *syncRun) keep(ctx context.Context) error {
	return writeNote(ctx, r.sinkTarget, r.name, r.holder, r.state)
}
