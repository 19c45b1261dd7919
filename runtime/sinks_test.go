package denorm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memorysink"
)

// bookSink is a sink named "store" that holds the books.
func bookSink(opts ...denorm.SinkOption) (*memorysink.Sink, denorm.Option) {
	sink := memorysink.New()
	return sink, denorm.WithSink("store", sink, append(opts, denorm.SinkCollections("books"))...)
}

// sunk is the document of a book in a sink, nil for none.
func (w *world) sunk(sink *memorysink.Sink, id int64) []byte {
	w.Helper()
	found, err := sink.Get(w.Context(), &denorm.SinkTarget{Collection: "books"}, []string{strconv.FormatInt(id, 10)})
	if err != nil {
		w.Fatal(err)
	}
	return found[0].Body
}

func (w *world) wantSunkTitle(sink *memorysink.Sink, id int64, want string) {
	w.Helper()
	var book struct{ Title string }
	body := w.sunk(sink, id)
	if body == nil {
		book.Title = "(none)"
	} else if err := json.Unmarshal(body, &book); err != nil {
		w.Fatal(err)
	}
	if book.Title != want {
		w.Errorf("the title of book %d in the sink is %q, want %q", id, book.Title, want)
	}
}

// wantAllSunk compares the sink with all documents that there are.
func (p *process) wantAllSunk(w *world, sink *memorysink.Sink) {
	p.Helper()
	n := 0
	for book, err := range p.books.All(p.Context()) {
		if err != nil {
			p.Fatal(err)
		}
		n++
		var got, want any
		text, err := json.Marshal(book)
		if err == nil {
			err = errors.Join(json.Unmarshal(text, &want), json.Unmarshal(w.sunk(sink, book.ID), &got))
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			p.Errorf("book %d is %v in the sink, want %v (%v)", book.ID, got, want, err)
		}
	}
	if got := sink.Len("books"); got != n || n == 0 {
		p.Errorf("the sink has %d books, want %d", got, n)
	}
}

func TestSinkFollows(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	p := w.process(option)
	p.wantAllSunk(w, sink)
	sink.SetField("books", "1", "rank", json.RawMessage("7"))
	before := p.engine.Stats()
	for n := range 50 {
		w.rename(1, fmt.Sprint("renamed ", n))
	}
	w.exec("DELETE FROM book_authors WHERE book_id = 2")
	w.exec("DELETE FROM reviews WHERE book_id = 2")
	w.exec("DELETE FROM books WHERE id = 2")
	p.drain()
	w.wantSunkTitle(sink, 1, "renamed 49")
	w.wantSunkTitle(sink, 2, "(none)")
	if !bytes.Contains(w.sunk(sink, 1), []byte(`"rank":7`)) {
		t.Errorf("somebody else's field is lost: %s", w.sunk(sink, 1))
	}
	after := p.engine.Stats()
	if puts, deletes := after.SinkPuts-before.SinkPuts, after.SinkDeletes-before.SinkDeletes; puts > 3 || deletes != 1 {
		t.Errorf("%d documents were put and %d deleted for 50 changes of one and a deletion", puts, deletes)
	}
}

// TestSinkIsAway has nobody wait for a sink, and nothing lost.
func TestSinkIsAway(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	p := w.process(option)
	p.run()
	sink.SetDown(errors.New("the sink is down"))
	p.tx(func(tx *sqlx.Tx) error {
		_, err := tx.Exec("UPDATE books SET title = 'while the sink is away' WHERE id = 1")
		return err
	})
	p.wantTitle(1, "while the sink is away")
	w.exec("UPDATE books SET title = 'another' WHERE id = 3")
	w.eventually("the caches follow", func() bool { return p.title(3) == "another" })
	sink.SetDown(nil)
	p.drain()
	w.wantSunkTitle(sink, 1, "while the sink is away")
	p.wantAllSunk(w, sink)
}

