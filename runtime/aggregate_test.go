package denorm_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memorysink"
)

// index is an aggregate of a process as generated code has it: titles of books by their publishers' names.
type index struct {
	*process
	titles *denorm.Aggregate[map[string][]string]
	builds atomic.Int64
	// within is called by each build before it reads, and behind once it has read, where they are not nil.
	within, behind func(ctx context.Context, key string) error
}

const noPublisher = "(none)"

// indexing starts a process with the aggregate of two keys: "all", and "cheap" for books below 20.
func (w *world) indexing(opts ...denorm.Option) *index {
	w.Helper()
	x := &index{process: w.opened(opts...)}
	x.register()
	x.install()
	return x
}

func (x *index) register() {
	books := denorm.CollectionOf[int64, models.BookDoc](x.engine, "books")
	x.titles = denorm.RegisterAggregate(x.engine, &denorm.AggregateDefinition[map[string][]string]{
		Name: "book_titles", Shape: "titles-1", Keys: []string{"cheap", "all"}, From: []string{"books"},
		Build: func(ctx context.Context, key string, from *denorm.Sources) (map[string][]string, error) {
			x.builds.Add(1)
			if x.within != nil {
				if err := x.within(ctx, key); err != nil {
					return nil, err
				}
			}
			titles := map[string][]string{}
			for book, err := range denorm.Documents(ctx, from, books) {
				if err != nil {
					return nil, err
				}
				if key == "cheap" && book.PriceCents >= 2000 {
					continue
				}
				name := noPublisher
				if book.Publisher != nil {
					name = book.Publisher.Name
				}
				titles[name] = append(titles[name], book.Title)
			}
			if x.behind != nil {
				return titles, x.behind(ctx, key)
			}
			return titles, nil
		},
	})
}

// wantIndex compares the aggregate with what the tables say, read by SQL of its own.
func (w *world) wantIndex(x *index) {
	w.Helper()
	for key, limit := range map[string]int{"all": 1 << 30, "cheap": 2000} {
		rows, err := w.db.QueryContext(w.Context(), `SELECT COALESCE(p.name, '`+noPublisher+`'), b.title FROM books b
			LEFT JOIN publishers p ON p.id = b.publisher_id WHERE b.deleted_at IS NULL AND b.price_cents < ? ORDER BY b.id`, limit)
		if err != nil {
			w.Fatal(err)
		}
		want := map[string][]string{}
		for rows.Next() {
			var name, title string
			if err := rows.Scan(&name, &title); err != nil {
				w.Fatal(err)
			}
			want[name] = append(want[name], title)
		}
		if err := rows.Err(); err != nil {
			w.Fatal(err)
		}
		if got := x.get(key); !reflect.DeepEqual(got, want) {
			w.Errorf("the aggregate %q is\n%v, want\n%v", key, got, want)
		}
	}
}

func (x *index) get(key string) map[string][]string {
	x.Helper()
	got, err := x.titles.Get(x.Context(), key)
	if err != nil {
		x.Fatal(err)
	}
	return got
}

// wantBuilds compares the number of builds since it was last asked for.
func (x *index) wantBuilds(want int64, why string) {
	x.Helper()
	if got := x.builds.Swap(0); got != want {
		x.Errorf("%s: there were %d builds, want %d", why, got, want)
	}
}

// TestAggregate holds that an aggregate follows every change of what it is made of, also one that a process makes which
// does not know it, and is made again after no other.
func TestAggregate(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		x, other := w.indexing(opts...), w.process(opts...)
		w.wantIndex(x)
		x.wantBuilds(2, "at first")
		for _, change := range []struct {
			sql    string
			builds int64
		}{
			{`UPDATE books SET title = 'another title' WHERE id = 1`, 2},
			{`UPDATE publishers SET name = 'another name' WHERE id = 1`, 2},
			{`UPDATE publishers SET name = name WHERE id = 1`, 0},
			{`UPDATE books SET deleted_at = '2026-01-01 00:00:00' WHERE id = 2`, 2},
			{`UPDATE books SET title = 'of a deleted one' WHERE id = 2`, 0},
			{`UPDATE books SET deleted_at = NULL WHERE id = 2`, 2},
			{`UPDATE reviews SET text = text || '.' WHERE NOT approved`, 0},
			{`DELETE FROM books WHERE id = 3`, 2},
		} {
			if _, err := w.db.ExecContext(t.Context(), change.sql); err != nil {
				t.Fatal(change.sql, err)
			}
			other.drain()
			x.drain()
			w.wantIndex(x)
			x.wantBuilds(change.builds, change.sql)
		}
	})
}

