package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
)

const (
	// staleness is short, so that what is too old is likely to be seen.
	staleness         = 500 * time.Millisecond
	readersPerProcess = 2
	longestPause      = 8 // ms between the transactions of a writer
)

// trial is a database that writers change at random, and processes that read it through caches.
type trial struct {
	*testing.T
	place
	seed      uint64
	processes []*process
	writers   []*writer
	line      *timeline
	writing   sync.Mutex // held for a transaction: so nobody is in another's way, and whatever fails does so for a fault

	excusing                                 sync.Mutex
	excused                                  []span // in which reads may be older
	commits, rollbacks, own, reads, compared atomic.Int64
	writeErrors, readErrors, stale           atomic.Int64
}

// tiers are the ways to cache with a shared cache.
func tiers(t *testing.T, test func(t *testing.T, options []denorm.Option)) {
	t.Helper()
	for name, options := range map[string][]denorm.Option{"redis": {denorm.WithLocalCache(0)}, "local+redis": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time both wait
			test(t, options)
		})
	}
}

// newTrial makes two processes, each with a shared cache of its own making, if any, and a writer beside those of
// each process.
func newTrial(t *testing.T, at place, cache func() denorm.SharedCache, options []denorm.Option) *trial {
	t.Helper()
	r := &trial{T: t, place: at, seed: seed(t), line: newTimeline()}
	first := r.writer(nil)
	if err := errors.Join(first.history.Plant(t.Context(), at.plain), first.history.Fill(t.Context(), at.plain)); err != nil {
		t.Fatal(err)
	}
	r.writers = append(r.writers, first)
	for _, name := range []string{"one", "two"} {
		all := append([]denorm.Option{denorm.WithMaxStaleness(staleness)}, options...)
		if cache != nil {
			all = append(all, denorm.WithSharedCache(cache()))
		}
		p := start(t, at, name, all...)
		r.processes = append(r.processes, p)
		r.writers = append(r.writers, r.writer(p))
	}
	if _, err := r.line.record(t.Context(), at.plain, r.dialect(), time.Time{}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	r.settle("before any write")
	return r
}

func (r *trial) dialect() naive.Dialect { return naive.DialectOf(r.plain) }

// writer makes random transactions, through a process's engine or past all.
type writer struct {
	*trial
	process *process // nil for one that knows no engine
	history *history.History
}

func (r *trial) writer(p *process) *writer {
	stream := uint64(len(r.writers))
	return &writer{trial: r, process: p, history: &history.History{Dialect: r.dialect(), Random: rand.New(rand.NewPCG(r.seed, stream))}}
}

var errTakenBack = errors.New("taken back")

// transaction makes some changes; a fifth of all are rolled back. What Tx wrote is seen in its process at once.
func (w *writer) transaction(ctx context.Context) error {
	random := w.history.Random
	body := func(q naive.Queryer) error {
		for range 1 + random.IntN(4) {
			if err := w.history.Part(ctx, q); err != nil {
				return err
			}
		}
		if random.IntN(5) == 0 {
			return errTakenBack
		}
		return nil
	}
	w.writing.Lock()
	defer w.writing.Unlock()
	before := time.Now()
	var err error
	if w.process != nil {
		err = w.process.engine.Tx(ctx, func(tx *sqlx.Tx) error { return body(tx) })
	} else {
		err = w.past(ctx, body)
	}
	if errors.Is(err, errTakenBack) {
		w.rollbacks.Add(1)
		return nil
	}
	if err != nil {
		w.writeErrors.Add(1)
		return fmt.Errorf("writing: %w", err)
	}
	w.commits.Add(1)
	was, err := w.line.record(ctx, w.plain, w.dialect(), before, time.Now())
	if err != nil || w.process == nil {
		return err
	}
	return w.ownWrites(ctx, was)
}

// past writes as a program that knows no engine.
func (w *writer) past(ctx context.Context, body func(naive.Queryer) error) error {
	tx, err := w.plain.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := body(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// ownWrites compares every document that the transaction changed.
func (w *writer) ownWrites(ctx context.Context, was *naive.Data) error {
	for _, c := range naive.Collections() {
		rows, want := c.Touched(was, w.line.data)
		got, err := w.process.subjects[c.Name].See(ctx, rows)
		if err != nil {
			w.readErrors.Add(1)
			return fmt.Errorf("reading: %w", err)
		}
		for key := range want {
			if got[key] != want[key] && !w.isExcused(time.Now(), time.Now()) {
				w.stale.Add(1)
				return fmt.Errorf("right after Tx in process %s: document %sof %s\n got %s\nwant %s", w.process.name, key, c.Name, got[key], want[key])
			}
		}
		w.own.Add(int64(len(want)))
	}
	return nil
}

// during lets all write and read while a script runs, and then judges what was read.
func (r *trial) during(what string, script func()) {
	r.Helper()
	ctx, stop := context.WithCancel(r.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	for _, w := range r.writers {
		running.Go(func() {
			for ctx.Err() == nil {
				if err := w.transaction(r.Context()); err != nil {
					r.Error(err)
					return
				}
				time.Sleep(time.Duration(w.history.Random.IntN(longestPause)) * time.Millisecond)
			}
		})
	}
	shown := make([][]seen, len(r.processes)*readersPerProcess)
	for i := range shown {
		p := r.processes[i%len(r.processes)]
		random := rand.New(rand.NewPCG(r.seed+uint64(r.reads.Load()), uint64(100+i)))
		running.Go(func() { shown[i] = r.read(ctx, p, random) })
	}
	script()
	stop()
	running.Wait()
	r.judge(what, shown)
}

// read reads at random until the context ends.
func (r *trial) read(ctx context.Context, p *process, random *rand.Rand) (list []seen) {
	for ctx.Err() == nil {
		collection, row, ok := r.line.any(random)
		if !ok {
			continue
		}
		begun := time.Now()
		docs, err := p.subjects[collection].See(r.Context(), []naive.Row{row})
		ended := time.Now()
		if err == nil && random.IntN(5) == 0 {
			_, err = p.subjects[collection].Read(r.Context(), random)
		}
		if err != nil {
			r.readErrors.Add(1)
			r.Errorf("reading %s in process %s: %v", collection, p.name, err)
			return list
		}
		for key, json := range docs {
			list = append(list, seen{p.name, collection, key, json, begun, ended})
		}
		time.Sleep(100 * time.Microsecond)
	}
	return list
}

func (r *trial) judge(what string, shown [][]seen) {
	r.Helper()
	for _, list := range shown {
		for _, s := range list {
			r.reads.Add(1)
			allowed := staleness
			if r.isExcused(s.begun, s.ended) {
				allowed = time.Hour
			}
			if err := r.line.judge(s, allowed); err != nil {
				if r.stale.Add(1) <= 3 {
					r.Errorf("%s: %v\nrepeat with FAULTS_SEED=%d", what, err, r.seed)
				}
			}
		}
	}
}

// span is a time.
type span struct{ from, to time.Time }

// excuse lets reads that are under way, or begin within MaxStaleness after something was done, be older, but never
// what they were not.
func (r *trial) excuse(do func()) {
	r.excusing.Lock()
	n, now := len(r.excused), time.Now()
	r.excused = append(r.excused, span{now, now.Add(time.Hour)})
	r.excusing.Unlock()
	do()
	r.excusing.Lock()
	defer r.excusing.Unlock()
	r.excused[n].to = time.Now().Add(staleness)
}

func (r *trial) isExcused(begun, ended time.Time) bool {
	r.excusing.Lock()
	defer r.excusing.Unlock()
	return slices.ContainsFunc(r.excused, func(e span) bool { return begun.Before(e.to) && ended.After(e.from) })
}

// settle waits until every process knows everything, and compares all documents in each.
func (r *trial) settle(when string) {
	r.Helper()
	for _, p := range r.processes {
		// A client may take a while to find the server that works now.
		eventually(r, when+": process "+p.name+" knows everything", func() bool {
			return p.drain(r.Context()) == nil
		})
	}
	data, err := naive.Read(r.Context(), r.dialect(), r.plain)
	if err != nil {
		r.Fatal(err)
	}
	for _, c := range naive.Collections() {
		docs := c.Documents(data)
		for _, p := range r.processes {
			n, err := p.subjects[c.Name].Compare(r.Context(), p.db, docs)
			r.compared.Add(int64(n))
			if err != nil {
				r.stale.Add(1)
				r.Fatalf("%s: process %s after all has settled: %v\nrepeat with FAULTS_SEED=%d", when, p.name, err, r.seed)
			}
		}
	}
}

// warm reads everything until the caches answer in each process.
func (r *trial) warm() {
	r.Helper()
	for _, p := range r.processes {
		before := p.hits()
		eventually(r, "reads of process "+p.name+" come from a cache", func() bool {
			asked := int64(0)
			for name, rows := range r.line.each() {
				if _, err := p.subjects[name].See(r.Context(), rows); err != nil {
					r.Fatal(err)
				}
				asked += int64(len(rows))
			}
			return p.hits()-before >= asked
		})
	}
}

// report prints the figures, and fails a run that shows too little.
func (r *trial) report(begun time.Time) {
	r.Helper()
	all := r.stats()
	r.Logf("seed %d: %d commits, %d rollbacks, %d write errors; %d reads under faults, %d read errors, %d stale; %d documents compared when settled, "+
		"%d right after Tx; %d local hits, %d shared hits, %d bypasses, %d cache errors, %d relay errors, %d kills; %v",
		r.seed, r.commits.Load(), r.rollbacks.Load(), r.writeErrors.Load(), r.reads.Load(), r.readErrors.Load(), r.stale.Load(), r.compared.Load(),
		r.own.Load(), all.LocalHits, all.SharedHits, all.Bypasses, all.CacheErrors, all.RelayErrors, all.SharedKills, time.Since(begun).Round(time.Millisecond))
	if r.writeErrors.Load()+r.readErrors.Load()+r.stale.Load() > 0 {
		r.Errorf("%d write errors, %d read errors, %d stale reads; want none of these", r.writeErrors.Load(), r.readErrors.Load(), r.stale.Load())
	}
	if all.Corrupt > 0 {
		r.Errorf("%d corrupt values", all.Corrupt)
	}
	if r.commits.Load() == 0 || r.reads.Load() == 0 || r.own.Load() == 0 {
		r.Error("nothing happened")
	}
}

// stats are what the processes did so far.
func (r *trial) stats() denorm.Stats {
	var all denorm.Stats
	for _, p := range r.processes {
		s := p.engine.Stats()
		all.SharedHits += s.SharedHits
		all.LocalHits += s.LocalHits
		all.Bypasses += s.Bypasses
		all.CacheErrors += s.CacheErrors
		all.SharedKills += s.SharedKills
		all.Corrupt += s.Corrupt
		all.RelayErrors += s.RelayErrors
	}
	return all
}

// hits are reads that caches answered.
func (r *trial) hits() (n int64) {
	for _, p := range r.processes {
		n += p.hits()
	}
	return n
}
