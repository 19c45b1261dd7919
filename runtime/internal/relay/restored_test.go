package relay

import "testing"

// TestFloorOfARestoredLog puts a backup of the feed and of the log back, whose numbers begin below what was seen of
// the old ones: changes that are logged from then on are seen.
func TestFloorOfARestoredLog(t *testing.T) {
	onServers(t, func(t *testing.T, x *fixture) {
		store := x.feed.store.(*serverStore)
		backup := x.poll(x.feed).Head
		x.raise(store, 5, func() {
			store.lookAgain()
			x.log(x.db, "books", "I", 1)
			x.poll(x.feed)
			x.drain(x.feed)
			x.poll(x.feed)
		})
		head := x.poll(x.feed).Head
		x.exec(`DELETE FROM "denorm_feed" WHERE "seq" > ?`, backup.Seq)
		x.exec(`UPDATE "denorm_state" SET "seq" = ?, "stamp" = ?`, backup.Seq, backup.Stamp)
		if x.dialect == postgres {
			x.exec(`ALTER TABLE "denorm_changes" ALTER COLUMN "id" RESTART WITH 1`)
		} else {
			x.exec(`ALTER TABLE "denorm_changes" AUTO_INCREMENT = 1`)
		}
		x.log(x.db, "books", "I", 2)
		if id := x.number(`SELECT MAX("id") FROM "denorm_changes"`); id > store.floor.get() {
			t.Fatalf("the change has number %d, above the floor of %d: this shows nothing", id, store.floor.get())
		}
		if p := x.poll(x.feed); !p.Pending {
			t.Errorf("the change is not seen: %+v", p)
		}
		page, err := x.feed.Read(x.ctx(), head, 10)
		x.check(err)
		if !page.Reset || page.To.Epoch != head.Epoch+1 {
			t.Fatalf("the page is %+v", page)
		}
		x.drain(x.feed)
		if p := x.poll(x.feed); p.Pending {
			t.Errorf("the poll is %+v", p)
		}
		x.want(x.feed, backup, "books *", "books 2")
	})
}

// TestFeedAheadOfItsState leaves rows behind the head of the feed, as a restore does that brings the state back last,
// while somebody follows: a position there leads nowhere, and the numbers can be used again.
func TestFeedAheadOfItsState(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		side := x.feed.store.reader()
		backup := x.poll(x.feed).Head
		for id := range int64(3) {
			x.log(x.db, "books", "I", id)
			x.drain(x.feed)
		}
		head := x.poll(x.feed).Head
		x.on(side, `UPDATE "denorm_state" SET "seq" = ?, "stamp" = ?`, backup.Seq, backup.Stamp)
		page, err := x.feed.Read(x.ctx(), head, 10)
		x.check(err)
		if !page.Reset || page.To.Epoch != head.Epoch+1 {
			t.Fatalf("the page is %+v", page)
		}
		at := page.To
		for id := range int64(5) {
			x.log(x.db, "books", "I", 10+id)
			x.drain(x.feed)
		}
		x.want(x.feed, at, "books 10", "books 11", "books 12", "books 13", "books 14")
	})
}