// TestAggregateOwnWrites holds that what a process wrote shows in its aggregates at once.
func TestAggregateOwnWrites(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		x := w.indexing(append(opts, denorm.WithAggregateAge(time.Hour))...)
		for _, title := range []string{"first", "second"} {
			w.wantIndex(x)
			x.tx(retitle(1, title))
			w.wantIndex(x)
		}
	})
}

// TestAggregateAge holds that documents are as old as allowed, and not older.
func TestAggregateAge(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		const age = 500 * time.Millisecond
		x := w.indexing(append(opts, denorm.WithAggregateAge(age), denorm.WithMaxStaleness(time.Minute))...)
		begun := time.Now()
		old := x.get("all")
		if _, err := w.db.ExecContext(t.Context(), `UPDATE books SET title = 'another title' WHERE id = 1`); err != nil {
			t.Fatal(err)
		}
		x.drain()
		if got := x.get("all"); !reflect.DeepEqual(got, old) && time.Since(begun) < age {
			t.Error("a document of no great age was made again")
		}
		time.Sleep(time.Until(begun.Add(age)) + 100*time.Millisecond)
		w.wantIndex(x)
	})
}

// TestAggregateBuildsInTurn lets many ask while a build runs: one of them builds next, for all, from what is there after
// they asked.
func TestAggregateBuildsInTurn(t *testing.T) {
	w := newWorld(t)
	x := w.indexing()
	var running, most atomic.Int64
	entered, release := make(chan struct{}), make(chan struct{})
	x.behind = func(ctx context.Context, key string) error {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		select {
		case entered <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		<-release
		return nil
	}
	var group sync.WaitGroup
	group.Go(func() { x.get("all") })
	<-entered
	if _, err := w.db.ExecContext(t.Context(), `UPDATE books SET title = 'another title' WHERE id = 1`); err != nil {
		t.Fatal(err)
	}
	x.drain()
	impatient, cancel := context.WithCancel(t.Context())
	group.Go(func() {
		if _, err := x.titles.Get(impatient, "all"); !errors.Is(err, context.Canceled) {
			t.Errorf("who stops to wait gets %v", err)
		}
	})
	const readers = 20
	for range readers {
		group.Go(func() {
			got := x.get("all")
			if !slices.Contains(slices.Concat(slices.Collect(maps.Values(got))...), "another title") {
				t.Error("a build from before the question was its answer")
			}
		})
	}
	time.Sleep(50 * time.Millisecond) // whoever had not asked by then makes the test weaker, not wrong
	cancel()
	release <- struct{}{}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	for over := false; !over; {
		select {
		case <-entered:
			release <- struct{}{}
		case <-done:
			over = true
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d builds of one document ran at a time", most.Load())
	}
	if builds := x.builds.Load(); builds > 4 {
		t.Errorf("%d readers who asked at once made %d builds", readers, builds)
	}
}

// TestAggregateOfALongBuild keeps what takes longer to build than a document may take to load.
func TestAggregateOfALongBuild(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		const lease = 50 * time.Millisecond
		x := w.indexing(append(opts, denorm.WithLeaseTime(lease))...)
		x.behind = func(context.Context, string) error {
			time.Sleep(4 * lease)
			return nil
		}
		x.get("all")
		x.get("all")
		x.wantBuilds(1, "for two readers")
	})
}

// TestAggregateFailures holds what a build that fails, or finds nothing, says.
func TestAggregateFailures(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		x := w.indexing(opts...)
		refused := errors.New("refused")
		for _, c := range []struct {
			name   string
			key    string
			within func(ctx context.Context, key string) error
			want   error
		}{
			{"an error of the build", "all", func(context.Context, string) error { return refused }, refused},
			{"a build that finds nothing", "all", func(context.Context, string) error { return denorm.Skip }, denorm.ErrNotFound},
			{"a key that there is not", "none", nil, denorm.ErrNotFound},
		} {
			x.within = c.within
			if got, err := x.titles.Get(t.Context(), c.key); !errors.Is(err, c.want) || got != nil {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
		}
		x.within = nil
		if err := x.titles.Invalidate(t.Context(), "all"); err != nil {
			t.Fatal(err)
		}
		w.wantIndex(x)
	})
}