// TestSinkRefuses sets documents aside that the sink cannot take, and tries them again.
func TestSinkRefuses(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink(denorm.SinkPauses(20*time.Millisecond, time.Hour))
	p := w.process(option)
	refused := 0
	sink.SetRefuse(func(key string) error {
		if key == "1" {
			refused++
			return errors.New("no ones")
		}
		return nil
	})
	w.rename(1, "refused")
	w.rename(3, "taken")
	p.drain()
	w.wantSunkTitle(sink, 3, "taken")
	aside := func() []denorm.SinkFailure {
		t.Helper()
		status, err := p.engine.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return status.Sinks[0].Aside
	}
	if list := aside(); len(list) != 1 || list[0].Key != "1" || list[0].Attempts != 1 || !strings.Contains(list[0].Error, "no ones") {
		t.Errorf("set aside are %+v", list)
	}
	p.run()
	w.eventually("the second attempt", func() bool { list := aside(); return len(list) == 1 && list[0].Attempts == 2 })
	if refused != 2 {
		t.Errorf("%d attempts, want 2", refused)
	}
	sink.SetRefuse(nil)
	if n, err := p.engine.Requeue(t.Context(), "store"); n != 1 || err != nil {
		t.Errorf("%d requeued, %v", n, err)
	}
	w.eventually("it is taken", func() bool { return len(aside()) == 0 })
	w.wantSunkTitle(sink, 1, "refused")
	if _, err := p.engine.Requeue(t.Context(), "shop"); !errors.Is(err, denorm.ErrValue) || !strings.Contains(err.Error(), "store") {
		t.Errorf("a sink that there is none: %v", err)
	}
}

// TestSyncElsewhereSetsAside has the process that serves a sink try what a full sync in another one set aside.
func TestSyncElsewhereSetsAside(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink(denorm.SinkPauses(20*time.Millisecond, 20*time.Millisecond))
	serving := w.process(option)
	serving.run()
	w.eventually("it serves the sink", func() bool { return serving.engine.Stats().SinkPuts > 0 })
	elsewhere := w.process(option)
	aside := func() int {
		t.Helper()
		status, err := elsewhere.engine.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(status.Sinks[0].Aside)
	}
	sink.SetRefuse(func(key string) error {
		if key == "1" {
			return errors.New("no ones")
		}
		return nil
	})
	if err := elsewhere.engine.Sync(t.Context(), "store"); err != nil || aside() != 1 {
		t.Errorf("the sync returned %v, and %d documents are set aside", err, aside())
	}
	sink.SetRefuse(nil)
	w.eventually("it is taken", func() bool { return aside() == 0 })
}

// TestSinkTooLarge removes what is older than a document that the store does not take.
func TestSinkTooLarge(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	p := w.process(option)
	sink.SetMaxBytes(20_000)
	w.rename(1, strings.Repeat("long ", 10_000))
	w.rename(3, "short")
	p.drain()
	w.wantSunkTitle(sink, 1, "(none)")
	w.wantSunkTitle(sink, 3, "short")
	sink.SetMaxBytes(0)
	if n, err := p.engine.Requeue(t.Context(), "store", "books"); n != 1 || err != nil {
		t.Errorf("%d requeued, %v", n, err)
	}
	p.run()
	w.eventually("it is taken", func() bool { return w.sunk(sink, 1) != nil })
}

// TestOneProcessServesASink lets another one take over where the first has ended.
func TestOneProcessServesASink(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	one := w.process(option)
	stop := one.run()
	two := w.process(option)
	two.run()
	if puts := two.engine.Stats().SinkPuts; puts != 0 {
		t.Errorf("the process that stands by has put %d documents", puts)
	}
	w.rename(1, "by one")
	two.drain() // waits for the other
	w.wantSunkTitle(sink, 1, "by one")
	stop()
	w.rename(1, "by two")
	w.eventually("the other one takes over", func() bool { return two.engine.Stats().SinkPuts > 0 })
	two.drain()
	w.wantSunkTitle(sink, 1, "by two")
}

