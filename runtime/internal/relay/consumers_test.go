package relay

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCompaction keeps what a consumer that is away waits for bounded by documents, and loses nothing of it.
func TestCompaction(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		const documents, changes = 5, 60
		start := x.poll(x.feed).Head
		x.savePosition(x.feed, start)
		var between Position
		long := strings.Repeat("é", 2000) // longer than MariaDB sorts by
		for n := range changes {
			event := Event{Collection: "books", Key: fmt.Sprint(long, n%documents)}
			at, err := x.feed.Append(x.ctx(), []Event{event})
			x.check(err)
			if n == changes/2 {
				between = at
			}
		}
		_, err := x.feed.Append(x.ctx(), []Event{{Collection: "books", All: true}})
		x.check(err)
		count := func() int64 {
			t.Helper()
			n, err := readNumber(x.ctx(), x.feed.store.reader(), x.feed.sql.text(`SELECT COUNT(*) FROM "denorm_feed"`))
			x.check(err)
			return n
		}
		before := count()
		x.check(x.feed.Prune(x.ctx(), time.Minute))
		if got := count(); got != before {
			t.Errorf("%d events are left of %d young ones", got, before)
		}
		x.age(2 * time.Minute)
		x.check(x.feed.Prune(x.ctx(), time.Minute))
		// The one where the consumer stands, the last of each document, and that of all.
		if got, want := count(), int64(1+documents+1); got != want {
			t.Errorf("%d events are left, want %d", got, want)
		}
		var want []string
		for n := range documents {
			want = append(want, fmt.Sprint("books ", long, n))
		}
		x.want(x.feed, start, append(want, "books *")...)
		// Somebody without a name stood where a row is missing now.
		page, err := x.feed.Read(x.ctx(), between, 10)
		x.check(err)
		if head := x.poll(x.feed).Head; !page.Reset || head.Epoch != start.Epoch {
			t.Errorf("the page after a compacted row is %+v, and the head %v", page, head)
		}
		x.check(x.feed.ForgetPosition(x.ctx(), "sink"))
		x.check(x.feed.Prune(x.ctx(), time.Minute))
		if got := count(); got != 1 {
			t.Errorf("%d events are left where nobody waits, want the last", got)
		}
	})
}

// TestHold gives a name to one holder at a time.
func TestHold(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		take := func(holder string, d time.Duration) string {
			t.Helper()
			held, err := x.feed.Hold(x.ctx(), "sink", holder, d)
			x.check(err)
			return held.Holder
		}
		save := func(holder string) error { return x.feed.SavePosition(x.ctx(), "sink", holder, x.poll(x.feed).Head) }
		if err := save("one"); !errors.Is(err, ErrNotHeld) {
			t.Errorf("a position is saved for a name that nobody has: %v", err)
		}
		for _, step := range []struct {
			holder string
			d      time.Duration
			want   string
		}{{"one", time.Hour, "one"}, {"two", time.Hour, "one"}, {"one", time.Millisecond, "one"}} {
			if got := take(step.holder, step.d); got != step.want {
				t.Errorf("%s asks, and %s has the name, want %s", step.holder, got, step.want)
			}
		}
		x.check(x.feed.Note(x.ctx(), "sink", "one", "half"))
		x.check(save("one"))
		time.Sleep(5 * time.Millisecond)
		if got := take("two", time.Hour); got != "two" {
			t.Errorf("two asks when the time of one is over, and %s has the name", got)
		}
		if err := save("one"); !errors.Is(err, ErrNotHeld) {
			t.Errorf("a position is saved by who has lost the name: %v", err)
		}
		if err := x.feed.Note(x.ctx(), "sink", "one", "all"); !errors.Is(err, ErrNotHeld) {
			t.Errorf("a note is made by who has lost the name: %v", err)
		}
		x.check(x.feed.Release(x.ctx(), "sink", "one"))
		held, err := x.feed.Held(x.ctx(), "sink")
		x.check(err)
		if held.Holder != "two" || held.Body != "half" || time.Until(held.Until) < time.Minute {
			t.Errorf("the name is held as %+v", held)
		}
		x.check(x.feed.Release(x.ctx(), "sink", "two"))
		if got := take("one", time.Hour); got != "one" {
			t.Errorf("one asks after two gave the name back, and %s has it", got)
		}
	})
}

// TestFailures keeps what a consumer could not take.
func TestFailures(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		long := strings.Repeat("é/", 3000)
		list := []Failure{
			{Key: long + "a", Attempts: 1, Pause: time.Millisecond, Error: "too odd"},
			{Key: long + "b", Attempts: 1, Pause: time.Hour, Error: "too odd"},
			{Key: "c", Attempts: 7, Error: "too large"},
		}
		x.check(x.feed.SaveFailures(x.ctx(), "sink", list))
		x.check(x.feed.SaveFailures(x.ctx(), "another", list[:1]))
		time.Sleep(5 * time.Millisecond)
		keys := func(due bool) []string {
			t.Helper()
			found, err := x.feed.Failures(x.ctx(), "sink", due, 10)
			x.check(err)
			var keys []string
			for _, failure := range found {
				keys = append(keys, strings.TrimPrefix(failure.Key, long))
				if age := time.Since(failure.Since); age < -time.Minute || age > time.Minute || failure.Error == "" || failure.Attempts == 0 {
					t.Errorf("a failure is %+v", failure)
				}
			}
			return keys
		}
		if due, all := keys(true), keys(false); !slices.Equal(due, []string{"a"}) || !slices.Equal(all, []string{"a", "b", "c"}) {
			t.Errorf("due are %v, all are %v", due, all)
		}
		list[0].Pause, list[1].Pause = 0, time.Millisecond
		x.check(x.feed.SaveFailures(x.ctx(), "sink", list))
		time.Sleep(5 * time.Millisecond)
		if due := keys(true); !slices.Equal(due, []string{"b"}) {
			t.Errorf("due are %v after another attempt", due)
		}
		x.check(x.feed.ForgetFailures(x.ctx(), "sink", []string{long + "b", "none"}))
		if all := keys(false); !slices.Equal(slices.Sorted(slices.Values(all)), []string{"a", "c"}) {
			t.Errorf("all are %v after one was written", all)
		}
	})
}