// TestAggregateOfWhatFails holds that a build which overlooks an error of its source fails all the same.
func TestAggregateOfWhatFails(t *testing.T) {
	w := newWorld(t)
	p := w.opened()
	books := denorm.CollectionOf[int64, models.BookDoc](p.engine, "books")
	counts := denorm.RegisterAggregate(p.engine, &denorm.AggregateDefinition[int]{
		Name: "counts", Shape: "counts-1", Keys: []string{"all"}, From: []string{"books"},
		Build: func(ctx context.Context, _ string, from *denorm.Sources) (n int, _ error) {
			for _, err := range denorm.Documents(ctx, from, books) {
				if err == nil {
					n++
				}
			}
			return n, nil
		},
	})
	if n, err := counts.Get(t.Context(), "all"); err != nil || n == 0 {
		t.Fatalf("it counts %d, %v", n, err)
	}
	if err := p.engine.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.ExecContext(t.Context(), `ALTER TABLE tags RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	var failed *denorm.LoadError
	if n, err := counts.Get(t.Context(), "all"); !errors.As(err, &failed) || failed.Collection != "counts" || failed.Key != "all" {
		t.Errorf("it counts %d, %v", n, err)
	}
}

// TestInvalidateAggregates holds that who invalidates a document does so for what is made of it, before it returns.
func TestInvalidateAggregates(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		x := w.indexing(opts...)
		x.get("all")
		x.wantBuilds(1, "at first")
		if err := x.books.Invalidate(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		x.get("all")
		x.wantBuilds(1, "after Invalidate")
	})
}

// TestAggregateDefinitions holds what is said of definitions that are not complete.
func TestAggregateDefinitions(t *testing.T) {
	w := newWorld(t)
	p := w.opened()
	build := func(context.Context, string, *denorm.Sources) (int, error) { return 1, nil }
	for name, def := range map[string]*denorm.AggregateDefinition[int]{
		"nothing":    nil,
		"no keys":    {Name: "a", Shape: "1", From: []string{"books"}, Build: build},
		"no sources": {Name: "b", Shape: "1", Keys: []string{"all"}, Build: build},
		"no build":   {Name: "c", Shape: "1", Keys: []string{"all"}, From: []string{"books"}},
	} {
		if got, err := denorm.RegisterAggregate(p.engine, def).Get(t.Context(), "all"); err == nil || got != 0 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	twice := &denorm.AggregateDefinition[int]{Name: "books", Shape: "1", Keys: []string{"all"}, From: []string{"books"}, Build: build}
	if _, err := denorm.RegisterAggregate(p.engine, twice).Get(t.Context(), "all"); !errors.Is(err, denorm.ErrClash) {
		t.Errorf("an aggregate of the name of a collection: %v", err)
	}
}

// TestAggregateInSinks holds that an aggregate is kept in a sink like any document: beside the fields of others, true
// after changes, and seen by Verify.
func TestAggregateInSinks(t *testing.T) {
	w := newWorld(t)
	sink := memorysink.New()
	x := w.indexing(denorm.WithSink("store", sink, denorm.SinkCollections("book_titles")))
	sink.SetField("book_titles", "all", "rank", json.RawMessage("7"))
	for _, change := range []string{
		`UPDATE books SET title = 'another title' WHERE id = 1`,
		`UPDATE books SET deleted_at = '2026-01-01 00:00:00' WHERE id = 2`,
		`UPDATE books SET deleted_at = NULL WHERE id = 2`,
	} {
		w.exec(change)
		x.drain()
		w.wantIndex(x)
		found, err := sink.Get(t.Context(), &denorm.SinkTarget{Collection: "book_titles"}, []string{"all", "cheap"})
		if err != nil {
			t.Fatal(err)
		}
		for i, key := range []string{"all", "cheap"} {
			var got struct {
				Value map[string][]string
				Rank  int
			}
			if err := json.Unmarshal(found[i].Body, &got); err != nil {
				t.Fatalf("%s: %v", found[i].Body, err)
			}
			if want := x.get(key); !reflect.DeepEqual(got.Value, want) || got.Rank != map[string]int{"all": 7}[key] {
				t.Errorf("in the sink, %q is %+v, want %v", key, got, want)
			}
		}
	}
	x.run()
	verified := func() denorm.Verified {
		return in(t, x.verify(denorm.VerifyCollections("book_titles")), "store")
	}
	if right := verified(); right.Compared != 2 || right.Differing+right.Behind+right.Moving != 0 {
		t.Errorf("of a sink that is right: %+v", right)
	}
	sink.SetField("book_titles", "cheap", "value", json.RawMessage("{}"))
	if wrong := verified(); wrong.Differing != 1 || wrong.Differences[0].Key != "cheap" {
		t.Errorf("of a sink that is wrong: %+v", wrong)
	}
}
