package relay

import (
	"fmt"
	"math"
	"os"
	"testing"
	"time"
)

func TestPoison(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		plan := x.plan("poison")
		plan.Depends[1].Roots = x.dialect.text(`SELECT DISTINCT t."id" AS k1 FROM denorm_changed AS c JOIN "books" AS t ON t."author_id" = abs(c.v1)`)
		x.store(plan)
		x.books(7, 1, 2)
		start := x.poll(x.feed).Head
		for id := range int64(20) {
			x.log(x.db, "authors", "U", 100+id)
		}
		x.log(x.db, "authors", "U", math.MinInt64)
		x.log(x.db, "authors", "U", 7)
		x.log(x.db, "books", "I", 55)
		x.drain(x.feed)
		at := x.want(x.feed, start, "books 1", "books 2", "books 55", "poison *")
		status := x.status(x.feed)
		if len(status.Aside) != 1 || status.Aside[0].Collection != "poison" || status.Aside[0].Error == "" {
			t.Fatalf("the status is %+v", status)
		}
		// A column that is gone is nobody's value.
		x.exec(x.dropIndex())
		x.exec(`ALTER TABLE "books" DROP COLUMN "author_id"`)
		x.log(x.db, "authors", "U", 7)
		x.log(x.db, "books", "I", 56)
		x.drain(x.feed)
		x.want(x.feed, at, "books *", "poison *")
		if status := x.status(x.feed); len(status.Aside) != 3 || status.Backlog != 0 {
			t.Fatalf("the status is %+v", status)
		}
	})
}

func (x *fixture) dropIndex() string {
	if x.dialect == mysql {
		return `DROP INDEX "books_author" ON "books"`
	}
	return `DROP INDEX "books_author"`
}

func TestPruning(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		f := x.feed
		start := x.poll(f).Head
		positions := []Position{start}
		for id := range int64(5) {
			x.log(x.db, "books", "I", id)
			x.drain(f)
			positions = append(positions, x.poll(f).Head)
			x.age(time.Hour)
		}
		x.savePosition(f, positions[2])
		at, found, err := f.LoadPosition(x.ctx(), "sink")
		if err != nil || !found || at != positions[2] {
			t.Fatal(at, found, err)
		}
		if _, found, _ := f.LoadPosition(x.ctx(), "nobody"); found {
			t.Fatal("a consumer that never was has a position")
		}
		x.check(f.Prune(x.ctx(), time.Minute))
		x.want(f, positions[2], "books 2", "books 3", "books 4")
		for _, old := range []Position{{}, start, positions[1]} {
			page, err := f.Read(x.ctx(), old, 10)
			if err != nil || !page.Reset || page.To != positions[5] || len(page.Events) != 0 {
				t.Fatalf("after %v: %+v, %v", old, page, err)
			}
		}
		if consumers := x.status(f).Consumers; len(consumers) != 1 || consumers[0].Behind != 3 || consumers[0].Name != "sink" {
			t.Fatalf("the consumers are %+v", consumers)
		}
		x.age(30 * 24 * time.Hour) // nobody waits that long
		x.check(f.Prune(x.ctx(), time.Minute))
		if page, err := f.Read(x.ctx(), positions[5], 10); err != nil || page.Reset || page.To != positions[5] {
			t.Fatalf("at the head: %+v, %v", page, err)
		}
		x.log(x.db, "books", "I", 9)
		x.drain(f)
		x.want(f, positions[5], "books 9")
		if head := x.poll(f).Head; head.Epoch != start.Epoch {
			t.Fatal("pruning began an epoch")
		}
	})
}

// savePosition keeps a position under the name of a consumer.
func (x *fixture) savePosition(f *feed, at Position) {
	x.t.Helper()
	_, err := f.Hold(x.ctx(), "sink", "test", time.Hour)
	x.check(err)
	x.check(f.SavePosition(x.ctx(), "sink", "test", at))
}

// age makes what is in the feed older.
func (x *fixture) age(by time.Duration) {
	x.t.Helper()
	side := x.feed.store.reader()
	x.on(side, `UPDATE "denorm_feed" SET "at" = "at" - ?`, by.Milliseconds())
	x.on(side, `UPDATE "denorm_consumers" SET "seen_at" = "seen_at" - ?`, int64(by.Seconds()))
}

