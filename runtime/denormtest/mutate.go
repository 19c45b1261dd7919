package denormtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Report is what Mutate did.
type Report struct {
	// Steps is the number of commits behind each of which the caches were compared with the database.
	Steps int
	// Shown are the columns, inserts and deletes of which a change showed in a document, and so in the caches:
	// "authors.last_name", "reviews (delete)".
	Shown []string
	// Unshown are those of which none did, with the reason: nothing is proven of them.
	Unshown []string
}

// MutateOption changes what Mutate does.
type MutateOption func(*mutateOptions)

type mutateOptions struct {
	statements []string
	seed       uint64
	rows       int
}

// Statements makes Mutate run these, each in a transaction of its own, instead of mutations of its own making.
// Nothing takes them back.
func Statements(statements ...string) MutateOption {
	return func(o *mutateOptions) { o.statements = statements }
}

// Seed chooses the rows and values by a number (default 1). The same number chooses the same in the same database.
func Seed(seed uint64) MutateOption {
	return func(o *mutateOptions) { o.seed = seed }
}

// Rows is how many rows of a table are tried for each of its columns until a change shows in a document
// (default 10).
func Rows(n int) MutateOption {
	return func(o *mutateOptions) { o.rows = max(n, 1) }
}

// Mutate proves that the caches notice what changes the documents of a collection. In every table that the
// collection depends on it changes each column, and deletes and inserts rows; before each change the caches are
// warm, and behind each it fails the test where they do not settle to what is built afresh, saying what differs.
// Every change is committed, for nothing else reaches the caches, and then taken back. So it is for databases of
// tests: small ones, because all documents are compared each time, to which nobody else writes. Where rows hang on
// others by foreign keys that act (CASCADE, SET NULL, SET DEFAULT), it deletes only rows that it inserted itself.
// Triggers of the application fire, and what they write stays.
//
// It fails also if capture was tampered with: tables or triggers altered since the engine looked last.
//
//	report := denormtest.Mutate(t, ctx, db, engine, books)
//
// What could not be shown is logged, and told by the report: a row that no document shows, or a value that a
// constraint refuses, proves nothing.
func Mutate[K comparable, D any](
	t testing.TB, ctx context.Context, db *sqlx.DB, engine *denorm.Engine, collection Collection[K, D], options ...MutateOption,
) Report {
	t.Helper()
	chosen := mutateOptions{seed: 1, rows: 10}
	for _, option := range options {
		option(&chosen)
	}
	s, err := newSettling(engine, collection)
	if err != nil {
		t.Errorf("denormtest: %v", err)
		return Report{}
	}
	m := &mutation[K, D]{
		t: t, db: db.DB, settling: s, options: chosen, broken: engine.Stats().CaptureBroken,
		random: rand.New(rand.NewPCG(chosen.seed, 0)),
	}
	switch err := m.run(ctx); {
	case err != nil:
		t.Errorf("denormtest: %s: %v", s.name(), err)
	case m.report.Steps > 0 && m.hits() == 0:
		t.Errorf("denormtest: %s: no document came out of a cache, so that nothing is proven: is there one?", s.name())
	}
	if len(m.report.Unshown) > 0 {
		t.Logf("denormtest: %s: not shown:\n  %s", s.name(), strings.Join(m.report.Unshown, "\n  "))
	}
	return m.report
}

// run does the statements, or all mutations.
func (m *mutation[K, D]) run(ctx context.Context) error {
	// The first look fills the caches.
	if _, err := m.look(ctx, "before any change"); err != nil {
		return err
	}
	if m.options.statements != nil {
		for _, statement := range m.options.statements {
			if _, err := m.db.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("run %q: %w", statement, err)
			}
			if _, err := m.look(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}
	tables, err := readTables(ctx, m.db, m.about.Dialect, m.about.Plan)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if err := m.table(ctx, table); err != nil {
			return fmt.Errorf("table %s: %w", table.info.Table.Name, err)
		}
	}
	return nil
}

// maxFailures is where Mutate stops: what follows would say the same.
const maxFailures = 5

// look settles and compares, fails the test for what differs, and tells whether any document changed since the
// last look.
func (m *mutation[K, D]) look(ctx context.Context, after string) (changed bool, err error) {
	m.t.Helper()
	found, err := m.settle(ctx)
	if err != nil {
		return false, fmt.Errorf("after %s: %w", after, err)
	}
	if m.shown != nil {
		m.report.Steps++
	}
	if broken := m.engine.Stats().CaptureBroken; broken != m.broken {
		m.broken = broken
		m.failed(after, "captured tables or triggers were found altered, and changes may have passed unseen; the engine repaired them and dropped the caches")
	}
	if len(found.differences) > 0 {
		m.failed(after, strings.Join(found.differences, "\n"))
		if err := m.renew(ctx, found.differing); err != nil {
			return false, err
		}
	}
	changed = m.shown != nil && !sameDocuments(found.fresh, m.shown)
	m.shown = found.fresh
	if m.failures >= maxFailures {
		return changed, fmt.Errorf("stopped after %d failures", m.failures)
	}
	return changed, nil
}

// renew puts right what the caches hold, so that the same is not told again after what follows.
func (m *mutation[K, D]) renew(ctx context.Context, keys []K) error {
	if err := m.collection.Invalidate(ctx, keys...); err != nil {
		return err
	}
	if err := m.engine.Drain(ctx); err != nil {
		return err
	}
	_, err := m.collection.GetMany(ctx, keys)
	return err
}

func (m *mutation[K, D]) failed(after, what string) {
	m.t.Helper()
	m.failures++
	m.t.Errorf("denormtest: %s: after %s: %s", m.name(), after, what)
}

func (m *mutation[K, D]) hits() int64 {
	stats := m.engine.Stats()
	return stats.LocalHits + stats.SharedHits
}

func sameDocuments[K comparable](a, b map[K]string) bool {
	if len(a) != len(b) {
		return false
	}
	for key, text := range a {
		if other, ok := b[key]; !ok || other != text {
			return false
		}
	}
	return true
}

// note records whether a change showed.
func (r *Report) note(what string, shown bool, why string) {
	if shown {
		r.Shown = append(r.Shown, what)
		slices.Sort(r.Shown)
		return
	}
	r.Unshown = append(r.Unshown, what+": "+why)
}