// TestSyncGoesOn interrupts a full sync at every batch, and goes on where it was.
func TestSyncGoesOn(t *testing.T) {
	w := newWorld(t)
	w.exec(`WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 3600)
		INSERT INTO books (id, title, isbn, price_cents, category_id, published_at)
		SELECT i, 'book ' || i, 'isbn ' || i, i, (SELECT MIN(id) FROM categories), '2020-01-01 00:00:00' FROM n`)
	sink, option := bookSink()
	p := w.process(option)
	before := p.engine.Stats().SinkPuts
	total := int64(sink.Len("books"))
	left := denorm.SinkDocument{Key: "999999", Version: denorm.Version{Epoch: 1, Seq: 1}, Body: []byte(`{"Title":"gone"}`)}
	if err := sink.Put(t.Context(), &denorm.SinkTarget{Collection: "books"}, []denorm.SinkDocument{left}); err != nil {
		t.Fatal(err)
	}
	interruptions, resumed := 0, 0
	for done := false; !done; {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		err := p.engine.Sync(ctx, "store", denorm.SyncReports(func(progress denorm.SyncProgress) {
			if calls++; calls == 2 {
				cancel()
			}
			if progress.Resumed && calls == 1 {
				resumed++
			}
		}))
		cancel()
		switch {
		case err == nil:
			done = true
		case errors.Is(err, context.Canceled):
			interruptions++
		default:
			t.Fatal(err)
		}
	}
	if interruptions < 3 || resumed < interruptions {
		t.Errorf("%d interruptions, and %d times it was gone on with", interruptions, resumed)
	}
	const again = 500 // of an interrupted batch
	if puts := p.engine.Stats().SinkPuts - before; puts < total || puts > total+again*int64(interruptions) {
		t.Errorf("%d documents were written, of %d", puts, total)
	}
	w.wantSunkTitle(sink, 999999, "(none)")
	p.wantAllSunk(w, sink)
}

// TestSyncComesFirst fills a sink before anybody serves it: then nothing has to be written twice.
func TestSyncComesFirst(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	one := w.installed(option)
	due := func() bool {
		t.Helper()
		status, err := one.engine.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return status.Sinks[0].SyncDue
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := one.engine.Sync(ctx, "store", denorm.SyncReports(func(denorm.SyncProgress) { cancel() })); !errors.Is(err, context.Canceled) || !due() {
		t.Errorf("an interrupted sync returned %v, and one is due: %v", err, due())
	}
	if err := one.engine.Sync(t.Context(), "store"); err != nil || due() {
		t.Errorf("the sync returned %v, and another one is due: %v", err, due())
	}
	if err := one.engine.Close(); err != nil {
		t.Error(err)
	}
	w.rename(1, "renamed")
	two := w.process(option)
	if puts := two.engine.Stats().SinkPuts; puts != 1 {
		t.Errorf("%d documents were put after one was renamed", puts)
	}
	two.wantAllSunk(w, sink)
}

// TestTwoSyncs refuses the second one by name.
func TestTwoSyncs(t *testing.T) {
	w := newWorld(t)
	_, option := bookSink()
	p := w.process(option)
	tried := false
	err := p.engine.Sync(t.Context(), "store", denorm.SyncReports(func(denorm.SyncProgress) {
		if tried {
			return
		}
		tried = true
		busy := new(denorm.SyncingError)
		if err := p.engine.Sync(t.Context(), "store"); !errors.As(err, &busy) || busy.Holder == "" || busy.Collection != "books" {
			t.Errorf("a second sync: %v", err)
		}
	}))
	if err != nil || !tried {
		t.Errorf("the first sync: %v", err)
	}
}

// TestSinkAfterRetention fills a sink again that was away for longer than the feed remembers, or that knows another
// history.
func TestSinkAfterRetention(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	p := w.process(option)
	w.rename(1, "first")
	p.drain()
	if err := p.engine.Uninstall(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.rename(1, "while nothing is installed")
	time.Sleep(1100 * time.Millisecond) // lives of a feed are told by the second in which they begin
	w.process(option)
	w.wantSunkTitle(sink, 1, "while nothing is installed")
}

// TestSinkIsFarBehind fills a sink anew where that is less work than to read what it missed, and only there.
func TestSinkIsFarBehind(t *testing.T) {
	for _, c := range []struct {
		name    string
		renames int
		full    bool
	}{
		{"a short backlog", 10, false},
		{"a long backlog, but less than all documents are", 30, false},
		{"a long backlog of few documents", 100, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			sink, option := bookSink(denorm.SinkBacklog(20))
			p, other := w.process(option), w.process()
			before := p.engine.Stats().SinkPuts
			for i := range c.renames {
				w.rename(1, "renamed "+strconv.Itoa(i))
				other.drain()
			}
			p.drain()
			p.wantAllSunk(w, sink)
			w.wantSunkTitle(sink, 1, "renamed "+strconv.Itoa(c.renames-1))
			if puts := p.engine.Stats().SinkPuts - before; puts > 1 != c.full {
				t.Errorf("%d documents were put", puts)
			}
		})
	}
}
