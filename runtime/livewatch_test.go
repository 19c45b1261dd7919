package denorm_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
)

// watch returns the next n events from a position as texts, and the position behind them.
func (p *process) watch(from denorm.Position, n int) (list []string, at denorm.Position) {
	p.Helper()
	for event, err := range p.books.Watch(p.Context(), from) {
		if err != nil {
			p.Fatal(err)
		}
		text := fmt.Sprint(event.Key)
		if event.All {
			text = "all"
		}
		if event.At.IsZero() && !event.All || event.Version == (denorm.Version{}) {
			p.Errorf("the event %s has the time %v and the version %v", text, event.At, event.Version)
		}
		at = event.Position
		if list = append(list, text); len(list) == n {
			break
		}
	}
	return list, at
}

func (p *process) wantEvents(from denorm.Position, want ...string) denorm.Position {
	p.Helper()
	got, at := p.watch(from, len(want))
	if !slices.Equal(got, want) {
		p.Errorf("the events after %s are %q, want %q", from, got, want)
	}
	return at
}

func TestWatch(t *testing.T) {
	w := newWorld(t)
	p, q := w.process(), w.process()
	p.run()
	_, start, err := p.books.GetJSON(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	w.rename(1, "first")
	p.drain()
	at := q.wantEvents("1.0.7", "all") // a position of another life
	for _, id := range []int64{2, 3, 1} {
		w.rename(id, "watched")
		p.drain()
	}
	// The events of one page share the position before it until the last: some come again after a pause.
	part := q.wantEvents(at, "2", "3")
	at = q.wantEvents(part, "2", "3", "1")
	w.exec(`UPDATE books SET title = 'both' WHERE id IN (1, 2)`)
	p.drain()
	at = q.wantEvents(at, "1", "2")
	if err := q.books.Invalidate(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	at = q.wantEvents(at, "4")
	version, ok := at.Version()
	if _, now, err := p.books.GetJSON(t.Context(), 2); err != nil || !ok || start.Compare(now) >= 0 || version.Compare(now) < 0 {
		t.Errorf("the versions are %v at first, %v then, and %v of the last event; %v", start, now, version, err)
	}
	for _, err := range p.books.Watch(t.Context(), "nowhere") {
		if err == nil {
			t.Error("a position that is none is accepted")
		}
	}
}

// TestWatchFromNow sees what comes after it began.
func TestWatchFromNow(t *testing.T) {
	w := newWorld(t)
	p := w.process()
	w.rename(1, "before")
	p.drain()
	p.run()
	seen := make(chan string)
	go func() {
		for event, err := range p.books.Watch(t.Context(), denorm.Now) {
			if err != nil {
				t.Error(err)
			}
			seen <- fmt.Sprint(event.Key, event.All)
			break
		}
		close(seen)
	}()
	for n := 0; ; n++ {
		w.rename(2, fmt.Sprint("title ", n)) // it may begin late
		p.drain()
		select {
		case got := <-seen:
			if got != "2 false" {
				t.Errorf("the event is %q", got)
			}
			<-seen
			return
		default:
		}
	}
}

// TestInvalidate drops documents of which the database knows no change, here and in another process.
func TestInvalidate(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p, q := w.process(opts...), w.process(opts...)
		p.title(1)
		q.title(1)
		if err := p.books.Invalidate(t.Context(), 1, 77); err != nil {
			t.Fatal(err)
		}
		before := loads([]*process{p, q})
		p.title(1)
		if loads([]*process{p, q}) == before {
			t.Error("the document was not dropped here")
		}
		p.drain()
		q.drain()
		before = loads([]*process{q, p})
		q.title(1)
		if loads([]*process{p, q}) == before {
			t.Error("the document was not dropped in the other process")
		}
		if err := p.books.Refresh(t.Context(), 1, 2); err != nil {
			t.Fatal(err)
		}
		before = loads([]*process{p})
		p.title(1)
		p.title(2)
		if loads([]*process{p}) != before {
			t.Error("the documents were not loaded again")
		}
	})
}

// TestGetJSON holds that the bytes are json.Marshal's, are made once, and carry the version of their content.
func TestGetJSON(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		var last denorm.Version
		for _, title := range []string{"first", `<second> "quoted" & é` + "\x00\u2028"} {
			w.rename(1, title)
			p.drain()
			text, version, err := p.books.GetJSON(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			book, err := p.books.Get(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			want, err := json.Marshal(book)
			if err != nil || !bytes.Equal(text, want) {
				t.Errorf("GetJSON returns %s, json.Marshal %s, %v", text, want, err)
			}
			if last.Compare(version) >= 0 {
				t.Errorf("the version was %v, and is %v after a change", last, version)
			}
			again, same, err := p.books.GetJSON(t.Context(), 1)
			if err != nil || same != version || !bytes.Equal(again, text) {
				t.Errorf("asked again: %s at %v, %v", again, same, err)
			}
			last = version
		}
		if _, _, err := p.books.GetJSON(t.Context(), 99); !errors.Is(err, denorm.ErrNotFound) {
			t.Errorf("the error of a document that is not there is %v", err)
		}
	})
}