func TestRewoundFeed(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		side := x.feed.store.reader()
		start := x.poll(x.feed).Head
		for id := range int64(5) {
			x.log(x.db, "books", "I", id)
			x.drain(x.feed)
		}
		head := x.poll(x.feed).Head
		good, _ := x.feed.Read(x.ctx(), start, 2)
		// A backup from after two events is put back.
		x.on(side, `DELETE FROM "denorm_feed" WHERE "seq" > ?`, good.To.Seq)
		x.on(side, `UPDATE "denorm_state" SET "seq" = ?, "stamp" = ?`, good.To.Seq, good.To.Stamp)
		for range 2 { // only once is there a new epoch
			page, err := x.feed.Read(x.ctx(), head, 10)
			x.check(err)
			if !page.Reset || page.To.Epoch != head.Epoch+1 {
				t.Fatalf("the page is %+v", page)
			}
		}
		x.want(x.feed, good.To, "books *")
		now := x.poll(x.feed)
		if now.Head.Epoch != head.Epoch+1 || now.Everything != now.Head.Seq {
			t.Fatalf("the poll is %+v", now)
		}
		x.log(x.db, "books", "I", 9)
		x.drain(x.feed)
		x.want(x.feed, now.Head, "books 9")
		// Another stamp is another history as well.
		page, err := x.feed.Read(x.ctx(), Position{now.Head.Epoch, now.Head.Seq, 5}, 10)
		if err != nil || !page.Reset || page.To.Epoch != now.Head.Epoch+1 {
			t.Fatalf("the page is %+v, %v", page, err)
		}
	})
}

func TestAppend(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed).Head
		var list []Event
		var want []string
		for n := range 1203 {
			list = append(list, Event{Collection: "books", Key: fmt.Sprintf(`%d"\,%%é`, n)})
			want = append(want, text(list[n]))
		}
		list = append(list, Event{Collection: "other", All: true})
		want = append(want, "other *")
		for n := range 3 * maxStatement / 1000 { // more than one statement takes
			list = append(list, Event{Collection: "long", Key: fmt.Sprintf("%01000d", n)})
			want = append(want, text(list[len(list)-1]))
		}
		at, err := x.feed.Append(x.ctx(), list)
		x.check(err)
		if end := x.want(x.feed, start, want...); end != at {
			t.Fatalf("the end is %v, not %v", end, at)
		}
	})
}

// TestRewoundLog is about SQLite, whose log the relay reads by a cursor.
func TestRewoundLog(t *testing.T) {
	onFiles(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed).Head
		x.log(x.db, "books", "I", 1)
		x.log(x.db, "books", "I", 2)
		x.drain(x.feed)
		for n, damage := range []string{
			`UPDATE "denorm_changes" SET "stamp" = 5 WHERE "id" = (SELECT MAX("id") FROM "denorm_changes")`,
			`DELETE FROM "denorm_changes" WHERE "id" = (SELECT MAX("id") FROM "denorm_changes")`,
			`DELETE FROM "denorm_changes"`,
		} {
			before := x.poll(x.feed)
			if before.Pending {
				t.Fatalf("the poll is %+v", before)
			}
			x.exec(damage)
			if p := x.poll(x.feed); !p.Pending || p.Oldest != 0 {
				t.Fatalf("%s: the poll is %+v", damage, p)
			}
			x.drain(x.feed)
			if p := x.poll(x.feed); p.Pending || p.Head.Epoch != start.Epoch+int64(n)+1 {
				t.Fatalf("%s: the poll is %+v", damage, p)
			}
			x.want(x.feed, before.Head, "books *")
			x.log(x.db, "books", "I", 3)
			at := x.poll(x.feed).Head
			x.drain(x.feed)
			x.want(x.feed, at, "books 3")
		}
	})
}

// TestPrunedLog is about SQLite, where changes that were read are removed rarely.
func TestPrunedLog(t *testing.T) {
	onFiles(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed).Head
		x.log(x.db, "books", "I", 1)
		x.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ?)
			INSERT INTO "denorm_changes" ("layout", "op", "new_in", "new_row") SELECT "layout", "op", "new_in", "new_row" FROM n, "denorm_changes"`, keepChanges)
		x.drain(x.feed)
		tx := x.begin() // somebody writes: not now
		x.on(tx, `DELETE FROM "books"`)
		x.check(x.feed.Prune(x.ctx(), time.Hour))
		x.check(tx.Commit())
		if n := x.number(`SELECT COUNT(*) FROM "denorm_changes"`); n != keepChanges+2 {
			t.Fatalf("%d changes are left", n)
		}
		x.check(x.feed.Prune(x.ctx(), time.Hour))
		if n := x.number(`SELECT COUNT(*) FROM "denorm_changes"`); n != 1 {
			t.Fatalf("%d changes are left", n)
		}
		x.log(x.db, "books", "I", 2)
		x.drain(x.feed)
		if head := x.poll(x.feed).Head; head.Epoch != start.Epoch {
			t.Fatal("pruning began an epoch")
		}
		// A side file that is lost is begun anew, and declares everything changed.
		identity, err := x.feed.Identity(x.ctx())
		x.check(err)
		x.check(x.feed.Close())
		path, err := databaseFile(x.ctx(), x.db.DB)
		x.check(err)
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + "-denorm" + end)
		}
		fresh := x.open(Config{Clock: func() time.Time { return time.Now().Add(time.Hour) }})
		other, err := fresh.Identity(x.ctx())
		x.check(err)
		if head := x.poll(fresh).Head; head.Epoch <= start.Epoch || other == identity {
			t.Fatalf("the feed goes on as %q at %v", other, head)
		}
		x.want(fresh, Position{}, "books *")
	})
}
