package coherence

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/denormgen/denormgen/internal/truth/subject"
)

// TestRollingReleases is promises P5 and P6 with two releases of a program that share a database and a cache, and
// whose collections differ: while there are writes, processes of one release take the place of those of the other,
// and back. At times each release alone relays for both, and is away while the other one does.
func TestRollingReleases(t *testing.T) {
	from := seed(t)
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			const kinds = 2
			rolls := setting.Number(t, "COHERENCE_ROLLS", max(leastRolls, sizesOf(t, d).rolls/kinds), leastRolls)
			for _, m := range allTiers() {
				if m.name == "local" || m.name == "local+redis" {
					t.Run(m.name, func(t *testing.T) { roll(t, newPlace(t, d), m, from, rolls) })
				}
			}
		})
	}
}

const (
	leastRolls   = 2  // there and back
	writesOfStep = 30 // of each step of a roll
	gapOf        = 3  // of how many rolls, but for the first, one ends the old release before it starts the new one
	backOf       = 3  // of how many of the others, but for the first two, one gives up the new release
	moveTries    = 5  // for writes that make an event, as those of rolled back transactions do not
)

// roll rolls from one release to the other and back, so many times.
func roll(t *testing.T, at place, m tiers, seed uint64, rolls int) {
	t.Helper()
	begun := time.Now()
	ctx, stop := context.WithCancel(t.Context())
	r := &rolling{
		trial: &trial{place: at, tiers: m, known: known{}}, t: t, ctx: ctx, seed: seed,
		random: rand.New(rand.NewPCG(seed, 2)), relayed: map[string]*relayed{},
	}
	if m.shared != nil {
		r.redis = testservers.Redis(t)
	}
	defer func() {
		stop()
		r.endAll()
	}()
	planter := r.writer(seed, 0, nil)
	if err := errors.Join(planter.history.Plant(ctx, at.plain), planter.history.Fill(ctx, at.plain)); err != nil {
		t.Fatal(err)
	}
	for range plainWriters {
		r.writers = append(r.writers, r.writer(seed, len(r.writers)+1, nil))
	}
	old, fresh := firstRelease(), release{name: "later", subjects: subject.Later}
	if r.random.IntN(2) == 0 {
		fresh.application = "another"
	}
	if r.random.IntN(2) == 0 {
		old, fresh = fresh, old
	}
	r.join(r.start(old))
	if err := r.check(); err != nil {
		t.Fatalf("before any write: %v", err)
	}
	for n := range rolls {
		changed, err := r.roll(n, old, fresh)
		if err != nil {
			t.Fatalf("roll %d, from the %s release to the %s: %v\n\nrepeat with COHERENCE_SEED=%d COHERENCE_ROLLS=%d go test ./internal/coherence -run '^TestRollingReleases$/^%s$'",
				n+1, old.name, fresh.name, err, seed, max(leastRolls, n+1), at.name)
		}
		if changed {
			old, fresh = fresh, old
		}
	}
	r.report(rolls, time.Since(begun))
}

// roll replaces the processes of a release by some of the other one, step by step, and compares after each. It
// tells whether that was not given up.
func (r *rolling) roll(n int, old, fresh release) (changed bool, err error) {
	if n > 0 && r.random.IntN(gapOf) == 0 {
		if err := r.gap(old, fresh); err != nil {
			return false, err
		}
		return true, r.solo(fresh)
	}
	if err := r.step("the new release starts", func() { r.join(r.start(fresh)) }); err != nil {
		return false, err
	}
	both := []release{old, fresh}
	r.random.Shuffle(len(both), func(i, j int) { both[i], both[j] = both[j], both[i] })
	for _, of := range both {
		if err := r.leads(of); err != nil {
			return false, err
		}
	}
	leaves, stays := old, fresh
	if n >= leastRolls && r.random.IntN(backOf) == 0 {
		leaves, stays = fresh, old
	}
	if err := r.step("the "+leaves.name+" release ends", func() { r.end(leaves) }); err != nil {
		return false, err
	}
	return stays.name == fresh.name, r.solo(stays)
}

// gap lets nobody live between the end of the old release and the start of the new one.
func (r *rolling) gap(old, fresh release) error {
	if err := r.load(func() { r.end(old) }); err != nil {
		return err
	}
	if err := r.load(func() {}); err != nil {
		return err
	}
	return r.step("the new release starts where none was left", func() { r.join(r.start(fresh)) })
}

// solo lets one release live alone.
func (r *rolling) solo(of release) error {
	events, err := r.moves(func() error { return r.step("the "+of.name+" release is alone", func() {}) })
	r.relayedBy(of).alone += events
	return err
}

// moves does something until that moved the head of the feed, and returns by how many events.
func (r *rolling) moves(do func() error) (events int64, err error) {
	before, err := r.head()
	for n := 0; n < moveTries && events == 0 && err == nil; n++ {
		if err = do(); err != nil {
			return 0, err
		}
		var after int64
		after, err = r.head()
		events = after - before
	}
	return events, err
}

