package relay

import (
	"fmt"
	"reflect"
	"testing"
)

// TestRecent compares what a process remembers with what it reads back, from each position to each later one.
func TestRecent(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		positions := []Position{x.poll(x.feed).Head}
		for step := range int64(4) {
			if step == 2 {
				_, err := x.feed.Append(x.ctx(), []Event{{Collection: "books", All: true}, {Collection: "other", Key: "1"}})
				x.check(err)
			} else {
				for id := range step + 1 {
					x.log(x.db, "books", "I", 10*step+id)
				}
				x.drain(x.feed)
			}
			for last := positions[len(positions)-1]; last != x.poll(x.feed).Head; {
				page, err := x.feed.Read(x.ctx(), last, 1)
				x.check(err)
				last = page.To
				positions = append(positions, last)
			}
		}
		if len(positions) != 10 {
			t.Fatalf("there are %d positions", len(positions))
		}
		for i, after := range positions {
			for j, to := range positions {
				for limit := 1; limit <= 10; limit++ {
					got, remembered := x.feed.Recent(after, to, limit)
					if remembered != (i < j) {
						t.Fatalf("from %v to %v: %v", after, to, remembered)
					}
					if !remembered {
						continue
					}
					want, err := x.feed.Read(x.ctx(), after, min(limit, j-i))
					x.check(err)
					want.More = want.To != to
					if !reflect.DeepEqual(got, want) {
						t.Fatalf("%d from %v to %v: %+v, want %+v", limit, after, to, got, want)
					}
				}
			}
		}
	})
}

// TestRecentOfAnotherHistory has a backup put back, after which another process appended as many events.
func TestRecentOfAnotherHistory(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed).Head
		events := func(keys ...int) (list []Event) {
			for _, key := range keys {
				list = append(list, Event{Collection: "books", Key: fmt.Sprint(key)})
			}
			return list
		}
		_, err := x.feed.Append(x.ctx(), events(1, 2, 3))
		x.check(err)
		side := x.feed.store.reader()
		x.on(side, `DELETE FROM "denorm_feed" WHERE "seq" > ?`, start.Seq)
		x.on(side, `UPDATE "denorm_state" SET "seq" = ?, "stamp" = ?`, start.Seq, start.Stamp)
		other := &feed{Config: x.feed.Config, sql: x.feed.sql, store: x.feed.store}
		head, err := other.Append(x.ctx(), events(4, 5, 6))
		x.check(err)
		if page, remembered := x.feed.Recent(start, head, 10); remembered {
			t.Errorf("the page is %+v", page)
		}
		x.want(x.feed, start, "books 4", "books 5", "books 6")
		// It appends behind what it does not know of.
		to, err := x.feed.Append(x.ctx(), events(7))
		x.check(err)
		if page, remembered := x.feed.Recent(start, to, 10); remembered {
			t.Errorf("the page is %+v", page)
		}
		if page, remembered := x.feed.Recent(head, to, 10); !remembered || len(page.Events) != 1 || page.Events[0].Key != "7" {
			t.Errorf("the page is %+v, %v", page, remembered)
		}
	})
}

// TestRecentIsBounded appends more than is remembered: few stretches of many events, and many of one.
func TestRecentIsBounded(t *testing.T) {
	for name, each := range map[string]int{"large": 3000, "small": 1} {
		t.Run(name, func(t *testing.T) {
			var r recent
			seq := func(n int) Position { return Position{Epoch: 1, Seq: int64(n), Stamp: int64(n)} }
			const steps = 1000
			for n := range steps {
				r.add(stretch{from: seq(n * each), to: seq((n + 1) * each), events: make([]Event, each)})
			}
			if full := r.size > maxRecent-each*eventBytes || len(r.stretches) == maxStretches; !full {
				t.Errorf("only %d bytes of %d stretches are remembered", r.size, len(r.stretches))
			}
			if r.size > maxRecent || r.size != len(r.stretches)*each*eventBytes || len(r.stretches) > maxStretches {
				t.Errorf("%d bytes of %d stretches are remembered", r.size, len(r.stretches))
			}
			if _, remembered := r.page(seq(0), seq(steps*each), 10); remembered {
				t.Error("what was dropped is remembered")
			}
			if page, remembered := r.page(seq((steps-1)*each), seq(steps*each), each); !remembered || page.To != seq(steps*each) || page.More {
				t.Error("the last stretch is not remembered")
			}
		})
	}
}
