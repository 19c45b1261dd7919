package relay

import (
	"slices"
	"testing"
)

// TestFloorOfARestoredLog puts a backup of the feed and of the log back, whose numbers begin below what was seen of
// the old ones: changes that are logged from then on are seen, whether there were events since the backup or not.
func TestFloorOfARestoredLog(t *testing.T) {
	for name, table := range map[string]string{"events": "books", "no events": "authors"} {
		t.Run(name, func(t *testing.T) {
			onServers(t, func(t *testing.T, x *fixture) { x.restoreBelowFloor(table) })
		})
	}
}

// restoreBelowFloor raises the floor by changes of a table, which make events or, where no book has the author, none.
func (x *fixture) restoreBelowFloor(table string) {
	x.t.Helper()
	store := x.feed.store.(*serverStore)
	backup := x.poll(x.feed).Head
	x.raise(store, 5, func() {
		store.lookAgain()
		x.log(x.db, table, "I", 1)
		x.poll(x.feed)
		x.drain(x.feed)
		x.poll(x.feed)
	})
	head := x.poll(x.feed).Head
	if (head != backup) != (table == "books") {
		x.t.Fatalf("the head was %v, and is %v", backup, head)
	}
	x.exec(`DELETE FROM "denorm_feed" WHERE "seq" > ?`, backup.Seq)
	x.exec(`UPDATE "denorm_state" SET "seq" = ?, "stamp" = ?, "claimed" = 0`, backup.Seq, backup.Stamp)
	if x.dialect == postgres {
		x.exec(`ALTER TABLE "denorm_changes" ALTER COLUMN "id" RESTART WITH 1`)
	} else {
		x.exec(`ALTER TABLE "denorm_changes" AUTO_INCREMENT = 1`)
	}
	x.log(x.db, "books", "I", 2)
	if id := x.number(`SELECT MAX("id") FROM "denorm_changes"`); id > store.floor.get() {
		x.t.Fatalf("the change has number %d, above the floor of %d: this shows nothing", id, store.floor.get())
	}
	if p := x.poll(x.feed); !p.Pending {
		x.t.Errorf("the change is not seen: %+v", p)
	}
	want := []string{"books 2"}
	if head != backup {
		page, err := x.feed.Read(x.ctx(), head, 10)
		x.check(err)
		if !page.Reset || page.To.Epoch != head.Epoch+1 {
			x.t.Fatalf("the page is %+v", page)
		}
		want = append(want, "books *")
	}
	x.drain(x.feed)
	if p := x.poll(x.feed); p.Pending {
		x.t.Errorf("the poll is %+v", p)
	}
	x.want(x.feed, backup, want...)
}

// leaveBehind takes the state of the feed back to a backup, and leaves what came since: events up to head.
func (x *fixture) leaveBehind() (backup, head Position) {
	x.t.Helper()
	backup = x.poll(x.feed).Head
	for id := range int64(3) {
		x.log(x.db, "books", "I", id)
		x.drain(x.feed)
	}
	head = x.poll(x.feed).Head
	x.on(x.feed.store.reader(), `UPDATE "denorm_state" SET "seq" = ?, "stamp" = ?`, backup.Seq, backup.Stamp)
	return backup, head
}

// TestFeedAheadOfItsState leaves rows behind the head of the feed, as a restore does that brings the state back last,
// while somebody follows: a position there leads nowhere, and the numbers can be used again.
func TestFeedAheadOfItsState(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		_, head := x.leaveBehind()
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

// TestFeedAheadOfItsStateAtTheStart leaves such rows where nobody followed: who comes next can append all the same.
func TestFeedAheadOfItsStateAtTheStart(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		if x.memory() {
			return // no other feed has the same rows
		}
		backup, _ := x.leaveBehind()
		fresh := x.open(Config{})
		x.log(x.db, "books", "I", 10)
		x.drain(fresh)
		at := x.poll(fresh).Head
		if at.Epoch != backup.Epoch+1 {
			t.Errorf("the head is %+v", at)
		}
		if page, err := fresh.Read(x.ctx(), backup, 10); err != nil || !slices.ContainsFunc(page.Events, func(e Event) bool { return e.All && e.Collection == "books" }) {
			t.Errorf("the page after the backup is %+v, %v", page, err)
		}
	})
}
