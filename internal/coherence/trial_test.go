package coherence

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/denormgen/denormgen/internal/truth/subject"
	denorm "github.com/denormgen/denormgen/runtime"
)

// trial is a database that writers change and processes read.
type trial struct {
	place
	tiers     tiers
	processes []*process
	ended     []*process // that lived once
	known     known      // nil where no process comes later than others
	writers   []*writer
	// writing is held by writers for a transaction, alone by those who compare right after it.
	writing sync.RWMutex

	settling           time.Duration
	settles            int          // so far
	readers            atomic.Int32 // running
	reads              atomic.Int64
	documents, own     atomic.Int64 // compared when all was settled, and right after a transaction
	commits, rollbacks atomic.Int64
	changes            atomic.Int64 // in both
	retries            atomic.Int64 // transactions that another one was in the way of
}

const (
	plainWriters      = 3
	readersPerProcess = 2
	readersRest       = 5 * time.Millisecond
	// readsOfChange is how many reads come with a change at least, however busy the machine is: caches that are hardly
	// asked prove little.
	readsOfChange = 20
)

// newTrial makes two processes, and writers of which some know no engine.
func newTrial(t *testing.T, at place, m tiers, seed uint64, extra ...denorm.Option) *trial {
	t.Helper()
	r := &trial{place: at, tiers: m}
	var cache denorm.SharedCache
	if m.shared != nil {
		cache = m.shared(t)
	}
	first := r.writer(seed, 0, nil)
	if err := errors.Join(first.history.Plant(t.Context(), at.plain), first.history.Fill(t.Context(), at.plain)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		p := start(t, at, name, append(m.options(cache), extra...)...)
		r.processes = append(r.processes, p)
		r.writers = append(r.writers, r.writer(seed, len(r.writers)+1, p))
	}
	for range plainWriters {
		r.writers = append(r.writers, r.writer(seed, len(r.writers)+1, nil))
	}
	return r
}

// burst lets all write together until so many changes were made.
func (r *trial) burst(ctx context.Context, writes int) error { return r.write(ctx, r.writers, writes) }

