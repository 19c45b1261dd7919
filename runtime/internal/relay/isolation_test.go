package relay

import "testing"

// TestWritersDoNotWaitForClaims logs a change while a claim is under way: what the claim has read, and the gaps
// between, must not be locked.
func TestWritersDoNotWaitForClaims(t *testing.T) {
	onServers(t, func(t *testing.T, x *fixture) {
		x.poll(x.feed) // begins the feed
		for id := range int64(5) {
			x.log(x.db, "books", "I", id)
		}
		c, err := x.feed.store.claim(x.ctx())
		x.check(err)
		rows, err := x.feed.store.take(x.ctx(), c)
		x.check(err)
		if len(rows) != 5 {
			t.Errorf("%d changes were claimed", len(rows))
		}
		writer, err := x.db.DB.Conn(x.ctx())
		x.check(err)
		defer writer.Close()
		if x.dialect == mysql {
			x.on(writer, `SET SESSION innodb_lock_wait_timeout = 1`)
		} else {
			x.on(writer, `SET lock_timeout = '1s'`)
		}
		x.log(writer, "books", "I", 9)
		x.check(c.end(false))
		if n := x.number(`SELECT COUNT(*) FROM "denorm_changes"`); n != 6 {
			t.Errorf("%d changes wait", n)
		}
	})
}

// TestOneRelayAtATime lets a second relay try while one is at work: what it would take was committed later than
// what the first has taken, and must not be numbered before that.
func TestOneRelayAtATime(t *testing.T) {
	onServers(t, func(t *testing.T, x *fixture) {
		x.poll(x.feed) // begins the feed
		x.log(x.db, "books", "I", 1)
		c, err := x.feed.store.claim(x.ctx())
		x.check(err)
		_, err = x.feed.store.take(x.ctx(), c)
		x.check(err)
		x.log(x.db, "books", "I", 2)
		other := x.open(Config{})
		if worked, err := other.Relay(x.ctx()); worked || err != nil {
			t.Errorf("another relay worked meanwhile: %v, %v", worked, err)
		}
		x.check(c.end(false))
		if worked, err := other.Relay(x.ctx()); !worked || err != nil {
			t.Errorf("another relay did not go on: %v, %v", worked, err)
		}
	})
}
