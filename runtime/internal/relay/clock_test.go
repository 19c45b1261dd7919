package relay

import (
	"slices"
	"testing"
	"time"
)

// TestClocksAnHourOff lets two relays take turns whose clocks are an hour ahead and an hour behind: on a server
// nothing goes by them.
func TestClocksAnHourOff(t *testing.T) {
	onServers(t, func(t *testing.T, x *fixture) {
		off := func(by time.Duration) *feed {
			return x.open(Config{KeepFor: 30 * time.Minute, Clock: func() time.Time { return time.Now().Add(by) }})
		}
		relays := []*feed{off(time.Hour), off(-time.Hour)}
		begun := time.Now()
		start := x.poll(relays[1]).Head // begins the feed
		if now := begun.Unix(); start.Epoch < now-60 || start.Epoch > now+60 {
			t.Errorf("the first epoch is %d, and it is %d", start.Epoch, now)
		}
		var want []string
		for id := range int64(10) {
			one, other := relays[id%2], relays[1-id%2]
			x.log(x.db, "books", "I", id)
			if p := x.poll(other); !p.Pending {
				t.Fatalf("the poll is %+v", p)
			}
			// Who works is not overtaken, however long that seems to take; who died is, at once.
			c, err := one.store.claim(x.ctx())
			x.check(err)
			if worked, err := other.Relay(x.ctx()); err != nil || worked {
				t.Fatalf("two relays work at once, %v", err)
			}
			x.check(c.end(false))
			if worked, err := other.Relay(x.ctx()); err != nil || !worked {
				t.Fatalf("nobody takes over, %v", err)
			}
			want = append(want, text(Event{Collection: "books", Key: string('0' + rune(id))}))
			for _, f := range relays {
				if got, to := x.read(f, start); !slices.Equal(got, want) || to != x.poll(f).Head {
					t.Fatalf("the feed is %q, want %q", got, want)
				}
			}
		}
		page, err := x.feed.Read(x.ctx(), start, 100)
		x.check(err)
		for _, e := range page.Events {
			if e.At.Before(begun.Add(-time.Second)) || e.At.After(time.Now().Add(time.Second)) {
				t.Errorf("event %d is of %v, and it is %v", e.Seq, e.At, time.Now())
			}
		}
		x.neitherEarlyNorLate(relays, start, want)
		// What waits is as old as it is.
		x.log(x.db, "books", "I", 99)
		for _, f := range relays {
			x.poll(f)
			time.Sleep(20 * time.Millisecond)
			if age := x.status(f).Age; age < 20*time.Millisecond || age > time.Minute {
				t.Errorf("the oldest change waits for %v", age)
			}
		}
	})
}

// neitherEarlyNorLate prunes by every relay: events, and the claims of consumers, end when they should.
func (x *fixture) neitherEarlyNorLate(relays []*feed, start Position, want []string) {
	x.t.Helper()
	prune := func() {
		for _, f := range relays {
			x.check(f.Prune(x.ctx(), 30*time.Minute))
		}
	}
	prune()
	x.want(x.feed, start, want...) // which are a moment old
	for _, f := range relays {
		x.age(29 * time.Minute)
		x.savePosition(f, start)
	}
	prune() // the events are old enough, the sink's position is not
	x.want(x.feed, start, want...)
	x.age(29 * time.Minute)
	prune()
	x.want(x.feed, start, want...)
	x.age(2 * time.Minute)
	prune()
	if page, err := x.feed.Read(x.ctx(), start, 1); err != nil || !page.Reset {
		x.t.Errorf("nothing was pruned: %+v, %v", page, err)
	}
}