// write lets some write together until so many changes were made.
func (r *trial) write(ctx context.Context, writers []*writer, writes int) error {
	var left, due atomic.Int64 // changes to make, and the number of reads that those made so far wait for
	left.Store(int64(writes))
	due.Store(r.reads.Load())
	var running sync.WaitGroup
	failed := make([]error, len(writers))
	for i, w := range writers {
		running.Go(func() {
			for left.Load() > 0 && ctx.Err() == nil && failed[i] == nil {
				changes, err := w.transaction(ctx)
				if w.process != nil && w.process.ended.Load() {
					return // with whatever it was about to do
				}
				left.Add(int64(-changes))
				r.changes.Add(int64(changes))
				failed[i] = err
				due.Add(readsOfChange * int64(changes))
				time.Sleep(time.Duration(w.history.Random.IntN(6)) * time.Millisecond)
				for ctx.Err() == nil && r.readers.Load() > 0 && r.reads.Load() < due.Load() {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	running.Wait()
	return errors.Join(append(failed, ctx.Err())...)
}

// settle waits until every process knows everything, and compares all documents in each.
func (r *trial) settle(ctx context.Context) error {
	for _, p := range r.processes {
		if err := p.drain(ctx); err != nil {
			return err
		}
	}
	d, err := naive.Read(ctx, r.dialect(), r.plain)
	if err != nil {
		return err
	}
	r.settles++
	built := map[[2]string][]naive.Document{} // by release and collection
	for _, p := range r.processes {
		for _, s := range p.subjects {
			c := s.About()
			docs, ok := built[[2]string{p.release.name, c.Name}]
			if !ok {
				docs = c.Documents(d)
				built[[2]string{p.release.name, c.Name}] = docs
			}
			n, err := s.Compare(ctx, p.db, docs)
			if err != nil {
				return fmt.Errorf("process %s after all has settled: %w\n%s", p.name, err, r.diagnose(ctx, c.Name))
			}
			if err := r.known.absent(ctx, s, docs); err != nil {
				return fmt.Errorf("process %s after all has settled: %w\n%s", p.name, err, r.diagnose(ctx, c.Name))
			}
			r.documents.Add(int64(n))
		}
		if p.library == nil || r.settles%libraryEvery != 0 {
			continue
		}
		of := func(collection string) []naive.Document { return built[[2]string{p.release.name, collection}] }
		if err := p.library.Compare(ctx, of("books"), of("authors")); err != nil {
			return fmt.Errorf("process %s after all has settled: %w\n%s", p.name, err, r.diagnose(ctx, subject.LibraryName))
		}
	}
	return nil
}

// libraryEvery is after how many settles the aggregate is compared, for which each process reads two collections twice.
const libraryEvery = 2

const settleTimeout = 30 * time.Second

func (p *process) drain(ctx context.Context) error {
	timed, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for {
		err := p.engine.Drain(timed)
		switch {
		case err == nil:
			return nil
		case timed.Err() == nil && errors.Is(err, context.DeadlineExceeded):
			// The shared cache missed a deadline, on a busy machine.
		default:
			return fmt.Errorf("process %s: %w", p.name, err)
		}
	}
}

func (r *trial) dialect() naive.Dialect { return naive.DialectOf(r.plain) }

func (p *process) subject(name string) subject.Subject {
	for _, s := range p.subjects {
		if s.About().Name == name {
			return s
		}
	}
	return nil
}

// read reads in all processes until the context ends.
func (r *trial) read(ctx context.Context, t *testing.T, seed uint64) *sync.WaitGroup {
	running := new(sync.WaitGroup)
	for i, p := range r.processes {
		r.readIn(ctx, t, running, p, seed, 100+10*i)
	}
	return running
}

// readIn reads in one process until the context ends.
func (r *trial) readIn(ctx context.Context, t *testing.T, running *sync.WaitGroup, p *process, seed uint64, stream int) {
	for n := range readersPerProcess {
		r.readers.Add(1)
		running.Go(func() {
			defer r.readers.Add(-1)
			random := rand.New(rand.NewPCG(seed, uint64(stream+n)))
			for ctx.Err() == nil {
				for range 1 + random.IntN(20) {
					s := p.subjects[random.IntN(len(p.subjects))]
					n, err := s.Read(ctx, random)
					if err != nil && ctx.Err() == nil {
						t.Errorf("reading %s in process %s: %v", s.About().Name, p.name, err)
						return
					}
					r.reads.Add(int64(n))
				}
				time.Sleep(readersRest)
			}
		})
	}
}

// writer makes random transactions, through a process's engine or past all.
type writer struct {
	trial   *trial
	process *process // nil for one that knows no engine
	history *history.History
}

func (r *trial) writer(seed uint64, stream int, p *process) *writer {
	return &writer{trial: r, process: p, history: &history.History{Dialect: r.dialect(), Random: rand.New(rand.NewPCG(seed, uint64(stream)))}}
}

// errTakenBack makes a transaction roll back.
var errTakenBack = errors.New("taken back")

const (
	fewChanges, manyChanges = 6, 90 // of a transaction, at most
	manyOf, rollbackOf      = 10, 5 // of how many transactions one makes many changes, one is rolled back
	aloneOf                 = 6     // of how many by Engine.Tx one is compared at once
)

// transaction makes some changes, and returns how many. Half of its savepoints are rolled back, too.
func (w *writer) transaction(ctx context.Context) (changes int, err error) {
	random, before := w.history.Random, w.history.Changes
	keep, alone := random.IntN(rollbackOf) > 0, random.IntN(aloneOf) == 0
	most := fewChanges
	if random.IntN(manyOf) == 0 {
		most = manyChanges
	}
	steps := 1 + random.IntN(most)
	body := func(q naive.Queryer) error {
		for range steps {
			if err := w.history.Part(ctx, q); err != nil {
				return err
			}
		}
		if !keep {
			return errTakenBack
		}
		return nil
	}
	switch {
	case w.process != nil && alone:
		err = w.exact(ctx, body)
	case w.process != nil:
		w.trial.writing.RLock()
		err = w.through(ctx, body)
		w.trial.writing.RUnlock()
	default:
		w.trial.writing.RLock()
		err = w.past(ctx, body)
		w.trial.writing.RUnlock()
	}
	switch {
	case err == nil:
		w.trial.commits.Add(1)
	case errors.Is(err, errTakenBack):
		w.trial.rollbacks.Add(1)
	case again(err):
		w.trial.retries.Add(1)
		return 0, nil
	default:
		return 0, err
	}
	return w.history.Changes - before, nil
}

// past writes as a program that knows no engine.
func (w *writer) past(ctx context.Context, body func(naive.Queryer) error) error {
	tx, err := w.trial.plain.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := body(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// again tells whether a writer was only in another's way.
func again(err error) bool {
	if failure := new(mysql.MySQLError); errors.As(err, &failure) {
		const deadlock, timeout, duplicate, changed = 1213, 1205, 1062, 1020
		return failure.Number == deadlock || failure.Number == timeout || failure.Number == duplicate || failure.Number == changed
	}
	for _, known := range []string{"database is locked", "deadlock detected", "duplicate key value", "UNIQUE constraint failed"} {
		if strings.Contains(err.Error(), known) {
			return true
		}
	}
	return false
}