// leads lets one release relay while the processes of both are alive and asked for documents: those of the other
// one follow nothing until all is relayed.
func (r *rolling) leads(of release) error {
	var others []*life
	for _, p := range r.lives {
		if p.release.name != of.name {
			others = append(others, p)
			p.unfollow()
		}
	}
	events, err := r.moves(func() error {
		failed := r.load(func() {})
		for _, p := range r.lives {
			if p.release.name == of.name && failed == nil {
				failed = p.drain(r.ctx)
			}
		}
		return failed
	})
	r.relayedBy(of).both += events
	for _, p := range others {
		p.unfollow = p.follow(r.t)
	}
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return fmt.Errorf("the %s release relays for both: %w", of.name, err)
	}
	return nil
}

// step does something at a random moment among writes, and compares all when they have ended.
func (r *rolling) step(name string, do func()) error {
	err := r.load(do)
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// load writes, and does something meanwhile.
func (r *rolling) load(do func()) error {
	before, begin := readsOf(r.counts()), r.changes.Load()
	at := begin + r.random.Int64N(writesOfStep*3/4)
	writers, writing, written := slices.Clone(r.writers), make(chan struct{}), error(nil)
	go func() {
		defer close(writing)
		written = r.write(r.ctx, writers, writesOfStep)
	}()
	defer func() { <-writing }()
	for ended := false; !ended && r.changes.Load() < at; {
		select {
		case <-writing:
			ended = true
		case <-time.After(time.Millisecond):
		}
	}
	do()
	<-writing
	r.during.add(before, readsOf(r.counts()))
	return written
}

// check compares what every process has, in a random order.
func (r *rolling) check() error {
	begun := time.Now()
	defer func() { r.settling += time.Since(begun) }()
	r.settles++
	r.random.Shuffle(len(r.processes), func(i, j int) { r.processes[i], r.processes[j] = r.processes[j], r.processes[i] })
	return r.settle(r.ctx)
}

// head is the number of the last event in the feed.
func (r *rolling) head() (int64, error) {
	status, err := r.processes[0].engine.Status(r.ctx)
	if err != nil {
		return 0, err
	}
	version, ok := status.Head.Version()
	if !ok {
		return 0, fmt.Errorf("the head of the feed is %q", status.Head)
	}
	return int64(version.Seq), nil
}

// known are rows that had documents once, by collection and the text of the key.
type known map[string]map[string]naive.Row

// absent compares the documents that are not there any more: those that one process kept may be found by another,
// which starts later.
func (k known) absent(ctx context.Context, s subject.Subject, docs []naive.Document) error {
	if k == nil {
		return nil
	}
	c := s.About()
	if k[c.Name] == nil {
		k[c.Name] = map[string]naive.Row{}
	}
	there := map[string]bool{}
	for _, doc := range docs {
		key := c.KeyText(doc.Row)
		k[c.Name][key], there[key] = doc.Row, true
	}
	var rows []naive.Row
	for key, row := range k[c.Name] {
		if !there[key] {
			rows = append(rows, row)
		}
	}
	found, err := s.See(ctx, rows)
	for key, text := range found {
		if text != "null" {
			return fmt.Errorf("document %s of %s is not there any more, and was found: %s", key, c.Name, text)
		}
	}
	return err
}

// report prints the figures, and fails a run that shows too little.
func (r *rolling) report(rolls int, took time.Duration) {
	s := r.counts()
	r.t.Logf("seed %d: %d rolls by %d processes, of which %d were killed; %d writes in %d transactions, %d in another's way; %d settles, "+
		"%d documents compared, %d more right after Tx; %d reads while there were writes, %.0f %% hits; %d shared hits, %d local kills, "+
		"%d shared kills, %d fills refused, %d corrupt values, capture altered %d times, %d relay errors, %v of which %v to settle",
		r.seed, rolls, r.started, r.killed, r.changes.Load(), r.commits.Load(), r.retries.Load(), r.settles, r.documents.Load(), r.own.Load(),
		r.during.all, r.during.percent(), s.SharedHits, s.LocalKills, s.SharedKills, s.Refused, s.Corrupt, s.CaptureBroken, s.RelayErrors,
		took.Round(time.Millisecond), r.settling.Round(time.Millisecond))
	r.during.wantHits(r.t)
	if s.Corrupt > 0 {
		r.t.Errorf("%d values of the shared cache could not be read, want none: one release may have read what is the other's", s.Corrupt)
	}
	for _, name := range []string{"first", "later"} {
		events := r.relayed[name]
		r.t.Logf("the %s release relayed %d events while it was alone, and %d for both while the other one followed nothing", name, events.alone, events.both)
		if events.alone == 0 || events.both == 0 {
			r.t.Errorf("the %s release was never the relay", name)
		}
	}
}
