package relay

import "testing"

// TestWritersDoNotWaitForClaims logs a change while a claim is under way: what the claim has read, and the gaps
// between, must not be locked.
func TestWritersDoNotWaitForClaims(t *testing.T) {
	onServers(t, func(t *testing.T, x *fixture) {
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
