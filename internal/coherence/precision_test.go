package coherence

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/denormgen/denormgen/internal/truth/subject"
)

// mostEvents is how many events there may be for each document that changed, all cases together.
const mostEvents = 2

// TestPrecision is promise P2: the events of a transaction name every document that is another after it, and
// few more.
func TestPrecision(t *testing.T) {
	from := seed(t)
	eachDatabase(t, func(t *testing.T, at place) {
		usual := sizesOf(t, at.database).cases
		cases := setting.Number(t, "COHERENCE_CASES", usual, 0)
		p := start(t, at, "one")
		h := &history.History{Dialect: naive.DialectOf(at.plain), Random: rand.New(rand.NewPCG(from, 1))}
		if err := h.Plant(t.Context(), at.plain); err != nil {
			t.Fatal(err)
		}
		if err := h.Fill(t.Context(), at.plain); err != nil {
			t.Fatal(err)
		}
		x := &precision{place: at, process: p, history: h, feed: at.feed(t)}
		if err := x.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		for n := range cases {
			if err := x.transaction(t.Context()); err != nil {
				t.Fatalf("case %d: %v\n\nrepeat with COHERENCE_SEED=%d COHERENCE_CASES=%d go test ./internal/coherence -run '^TestPrecision$/^%s$'", n+1, err, from, n+1, at.name)
			}
		}
		t.Logf("seed %d: %d transactions with %d writes changed %d documents, and there were %d events: %.2f each; %d transactions changed none and made none",
			from, cases, h.Changes, x.changed, x.events, float64(x.events)/float64(max(x.changed, 1)), x.silent)
		if cases >= usual && x.events > mostEvents*x.changed {
			t.Errorf("%d events of %d documents that changed: more than %d times as many", x.events, x.changed, mostEvents)
		}
	})
}

// precision compares events with what changed.
type precision struct {
	place
	process *process
	history *history.History
	data    *naive.Data
	docs    map[string]map[string]string // by collection and text of the key
	feed    feed

	changed, events, silent int
}

func (x *precision) begin(ctx context.Context) error {
	if err := x.process.engine.Drain(ctx); err != nil {
		return err
	}
	if _, err := x.feed.next(ctx); err != nil {
		return err
	}
	var err error
	x.data, err = naive.Read(ctx, x.history.Dialect, x.plain)
	x.docs = naive.All(x.data)
	return err
}

// transaction makes one, and compares.
func (x *precision) transaction(ctx context.Context) error {
	steps := 1
	if x.history.Random.IntN(3) == 0 {
		steps += x.history.Random.IntN(4)
	}
	tx, err := x.plain.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for range steps {
		if err := x.history.Part(ctx, tx); err != nil {
			return err
		}
	}
	if x.history.Random.IntN(5) == 0 {
		err = tx.Rollback()
	} else {
		err = tx.Commit()
	}
	if err != nil {
		return err
	}
	before, was := x.data, x.docs
	if err := x.process.engine.Drain(ctx); err != nil {
		return err
	}
	if x.data, err = naive.Read(ctx, x.history.Dialect, x.plain); err != nil {
		return err
	}
	x.docs = naive.All(x.data)
	named, err := x.feed.next(ctx)
	if err != nil {
		return err
	}
	if err := derived(named); err != nil {
		return err
	}
	changed := 0
	for _, c := range naive.Collections() {
		rows, want := c.Touched(before, x.data)
		for _, r := range rows {
			if key := c.KeyText(r); !named[event{c.Name, eventKey(c, r)}] {
				return fmt.Errorf("no event for document %s of %s\n was %s\n  is %s", key, c.Name, was[c.Name][key], want[key])
			}
		}
		changed += len(rows)
	}
	x.changed += changed
	x.events += len(named)
	if changed == 0 && len(named) == 0 {
		x.silent++
	}
	return nil
}

// derived takes out the events of what is made of all books and authors, which have to be there where any of these is.
func derived(named map[event]bool) error {
	sources := false
	for e := range named {
		sources = sources || e.collection == "books" || e.collection == "authors"
	}
	for _, key := range []string{"all", "books"} {
		e := event{subject.LibraryName, key}
		if named[e] != sources {
			return fmt.Errorf("an event for %v: %v; for what it is made of: %v", e, named[e], sources)
		}
		delete(named, e)
	}
	return nil
}

// TestOutsideOfDocuments holds that writes which no document can show make no event.
func TestOutsideOfDocuments(t *testing.T) {
	eachDatabase(t, func(t *testing.T, at place) {
		at.plain.MustExec("CREATE TABLE elsewhere (id BIGINT PRIMARY KEY, book_id BIGINT)")
		at.plain.MustExec("ALTER TABLE books ADD COLUMN unused VARCHAR(20)")
		at.plain.MustExec("INSERT INTO books (id, title, price, status, in_print) VALUES (1, 'A', 1.5, 'open', TRUE)")
		p := start(t, at, "one")
		if err := p.engine.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		events := at.feed(t)
		if _, err := events.next(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			"INSERT INTO elsewhere VALUES (1, 1)",
			"UPDATE elsewhere SET book_id = 2",
			"DELETE FROM elsewhere",
			"UPDATE books SET unused = 'x'",
			"UPDATE books SET title = title, price = price, unused = 'y'",
			"UPDATE books SET title = 'B' WHERE id = 2",
			"DELETE FROM books WHERE id = 2",
			"INSERT INTO book_tags VALUES (NULL, NULL)",
		} {
			at.plain.MustExec(statement)
			if err := p.engine.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			named, err := events.next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(named) > 0 {
				t.Errorf("%s: events %v", statement, named)
			}
		}
	})
}
